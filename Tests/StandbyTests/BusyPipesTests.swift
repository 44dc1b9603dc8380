import Testing

@testable import WardenClient

@Suite struct BusyPipesTests {
    private var busy = BusyPipes()
    /// No descriptor has such a number, so that no pipe grows.
    private let pipe = OpenPipe(descriptor: -1, token: 7)

    @Test mutating func `a busy pipe has a turn every two milliseconds`() {
        #expect(busy.waitMilliseconds(now: 0) == -1)
        busy.add(pipe, now: 1_000)
        #expect(busy.contains(7))
        #expect(busy.takeTurn(now: 2_000_999).isEmpty)
        #expect(busy.waitMilliseconds(now: 1_000) == 2)
        #expect(busy.takeTurn(now: 2_001_000).map(\.token) == [7])
        #expect(busy.takeTurn(now: 2_001_001).isEmpty)
        #expect(busy.waitMilliseconds(now: 5_000_000) == 0)
    }

    @Test mutating func `a pipe that has ended has no turn`() {
        busy.add(pipe, now: 0)
        busy.remove(7)
        #expect(!busy.contains(7))
        #expect(busy.takeTurn(now: .max).isEmpty)
        #expect(busy.waitMilliseconds(now: 0) == -1)
    }

    @Test func `a pipe is busy after many reads, or once its stream is cut`() {
        var reader = PipeReader(pipe: nil, bytesMax: 1_000)
        for _ in 0..<BusyPipes.readsMax { _ = reader.take([1]) }
        #expect(!reader.isBusy)
        _ = reader.take([1])
        #expect(reader.isBusy)
        var cut = PipeReader(pipe: nil, bytesMax: 2)
        #expect(Array(cut.take([1, 2])) == [1, 2])
        #expect(!cut.isBusy)
        #expect(cut.take([3]).isEmpty)
        #expect(cut.isBusy)
    }
}
