import Testing

@testable import WardenClient

@Suite struct RestTests {
    private let verdict: UInt64 = 5_000_000
    private let end: UInt64 = 6_000_000

    @Test func `a jail is closed at once where no stage has just been judged`() {
        var rest = Rest()
        let rests = rest.take(1, now: verdict)
        #expect(!rests)
        #expect(rest.waitMilliseconds(now: verdict) == -1)
    }

    @Test func `a jail rests until a millisecond after the verdict`() {
        var rest = Rest()
        rest.begin(now: verdict)
        let rests = rest.take(1, now: verdict + 300_000)
        #expect(rests)
        #expect(rest.finish(now: end - 1).isEmpty)
        #expect(rest.finish(now: end) == [1])
        #expect(rest.finish(now: end).isEmpty)
        #expect(rest.waitMilliseconds(now: end) == -1)
    }

    @Test func `what is given up later than that is closed at once`() {
        var rest = Rest()
        rest.begin(now: verdict)
        let rests = rest.take(1, now: end)
        #expect(!rests)
    }

    @Test func `a verdict does not make what rests already rest longer`() {
        var rest = Rest()
        rest.begin(now: verdict)
        _ = rest.take(1, now: verdict)
        rest.begin(now: verdict + 900_000)
        #expect(rest.finish(now: end) == [1])
    }

    @Test func `only so many rest at once`() {
        var rest = Rest()
        rest.begin(now: verdict)
        let rests = (1...4).map { rest.take($0, now: verdict) }
        #expect(rests == [true, true, false, false])
        #expect(rest.finish(now: end) == [1, 2])
    }

    @Test func `the thread waits no longer than until the end, and does not turn in circles`() {
        var rest = Rest()
        rest.begin(now: verdict)
        #expect(rest.waitMilliseconds(now: verdict) == 1)
        #expect(rest.waitMilliseconds(now: end - 1) == 1)
        #expect(rest.waitMilliseconds(now: end) == 0)
    }
}
