import Kernel
import Testing
import Vocabulary
import WardenProtocol

@testable import Warden

@Suite struct StageLimitTests {
    @Test(arguments: [
        (WatchedStage.wall - 1, false), (WatchedStage.wall, true), (WatchedStage.wall + 1, true),
    ])
    func `a stage is killed at its wall limit and not before`(after: UInt64, isKilled: Bool) {
        var watched = WatchedStage()
        #expect(
            watched.tick(after: after) == (isKilled ? .killStage(WatchedStage.stage) : .nothing)
        )
        if isKilled { #expect(watched.ended(.signaled(9))?.verdict == .timedOut) }
    }

    @Test func `a stage seen to hold too much memory is killed once, with that verdict`() {
        var watched = WatchedStage()
        #expect(
            watched.supervision.memoryExceeded(now: WatchedStage.start + 1)
                == .killStage(WatchedStage.stage)
        )
        #expect(watched.supervision.memoryExceeded(now: WatchedStage.start + 2) == .nothing)
        #expect(watched.ended(.signaled(9))?.verdict == .memoryExceeded)
        #expect(watched.supervision.memoryExceeded(now: WatchedStage.start + 3) == .nothing)
    }

    @Test(arguments: [(UInt64(49_999), false), (50_000, true), (50_001, true)])
    func `a stage is killed at its cpu limit and not before`(used: UInt64, isKilled: Bool) {
        var watched = WatchedStage()
        #expect(
            watched.tick(after: 30_000_000, cpuUsed: used)
                == (isKilled ? .killStage(WatchedStage.stage) : .nothing)
        )
        if isKilled { #expect(watched.ended(.signaled(9))?.verdict == .cpuTimeExceeded) }
    }

    @Test func `where both limits are reached, wall time is the cause`() {
        var watched = WatchedStage()
        #expect(
            watched.tick(after: WatchedStage.wall, cpuUsed: 50_000)
                == .killStage(WatchedStage.stage)
        )
        #expect(watched.ended(.signaled(9), cpuUsed: 50_000)?.verdict == .timedOut)
    }

    @Test func `a stage is killed once, and its jail destroyed where that is not obeyed`() {
        var watched = WatchedStage()
        #expect(watched.tick(after: WatchedStage.wall) == .killStage(WatchedStage.stage))
        let deadline = WatchedStage.wall + Supervision.killNanoseconds
        #expect(watched.tick(after: WatchedStage.wall + 1) == .nothing)
        #expect(watched.tick(after: deadline - 1) == .nothing)
        #expect(watched.tick(after: deadline) == .destroy)
    }

    @Test func `a counter that cannot be read is no time used`() {
        var supervision = WatchedStage().supervision
        #expect(supervision.tick(now: WatchedStage.start + 1, processors: 2) { 0 } == .nothing)
        let now = WatchedStage.start + 90_000_000
        let next = supervision.nextTick(now: now, cpuMicroseconds: { 0 }, processors: 2)
        #expect(next == WatchedStage.start + WatchedStage.wall)
        let end = supervision.ended(
            WatchedStage.end(.exited(code: 0)),
            counters: Supervision.Counters(cpuMicroseconds: 0, memoryKills: 0, peakMemoryBytes: 0),
            now: now
        )
        #expect(end?.end.usage.cpuMicroseconds == 0)
    }

    @Test func `the cpu counter is not asked for where the wall limit decides`() {
        var supervision = WatchedStage().supervision
        let action = supervision.tick(now: WatchedStage.start + WatchedStage.wall, processors: 2) {
            Issue.record("asked for the counter")
            return 0
        }
        #expect(action == .killStage(WatchedStage.stage))
    }
}

@Suite struct StageCauseTests {
    @Test(arguments: [Int32(0), 1, 255])
    func `an exit is reported with its code`(code: Int32) {
        var watched = WatchedStage()
        #expect(watched.ended(.exited(code: code))?.verdict == .exited(code: code))
        #expect(watched.isIdle)
    }

    @Test func `a signal that nobody here sent is the program's own`() {
        var watched = WatchedStage()
        #expect(watched.ended(.signaled(11), cpuUsed: 49_999)?.verdict == .signaled(signal: 11))
    }

    @Test func `usage is counted from the start of the stage`() {
        var watched = WatchedStage()
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
        var stopped = WatchedStage()
        #expect(stopped.tick(after: WatchedStage.wall) == .killStage(WatchedStage.stage))
        #expect(stopped.ended(.signaled(9), kills: 1)?.verdict == .memoryExceeded)

        var survived = WatchedStage()
        #expect(survived.ended(.exited(code: 0), kills: 1)?.verdict == .memoryExceeded)
    }

    @Test func `kills of an earlier stage do not count`() {
        var watched = WatchedStage()
        #expect(watched.ended(.exited(code: 0), kills: 0)?.verdict == .exited(code: 0))
    }

    @Test func `a stage that was stopped has that cause even where it then exits by itself`() {
        var watched = WatchedStage()
        #expect(watched.tick(after: 30_000_000, cpuUsed: 50_000) == .killStage(WatchedStage.stage))
        #expect(watched.ended(.exited(code: 0), cpuUsed: 50_000)?.verdict == .cpuTimeExceeded)
    }

    @Test(arguments: [(UInt64(49_999), false), (50_000, true), (50_001, true)])
    func `a signal at the cpu limit is the kernel's own limit`(used: UInt64, isCPU: Bool) {
        var watched = WatchedStage()
        let end = watched.ended(.signaled(9), cpuUsed: used)
        #expect(end?.verdict == (isCPU ? .cpuTimeExceeded : .signaled(signal: 9)))
    }

    @Test func `an exit at the cpu limit that was not stopped stays an exit`() {
        var watched = WatchedStage()
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
        var watched = WatchedStage()
        watched.supervision.built()
        #expect(watched.ended(.exited(code: 0)) != nil)
    }

    @Test func `output files come before the report`() {
        var watched = WatchedStage(collects: true)
        #expect(watched.ended(.exited(code: 3)) == nil)
        #expect(watched.isCollecting)
        #expect(watched.collected()?.verdict == .exited(code: 3))
        #expect(watched.isIdle)
        #expect(watched.collected() == nil)
    }

    @Test func `the time of the collection is the stage's`() {
        var watched = WatchedStage(collects: true)
        _ = watched.ended(.exited(code: 0), cpuUsed: 30)
        let usage = watched.collected(cpuUsed: 75, after: 50_000)?.usage
        #expect(usage?.cpuMicroseconds == 75)
        #expect(usage?.wallMicroseconds == 50)
    }

    @Test func `a jail that does not send its output files in time is destroyed`() {
        var watched = WatchedStage(collects: true)
        _ = watched.ended(.exited(code: 0))
        let until = 42_000 + Supervision.collectNanoseconds
        #expect(watched.tick(after: until - 1) == .nothing)
        #expect(watched.tick(after: until) == .destroy)
        let next = watched.supervision.nextTick(now: 1, cpuMicroseconds: { 0 }, processors: 1)
        #expect(next == WatchedStage.start + until)
    }

    @Test func `an end that no stage is there for is ignored`() {
        var supervision = Supervision(openedAt: 0)
        let counters = WatchedStage.counters()
        #expect(
            supervision.ended(WatchedStage.end(.exited(code: 0)), counters: counters, now: 1) == nil
        )
        #expect(supervision.collected(counters: counters, now: 1) == nil)
        supervision.built()
        #expect(
            supervision.ended(WatchedStage.end(.exited(code: 0)), counters: counters, now: 1) == nil
        )
        supervision.close()
        #expect(
            supervision.ended(WatchedStage.end(.exited(code: 0)), counters: counters, now: 1) == nil
        )
        #expect(supervision.tick(now: .max, processors: 2) { 0 } == .nothing)
        #expect(supervision.nextTick(now: 1, cpuMicroseconds: { 0 }, processors: 1) == nil)
    }

    @Test func `init gone by itself is our fault and no verdict`() {
        var watched = WatchedStage()
        #expect(watched.supervision.initGone(counters: WatchedStage.counters(), now: 1).isEmpty)
        #expect(watched.isClosing)
    }

    @Test func `init gone for want of memory is a memory verdict`() {
        var watched = WatchedStage()
        let end = watched.supervision.initGone(
            counters: WatchedStage.counters(kills: 1),
            now: WatchedStage.start
        )
        #expect(end.map(\.end.verdict) == [.memoryExceeded])
        #expect(watched.isClosing)
    }

    @Test func `init gone while it was to end a stage is that stage's verdict`() {
        var watched = WatchedStage()
        _ = watched.tick(after: WatchedStage.wall)
        let end = watched.supervision.initGone(
            counters: WatchedStage.counters(),
            now: WatchedStage.start
        )
        #expect(end.map(\.end.verdict) == [.timedOut])
    }

    @Test func `init gone while it sent output files keeps the verdict`() {
        var watched = WatchedStage(collects: true)
        _ = watched.ended(.exited(code: 5))
        let end = watched.supervision.initGone(
            counters: WatchedStage.counters(),
            now: WatchedStage.start
        )
        #expect(end.map(\.end.verdict) == [.exited(code: 5)])
    }

    @Test func `a jail that is closed has no verdict`() {
        var watched = WatchedStage()
        watched.supervision.close()
        let gone = watched.supervision.initGone(
            counters: WatchedStage.counters(kills: 1),
            now: WatchedStage.start
        )
        #expect(gone.isEmpty)
    }
}

@Suite struct NextTickTests {
    private func next(after: UInt64, cpuUsed: UInt64, processors: UInt64) -> UInt64? {
        WatchedStage().supervision.nextTick(
            now: WatchedStage.start + after,
            cpuMicroseconds: { WatchedStage.cpuBefore + cpuUsed },
            processors: processors
        ).map { $0 - WatchedStage.start }
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
        #expect(next(after: 90_000_000, cpuUsed: 0, processors: 1) == WatchedStage.wall)
    }

    @Test func `what cannot have been used yet needs no counter`() {
        let next = WatchedStage().supervision.nextTick(
            now: WatchedStage.start + 24_999_000,
            cpuMicroseconds: {
                Issue.record("asked for the counter")
                return 0
            },
            processors: 1
        )
        #expect(next == WatchedStage.start + 50_000_000)
    }

    @Test func `a stage that was told to end is looked at when it must have`() {
        var watched = WatchedStage()
        _ = watched.tick(after: WatchedStage.wall)
        let next = watched.supervision.nextTick(now: 1, cpuMicroseconds: { 0 }, processors: 1)
        #expect(next == WatchedStage.start + WatchedStage.wall + Supervision.killNanoseconds)
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
            RunningStage(
                WatchedStage.stage,
                WatchedStage.limits,
                counters: WatchedStage.counters(),
                now: WatchedStage.start
            )
        )
        #expect(!supervision.isAhead)
        let end = supervision.ended(
            WatchedStage.end(.exited(code: 0)),
            counters: WatchedStage.counters(cpuUsed: 5),
            now: WatchedStage.start + 42_000
        )
        #expect(try #require(end).end.usage.wallMicroseconds == 42)
        #expect(try #require(end).end.usage.cpuMicroseconds == 5)
    }

    @Test func `what ends before its stage is nobody's verdict`() {
        var supervision = parked()
        let end = supervision.ended(
            WatchedStage.end(.exited(code: 0)),
            counters: WatchedStage.counters(),
            now: 50
        )
        #expect(end == nil)
        let verdict = supervision.initGone(counters: WatchedStage.counters(), now: 50)
        #expect(verdict.isEmpty)
    }
}
