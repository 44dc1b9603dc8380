import Kernel
import Testing
import Vocabulary
import WardenProtocol

@testable import Warden

@Suite struct ConcurrentStageTests {
    private func start(_ wallMilliseconds: [StageNumber: Int64], in supervision: inout Supervision)
    {
        for (number, milliseconds) in wallMilliseconds {
            var limits = WatchedStage.limits
            limits[.wallMilliseconds] = milliseconds
            supervision.start(
                RunningStage(
                    number,
                    limits,
                    isConcurrent: true,
                    counters: WatchedStage.counters(),
                    now: WatchedStage.start
                )
            )
        }
    }

    private func sharing(_ wallMilliseconds: [StageNumber: Int64]) -> Supervision {
        var supervision = Supervision(openedAt: 0)
        supervision.built()
        start(wallMilliseconds, in: &supervision)
        return supervision
    }

    private func end(
        _ number: StageNumber,
        _ end: ProcessEnd = .exited(code: 0),
        kills: UInt64 = 0,
        in supervision: inout Supervision
    ) -> JudgedStage? {
        supervision.ended(
            WatchedStage.end(end, of: number),
            counters: WatchedStage.counters(cpuUsed: 99_999_999, kills: kills),
            now: WatchedStage.start + 42_000
        )
    }

    @Test func `each ends by itself, with what init says that it used`() {
        var supervision = sharing([1: 100, 2: 100])
        let first = end(1, in: &supervision)
        #expect(first?.number == 1)
        #expect(first?.end.verdict == .exited(code: 0))
        #expect(first?.end.usage.cpuMicroseconds == 11)
        #expect(first?.end.usage.memoryBytes == 22)
        #expect(supervision.concurrent.keys.elementsEqual([2]))
        #expect(end(1, in: &supervision) == nil)
        #expect(end(2, in: &supervision)?.number == 2)
        #expect(supervision.concurrent.isEmpty)
    }

    @Test func `each has a clock of its own`() {
        var supervision = sharing([1: 100, 2: 50])
        let next = supervision.nextTick(
            now: WatchedStage.start,
            cpuMicroseconds: { 0 },
            processors: 2
        )
        #expect(next == WatchedStage.start + 50_000_000)
        // The usage of the whole jail does not count for one stage.
        let now = WatchedStage.start + 50_000_000
        let first = supervision.tick(now: now, processors: 2) { 99_999_999 }
        let second = supervision.tick(now: now, processors: 2) { 99_999_999 }
        #expect(first == .killStage(2))
        #expect(second == .nothing)
        #expect(end(2, .signaled(9), in: &supervision)?.end.verdict == .timedOut)
        #expect(end(1, in: &supervision)?.end.verdict == .exited(code: 0))
    }

    @Test func `one that is not killed in time takes its jail with it`() {
        var supervision = sharing([1: 100, 2: 1_000])
        _ = supervision.tick(now: WatchedStage.start + WatchedStage.wall, processors: 2) { 0 }
        let late = WatchedStage.start + WatchedStage.wall + Supervision.killNanoseconds
        let due = supervision.tick(now: late, processors: 2) { 0 }
        #expect([.destroy, .killStage(2)].contains(due))
    }

    @Test func `a kill for want of memory is the verdict of those that it ended`() {
        var supervision = sharing([1: 100, 2: 100])
        #expect(end(1, .signaled(9), kills: 1, in: &supervision)?.end.verdict == .memoryExceeded)
        #expect(end(2, kills: 1, in: &supervision)?.end.verdict == .exited(code: 0))
    }

    @Test func `a stopped stage keeps its verdict when another runs out of memory`() {
        var supervision = sharing([1: 100, 2: 1_000])
        _ = supervision.tick(now: WatchedStage.start + WatchedStage.wall, processors: 2) { 0 }
        #expect(end(1, .signaled(9), kills: 1, in: &supervision)?.end.verdict == .timedOut)
    }

    @Test func `the front's kill is said once, and is no verdict of ours`() {
        var supervision = sharing([1: 100, 2: 100])
        let kills = [1, 1, 3].map { supervision.kill($0, now: WatchedStage.start) }
        #expect(kills == [.killStage(1), .nothing, .nothing])
        #expect(end(1, .signaled(9), in: &supervision)?.end.verdict == .signaled(signal: 9))
    }

    @Test func `init gone for want of memory is a verdict for all`() {
        var supervision = sharing([1: 100, 2: 100])
        let judged = supervision.initGone(
            counters: WatchedStage.counters(kills: 1),
            now: WatchedStage.start
        )
        #expect(Set(judged.map(\.number)) == [1, 2])
        #expect(judged.allSatisfy { $0.end.verdict == .memoryExceeded })
    }

    @Test func `a jail that they leave is held to its memory limit`() {
        var supervision = Supervision(openedAt: 0)
        supervision.built()
        #expect(supervision.memoryExceeded(now: WatchedStage.start) == .nothing)
        start([1: 100], in: &supervision)
        #expect(end(1, in: &supervision) != nil)
        #expect(supervision.memoryExceeded(now: WatchedStage.start) == .destroy)
    }

    @Test func `one that could not be begun leaves the others`() {
        var supervision = sharing([1: 100, 2: 100])
        supervision.abandon(2)
        #expect(supervision.concurrent.keys.elementsEqual([1]))
        supervision.abandon(1)
        #expect(supervision.concurrent.isEmpty)
    }
}
