import Testing

@testable import Warden

@Suite struct RestartBackoffTests {
    private let young: UInt64 = RestartBackoff.matureNanoseconds - 1

    @Test func `the first that dies is replaced at once`() {
        var backoff = RestartBackoff()
        #expect(backoff.pause(afterLiving: 0) == 0)
    }

    @Test func `those that die young are replaced ever more slowly, within a bound`() {
        var backoff = RestartBackoff()
        let pauses = (0..<9).map { _ in backoff.pause(afterLiving: young) }
        #expect(pauses == [0, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000])
    }

    @Test func `one that lived for a while starts it anew`() {
        var backoff = RestartBackoff()
        for _ in 0..<5 { _ = backoff.pause(afterLiving: young) }
        #expect(backoff.pause(afterLiving: RestartBackoff.matureNanoseconds) == 0)
        #expect(backoff.pause(afterLiving: young) == 100)
    }
}
