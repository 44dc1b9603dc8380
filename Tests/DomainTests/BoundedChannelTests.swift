import Synchronization
import TestSupport
import Testing

@testable import Domain

@Suite(.guardedAgainstHanging) struct BoundedChannelTests {
    private let channel = BoundedChannel<Int>(weightMax: 10) { $0 }

    private func rest() async -> [Int] {
        var elements: [Int] = []
        for await element in channel { elements.append(element) }
        return elements
    }

    @Test func `what is put in comes out in order, also what came before the end`() async {
        for element in 1...4 { channel.offer(element, whenRoom: nil) }
        channel.finish()
        channel.offer(5, whenRoom: nil)
        #expect(await rest() == [1, 2, 3, 4])
    }

    @Test func `a reader that is first waits`() async {
        let first = Task { await channel.first { _ in true } }
        channel.offer(7, whenRoom: nil)
        #expect(await first.value == 7)
    }

    @Test func `there is room below the bound, and none at it`() async {
        let told = Mutex(0)
        let tell: @Sendable () -> Void = { told.withLock { $0 += 1 } }
        #expect(channel.offer(9, whenRoom: tell))
        #expect(!channel.offer(1, whenRoom: tell))
        #expect(told.withLock(\.self) == 0)
        _ = await channel.first { _ in true }
        #expect(told.withLock(\.self) == 1)
        _ = await channel.first { _ in true }
        #expect(told.withLock(\.self) == 1)
    }

    @Test func `a writer waits for room`() async {
        let channel = channel
        let sent = Mutex(0)
        let writer = Task {
            for _ in 0..<3 {
                await channel.send(10)
                sent.withLock { $0 += 1 }
            }
            channel.finish()
        }
        // The channel never holds more than one element above its bound.
        var read = 0
        for await element in channel {
            read += 1
            #expect(element == 10)
            #expect(sent.withLock(\.self) <= read)
        }
        await writer.value
        #expect(read == 3)
    }

    @Test func `a writer that is cancelled does not wait`() async {
        let channel = channel
        let writer = Task { await channel.send(10) }
        writer.cancel()
        await writer.value
        channel.finish()
        #expect(await rest() == [10])
    }

    @Test(arguments: [true, false])
    func `an end, and a reader that goes, release who waits for room`(isEnd: Bool) async {
        let channel = channel
        let (released, isReleased) = AsyncStream<Void>.makeStream()
        #expect(!channel.offer(10) { isReleased.finish() })
        let writer = Task { await channel.send(10) }
        if isEnd { channel.finish() } else { channel.cancel() }
        await writer.value
        for await _ in released {}
    }

    @Test func `a reader that is cancelled ends, and nothing is kept for it`() async {
        let channel = channel
        let reader = Task { await channel.first { _ in true } }
        reader.cancel()
        #expect(await reader.value == nil)
        #expect(channel.offer(100, whenRoom: nil))
        #expect(await rest() == [])
    }
}
