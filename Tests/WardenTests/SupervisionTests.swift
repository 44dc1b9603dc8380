import Kernel
import Testing
import Vocabulary
import WardenProtocol

@testable import Warden

/// One stage of 100 ms, with 50 ms of processor time, on a clock that only the test moves.
private struct Watched {
    static let start: UInt64 = 1_000_000_000
    static let cpuBefore: UInt64 = 7_000
    static let killsBefore: UInt64 = 3
    static let limits = Limits { limit in
        switch limit {
        case .wallMilliseconds: 100
        case .cpuMilliseconds: 50
        default: 1 << 20
        }
    }

    var supervision = Supervision(openedAt: 0)

    init(collects: Bool = false) {
        supervision.built()
        supervision.start(
            Self.limits,
            collects: collects,
            counters: Self.counters(),
            now: Self.start
        )
    }

    static func counters(cpuUsed: UInt64 = 0, kills: UInt64 = 0) -> Supervision.Counters {
        Supervision.Counters(
            cpuMicroseconds: cpuBefore + cpuUsed,
            memoryKills: killsBefore + kills,
            peakMemoryBytes: 4_096
        )
    }

    mutating func tick(after: UInt64, cpuUsed: UInt64 = 0) -> Supervision.Action {
        supervision.tick(now: Self.start + after, processors: 2) { Self.cpuBefore + cpuUsed }
    }

    mutating func ended(
        _ end: ProcessEnd,
        cpuUsed: UInt64 = 0,
        kills: UInt64 = 0
    ) -> StageEnd? {
        supervision.ended(
            end,
            counters: Self.counters(cpuUsed: cpuUsed, kills: kills),
            now: Self.start + 42_000
        )
    }

    var isIdle: Bool { if case .idle = supervision.state { true } else { false } }
    var isClosing: Bool { if case .closing = supervision.state { true } else { false } }
    var isCollecting: Bool { if case .collecting = supervision.state { true } else { false } }
}

private let wall: UInt64 = 100_000_000

@Suite struct StageLimitTests {
    @Test(arguments: [(wall - 1, false), (wall, true), (wall + 1, true)])
    func `a stage is killed at its wall limit and not before`(after: UInt64, isKilled: Bool) {
        var watched = Watched()
        #expect(watched.tick(after: after) == (isKilled ? .killStage : .nothing))
        if isKilled { #expect(watched.ended(.signaled(9))?.verdict == .timedOut) }
    }

    @Test func `a stage seen to hold too much memory is killed once, with that verdict`() {
        var watched = Watched()
        #expect(watched.supervision.memoryExceeded(now: Watched.start + 1) == .killStage)
        #expect(watched.supervision.memoryExceeded(now: Watched.start + 2) == .nothing)
        #expect(watched.ended(.signaled(9))?.verdict == .memoryExceeded)
        #expect(watched.supervision.memoryExceeded(now: Watched.start + 3) == .nothing)
    }

    @Test(arguments: [(UInt64(49_999), false), (50_000, true), (50_001, true)])
    func `a stage is killed at its cpu limit and not before`(used: UInt64, isKilled: Bool) {
        var watched = Watched()
        #expect(
            watched.tick(after: 30_000_000, cpuUsed: used) == (isKilled ? .killStage : .nothing)
        )
        if isKilled { #expect(watched.ended(.signaled(9))?.verdict == .cpuTimeExceeded) }
    }

    @Test func `where both limits are reached, wall time is the cause`() {
        var watched = Watched()
        #expect(watched.tick(after: wall, cpuUsed: 50_000) == .killStage)
        #expect(watched.ended(.signaled(9), cpuUsed: 50_000)?.verdict == .timedOut)
    }

    @Test func `a stage is killed once, and its jail destroyed where that is not obeyed`() {
        var watched = Watched()
        #expect(watched.tick(after: wall) == .killStage)
        let deadline = wall + Supervision.killNanoseconds
        #expect(watched.tick(after: wall + 1) == .nothing)
        #expect(watched.tick(after: deadline - 1) == .nothing)
        #expect(watched.tick(after: deadline) == .destroy)
    }

    @Test func `a counter that cannot be read is no time used`() {
        var supervision = Watched().supervision
        #expect(supervision.tick(now: Watched.start + 1, processors: 2) { 0 } == .nothing)
        let now = Watched.start + 90_000_000
        let next = supervision.nextTick(now: now, cpuMicroseconds: { 0 }, processors: 2)
        #expect(next == Watched.start + wall)
        let end = supervision.ended(
            .exited(code: 0),
            counters: Supervision.Counters(cpuMicroseconds: 0, memoryKills: 0, peakMemoryBytes: 0),
            now: now
        )
        #expect(end?.usage.cpuMicroseconds == 0)
    }

    @Test func `the cpu counter is not asked for where the wall limit decides`() {
        var supervision = Watched().supervision
        let action = supervision.tick(now: Watched.start + wall, processors: 2) {
            Issue.record("asked for the counter")
            return 0
        }
        #expect(action == .killStage)
    }
}

@Suite struct StageCauseTests {
    @Test(arguments: [Int32(0), 1, 255])
    func `an exit is reported with its code`(code: Int32) {
        var watched = Watched()
        #expect(watched.ended(.exited(code: code))?.verdict == .exited(code: code))
        #expect(watched.isIdle)
    }

    @Test func `a signal that nobody here sent is the program's own`() {
        var watched = Watched()
        #expect(watched.ended(.signaled(11), cpuUsed: 49_999)?.verdict == .signaled(signal: 11))
    }

    @Test func `usage is counted from the start of the stage`() {
        var watched = Watched()
        let end = watched.ended(.exited(code: 0), cpuUsed: 5)
        #expect(
            end
                == StageEnd(
                    verdict: .exited(code: 0),
                    usage: Usage(wallMicroseconds: 42, cpuMicroseconds: 5, memoryBytes: 4_096)
                )
        )
    }

    @Test func `memory comes before every other cause`() {
        var stopped = Watched()
        #expect(stopped.tick(after: wall) == .killStage)
        #expect(stopped.ended(.signaled(9), kills: 1)?.verdict == .memoryExceeded)

        var survived = Watched()
        #expect(survived.ended(.exited(code: 0), kills: 1)?.verdict == .memoryExceeded)
    }

    @Test func `kills of an earlier stage do not count`() {
        var watched = Watched()
        #expect(watched.ended(.exited(code: 0), kills: 0)?.verdict == .exited(code: 0))
    }

    @Test func `a stage that was stopped has that cause even where it then exits by itself`() {
        var watched = Watched()
        #expect(watched.tick(after: 30_000_000, cpuUsed: 50_000) == .killStage)
        #expect(watched.ended(.exited(code: 0), cpuUsed: 50_000)?.verdict == .cpuTimeExceeded)
    }

    @Test(arguments: [(UInt64(49_999), false), (50_000, true), (50_001, true)])
    func `a signal at the cpu limit is the kernel's own limit`(used: UInt64, isCPU: Bool) {
        var watched = Watched()
        let end = watched.ended(.signaled(9), cpuUsed: used)
        #expect(end?.verdict == (isCPU ? .cpuTimeExceeded : .signaled(signal: 9)))
    }

    @Test func `an exit at the cpu limit that was not stopped stays an exit`() {
        var watched = Watched()
        #expect(watched.ended(.exited(code: 0), cpuUsed: 60_000)?.verdict == .exited(code: 0))
    }
}

@Suite struct JailLifeTests {
    @Test(arguments: [(UInt64(9_999_999_999), false), (10_000_000_000, true)])
    func `a jail that is not built in time is destroyed`(now: UInt64, isDestroyed: Bool) {
        var supervision = Supervision(openedAt: 0)
        let action = supervision.tick(now: now, processors: 2) { 0 }
        #expect(action == (isDestroyed ? .destroy : .nothing))
        let next = supervision.nextTick(now: 1, cpuMicroseconds: { 0 }, processors: 1)
        #expect(next == Supervision.buildNanoseconds)
    }

    @Test func `an idle jail waits for ever`() {
        var supervision = Supervision(openedAt: 0)
        supervision.built()
        #expect(supervision.tick(now: .max, processors: 2) { 0 } == .nothing)
        #expect(supervision.nextTick(now: 1, cpuMicroseconds: { 0 }, processors: 1) == nil)
    }

    @Test func `a second report of being built changes nothing`() {
        var watched = Watched()
        watched.supervision.built()
        #expect(watched.ended(.exited(code: 0)) != nil)
    }

    @Test func `output files come before the report`() {
        var watched = Watched(collects: true)
        #expect(watched.ended(.exited(code: 3)) == nil)
        #expect(watched.isCollecting)
        #expect(watched.supervision.collected()?.verdict == .exited(code: 3))
        #expect(watched.isIdle)
        #expect(watched.supervision.collected() == nil)
    }

    @Test func `a jail that does not send its output files in time is destroyed`() {
        var watched = Watched(collects: true)
        _ = watched.ended(.exited(code: 0))
        let until = 42_000 + Supervision.collectNanoseconds
        #expect(watched.tick(after: until - 1) == .nothing)
        #expect(watched.tick(after: until) == .destroy)
        let next = watched.supervision.nextTick(now: 1, cpuMicroseconds: { 0 }, processors: 1)
        #expect(next == Watched.start + until)
    }

    @Test func `an end that no stage is there for is ignored`() {
        var supervision = Supervision(openedAt: 0)
        let counters = Watched.counters()
        #expect(supervision.ended(.exited(code: 0), counters: counters, now: 1) == nil)
        #expect(supervision.collected() == nil)
        supervision.built()
        #expect(supervision.ended(.exited(code: 0), counters: counters, now: 1) == nil)
        supervision.close()
        #expect(supervision.ended(.exited(code: 0), counters: counters, now: 1) == nil)
        #expect(supervision.tick(now: .max, processors: 2) { 0 } == .nothing)
        #expect(supervision.nextTick(now: 1, cpuMicroseconds: { 0 }, processors: 1) == nil)
    }

    @Test func `init gone by itself is our fault and no verdict`() {
        var watched = Watched()
        #expect(watched.supervision.initGone(counters: Watched.counters(), now: 1) == nil)
        #expect(watched.isClosing)
    }

    @Test func `init gone for want of memory is a memory verdict`() {
        var watched = Watched()
        let end = watched.supervision.initGone(
            counters: Watched.counters(kills: 1),
            now: Watched.start
        )
        #expect(end?.verdict == .memoryExceeded)
        #expect(watched.isClosing)
    }

    @Test func `init gone while it was to end a stage is that stage's verdict`() {
        var watched = Watched()
        _ = watched.tick(after: wall)
        let end = watched.supervision.initGone(counters: Watched.counters(), now: Watched.start)
        #expect(end?.verdict == .timedOut)
    }

    @Test func `init gone while it sent output files keeps the verdict`() {
        var watched = Watched(collects: true)
        _ = watched.ended(.exited(code: 5))
        let end = watched.supervision.initGone(counters: Watched.counters(), now: Watched.start)
        #expect(end?.verdict == .exited(code: 5))
    }

    @Test func `a jail that is closed has no verdict`() {
        var watched = Watched()
        watched.supervision.close()
        let gone = watched.supervision.initGone(
            counters: Watched.counters(kills: 1),
            now: Watched.start
        )
        #expect(gone == nil)
    }
}

@Suite struct NextTickTests {
    private func next(after: UInt64, cpuUsed: UInt64, processors: UInt64) -> UInt64? {
        Watched().supervision.nextTick(
            now: Watched.start + after,
            cpuMicroseconds: { Watched.cpuBefore + cpuUsed },
            processors: processors
        ).map { $0 - Watched.start }
    }

    @Test func `the next look is when all processors could have used up the rest`() {
        #expect(next(after: 0, cpuUsed: 0, processors: 1) == 50_000_000)
        #expect(next(after: 0, cpuUsed: 0, processors: 2) == 25_000_000)
        #expect(next(after: 40_000_000, cpuUsed: 30_000, processors: 1) == 60_000_000)
    }

    @Test func `the next look is at least a millisecond away`() {
        #expect(next(after: 50_000_000, cpuUsed: 49_999, processors: 4) == 51_000_000)
    }

    @Test func `the next look is never after the wall limit`() {
        #expect(next(after: 90_000_000, cpuUsed: 0, processors: 1) == wall)
    }

    @Test func `what cannot have been used yet needs no counter`() {
        let next = Watched().supervision.nextTick(
            now: Watched.start + 24_999_000,
            cpuMicroseconds: {
                Issue.record("asked for the counter")
                return 0
            },
            processors: 1
        )
        #expect(next == Watched.start + 50_000_000)
    }

    @Test func `a stage that was told to end is looked at when it must have`() {
        var watched = Watched()
        _ = watched.tick(after: wall)
        let next = watched.supervision.nextTick(now: 1, cpuMicroseconds: { 0 }, processors: 1)
        #expect(next == Watched.start + wall + Supervision.killNanoseconds)
    }
}

@Suite struct ParkedTests {
    private func parked(until: UInt64 = 100) -> Supervision {
        var supervision = Supervision(openedAt: 0)
        supervision.built()
        supervision.boot(now: 10)
        supervision.parked(until: until)
        return supervision
    }

    @Test func `a program that waits at its script is ended when its time is over`() {
        var supervision = parked()
        let early = supervision.tick(now: 99, processors: 2) { 0 }
        #expect(early == .nothing)
        let due = supervision.tick(now: 100, processors: 2) { 0 }
        #expect(due == .destroy)
        #expect(supervision.nextTick(now: 10, cpuMicroseconds: { 0 }, processors: 2) == 100)
    }

    @Test func `one that does not get there is given up`() {
        var supervision = Supervision(openedAt: 0)
        supervision.built()
        supervision.boot(now: 10)
        let deadline = 10 + Supervision.bootNanoseconds
        let early = supervision.tick(now: deadline - 1, processors: 2) { 0 }
        #expect(early == .nothing)
        let due = supervision.tick(now: deadline, processors: 2) { 0 }
        #expect(due == .destroy)
        #expect(supervision.isAhead)
    }

    @Test func `its clock and its counters begin with its stage`() throws {
        var supervision = parked(until: .max)
        supervision.start(
            Watched.limits,
            collects: false,
            counters: Watched.counters(),
            now: Watched.start
        )
        #expect(!supervision.isAhead)
        let end = supervision.ended(
            .exited(code: 0),
            counters: Watched.counters(cpuUsed: 5),
            now: Watched.start + 42_000
        )
        #expect(try #require(end).usage.wallMicroseconds == 42)
        #expect(try #require(end).usage.cpuMicroseconds == 5)
    }

    @Test func `what ends before its stage is nobody's verdict`() {
        var supervision = parked()
        let end = supervision.ended(.exited(code: 0), counters: Watched.counters(), now: 50)
        #expect(end == nil)
        let verdict = supervision.initGone(counters: Watched.counters(), now: 50)
        #expect(verdict == nil)
    }
}
