import Testing
import Vocabulary

@Suite struct BackoffTests {
    private let backoff = Backoff(firstMilliseconds: 100, mostMilliseconds: 5_000)

    @Test func `a pause is twice the one before, up to the bound`() {
        let pauses = (-1...8).map { backoff.pause(after: $0) }
        #expect(pauses == [0, 0, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000])
    }

    @Test(arguments: [56, 57, 58, 63, 64, 65, 1_000, Int.max])
    func `however often it fails, the bound is the bound`(failures: Int) {
        #expect(backoff.pause(after: failures) == 5_000)
        let endless = Backoff(firstMilliseconds: 1, mostMilliseconds: .max)
        #expect(endless.pause(after: failures) >= 1 << 55)
    }
}
