import Testing

@testable import WardenClient

@Suite struct DeferredCloseTests {
    private let verdict: UInt64 = 5_000_000
    private let end: UInt64 = 6_000_000

    @Test func `a jail is closed at once where no stage has just been judged`() {
        var deferred = DeferredClose()
        let isDeferred = deferred.take(1, now: verdict)
        #expect(!isDeferred)
        #expect(deferred.waitMilliseconds(now: verdict) == -1)
    }

    @Test func `a jail rests until a millisecond after the verdict`() {
        var deferred = DeferredClose()
        deferred.begin(now: verdict)
        let isDeferred = deferred.take(1, now: verdict + 300_000)
        #expect(isDeferred)
        #expect(deferred.finish(now: end - 1).isEmpty)
        #expect(deferred.finish(now: end) == [1])
        #expect(deferred.finish(now: end).isEmpty)
        #expect(deferred.waitMilliseconds(now: end) == -1)
    }

    @Test func `what is given up later than that is closed at once`() {
        var deferred = DeferredClose()
        deferred.begin(now: verdict)
        let isDeferred = deferred.take(1, now: end)
        #expect(!isDeferred)
    }

    @Test func `a verdict does not make what rests already rest longer`() {
        var deferred = DeferredClose()
        deferred.begin(now: verdict)
        _ = deferred.take(1, now: verdict)
        deferred.begin(now: verdict + 900_000)
        #expect(deferred.finish(now: end) == [1])
    }

    @Test func `only so many rest at once`() {
        var deferred = DeferredClose()
        deferred.begin(now: verdict)
        let areDeferred = (1...4).map { deferred.take($0, now: verdict) }
        #expect(areDeferred == [true, true, false, false])
        #expect(deferred.finish(now: end) == [1, 2])
    }

    @Test func `the thread waits no longer than until the end, and does not turn in circles`() {
        var deferred = DeferredClose()
        deferred.begin(now: verdict)
        #expect(deferred.waitMilliseconds(now: verdict) == 1)
        #expect(deferred.waitMilliseconds(now: end - 1) == 1)
        #expect(deferred.waitMilliseconds(now: end) == 0)
    }
}

@Suite struct OutputFlowTests {
    @Test func `reading stops where the reader has no room, until it has`() {
        var flow = OutputFlow()
        let stops = flow.pause()
        #expect(stops)
        #expect(flow.isPaused)
        let goesOn = flow.resume()
        #expect(goesOn)
        #expect(!flow.isPaused)
    }

    @Test func `room that is told of before the want of it counts once`() {
        var flow = OutputFlow()
        let goesOn = flow.resume()
        #expect(!goesOn)
        let stopsAtOnce = flow.pause()
        #expect(!stopsAtOnce)
        let stopsThen = flow.pause()
        #expect(stopsThen)
    }
}
