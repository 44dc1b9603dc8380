internal import JailInit
internal import Kernel
internal import Vocabulary
internal import WardenProtocol

/// Decides what becomes of one jail's stages.
///
/// It is told the time and the counters, and says what to do; it touches nothing, so its tests need
/// neither a clock nor a kernel.
struct Supervision {
    private(set) var state = State.building

    enum State {
        /// Init is at work on the root; no stage yet.
        case building
        case idle
        /// A program is starting ahead of its request.
        case booting(until: UInt64)
        /// It waits at its script.
        case parked(until: UInt64)
        case running(Running)
        /// The program is gone and judged; init is sending the output files.
        case collecting(StageEnd, until: UInt64)
        /// Init has been killed; waiting for the kernel to be done with it.
        case closing
    }

    /// Whether something is being done in the jail that somebody waits for.
    var isUnderWay: Bool {
        switch state {
        case .building, .booting, .running, .collecting: true
        case .idle, .parked, .closing: false
        }
    }

    struct Running {
        let limits: Limits
        /// Nanoseconds of the monotonic clock.
        let startedAt: UInt64
        let cpuBefore: UInt64
        let memoryKillsBefore: UInt64
        let collects: Bool
        /// Why the stage was told to end, and when it must have.
        var stopped: (verdict: Verdict, deadline: UInt64)?

        var wallDeadline: UInt64 { startedAt + limits.count(.wallMilliseconds) * 1_000_000 }

        /// - Parameter counter: the group's; 0 where it could not be read, which must not end the
        ///    warden.
        func cpuUsed(_ counter: UInt64) -> UInt64 { counter - min(cpuBefore, counter) }

        /// The same, or more while it cannot matter: what could have been used since the start
        /// needs no counter to be read.
        func cpuUsed(
            now: UInt64,
            _ processors: UInt64,
            _ counter: () -> UInt64
        ) -> UInt64 {
            let possible = (now - startedAt) / 1_000 * processors
            return possible < limits.count(.cpuMilliseconds) * 500 ? possible : cpuUsed(counter())
        }
    }

    /// What the cgroup says.
    struct Counters {
        var cpuMicroseconds: UInt64
        var memoryKills: UInt64
        var peakMemoryBytes: UInt64
    }

    enum Action: Equatable {
        case nothing
        case killStage
        /// Init did not do as it was told: the jail goes.
        case destroy
    }

    /// Building a root and unpacking the files; generous, for a machine under load.
    static let buildNanoseconds: UInt64 = 10_000_000_000
    /// From the order to kill to init's report.
    static let killNanoseconds: UInt64 = 5_000_000_000
    static let collectNanoseconds: UInt64 = 10_000_000_000
    /// An interpreter's start, as a pool makes them, beside running work.
    static let bootNanoseconds: UInt64 = 10_000_000_000

    private let openedAt: UInt64

    init(openedAt: UInt64) { self.openedAt = openedAt }

    mutating func built() { if case .building = state { state = .idle } }

    mutating func boot(now: UInt64) { state = .booting(until: now + Self.bootNanoseconds) }

    mutating func parked(until: UInt64) {
        if case .booting = state { state = .parked(until: until) }
    }

    /// Whether a program has been started ahead of its stage.
    var isAhead: Bool {
        switch state {
        case .booting, .parked: true
        case .building, .idle, .running, .collecting, .closing: false
        }
    }

    mutating func start(
        _ limits: Limits,
        collects: Bool,
        counters: Counters,
        now: UInt64
    ) {
        state = .running(
            Running(
                limits: limits,
                startedAt: now,
                cpuBefore: counters.cpuMicroseconds,
                memoryKillsBefore: counters.memoryKills,
                collects: collects,
                stopped: nil
            )
        )
    }

    /// What is due at `now`.
    ///
    /// `cpuMicroseconds` is only asked for where it decides something.
    mutating func tick(
        now: UInt64,
        processors: UInt64,
        cpuMicroseconds: () -> UInt64
    ) -> Action {
        switch state {
        case .idle, .closing: return .nothing
        case .building: return now >= openedAt + Self.buildNanoseconds ? .destroy : .nothing
        case .collecting(_, let until), .booting(let until), .parked(let until):
            return now >= until ? .destroy : .nothing
        case .running(var running):
            if let stopped = running.stopped {
                guard now >= stopped.deadline else { return .nothing }
                running.stopped?.deadline = .max  // said once
                state = .running(running)
                return .destroy
            }
            let verdict: Verdict
            if now >= running.wallDeadline {
                verdict = .timedOut
            } else if running.cpuUsed(now: now, processors, cpuMicroseconds)
                >= running.limits.count(.cpuMilliseconds) * 1_000
            {
                verdict = .cpuTimeExceeded
            } else {
                return .nothing
            }
            running.stopped = (verdict, now + Self.killNanoseconds)
            state = .running(running)
            return .killStage
        }
    }

    /// The stage holds more memory than it may, and no kernel has stopped it.
    mutating func memoryExceeded(now: UInt64) -> Action {
        guard case .running(var running) = state, running.stopped == nil else { return .nothing }
        running.stopped = (.memoryExceeded, now + Self.killNanoseconds)
        state = .running(running)
        return .killStage
    }

    /// When ``tick(now:cpuMicroseconds:)`` has something to look at again: the wall deadline, or
    /// the earliest moment at which the processors could have used up what is left.
    func nextTick(now: UInt64, cpuMicroseconds: () -> UInt64, processors: UInt64) -> UInt64? {
        switch state {
        case .idle, .closing: return nil
        case .building: return openedAt + Self.buildNanoseconds
        case .collecting(_, let until), .booting(let until), .parked(let until): return until
        case .running(let running):
            if let stopped = running.stopped { return stopped.deadline }
            let limit = running.limits.count(.cpuMilliseconds) * 1_000
            let used = running.cpuUsed(now: now, processors, cpuMicroseconds)
            let left = limit > used ? limit - used : 0
            return min(running.wallDeadline, now + max(left / processors, 1_000) * 1_000)
        }
    }

    /// The program has ended and nothing of it is left.
    /// - Returns: the end to report now, or `nil` where output files come first or there was no
    ///    stage.
    mutating func ended(
        _ end: ProcessEnd,
        refusedCalls: [Int32] = [],
        counters: Counters,
        now: UInt64
    ) -> StageEnd? {
        guard case .running(let running) = state else { return nil }
        var stageEnd = Self.judge(end, running, counters, now: now)
        stageEnd.refusedCalls = refusedCalls
        if running.collects {
            state = .collecting(stageEnd, until: now + Self.collectNanoseconds)
            return nil
        }
        state = .idle
        return stageEnd
    }

    mutating func collected() -> StageEnd? {
        guard case .collecting(let end, _) = state else { return nil }
        state = .idle
        return end
    }

    /// Init is gone, and with it the whole jail.
    ///
    /// `counters` is only asked for where a stage was running.
    /// - Returns: the end of that stage, if its program can have been the reason.
    mutating func initGone(counters: @autoclosure () -> Counters, now: UInt64) -> StageEnd? {
        defer { state = .closing }
        switch state {
        case .collecting(let end, _): return end
        case .running(let running):
            let counters = counters()
            let killed = counters.memoryKills > running.memoryKillsBefore
            guard killed || running.stopped != nil else { return nil }
            return Self.judge(.signaled(9), running, counters, now: now)
        case .building, .idle, .booting, .parked, .closing: return nil
        }
    }

    /// The stage could not be begun.
    mutating func abandonStage() { state = .idle }

    mutating func close() { state = .closing }

    /// A kill for want of memory anywhere in the jail decides, whatever the first process made of
    /// it.
    private static func judge(
        _ end: ProcessEnd,
        _ running: Running,
        _ counters: Counters,
        now: UInt64
    ) -> StageEnd {
        let cpu = running.cpuUsed(counters.cpuMicroseconds)
        let verdict: Verdict
        if counters.memoryKills > running.memoryKillsBefore {
            verdict = .memoryExceeded
        } else if let stopped = running.stopped {
            verdict = stopped.verdict
        } else if case .signaled = end, cpu >= running.limits.count(.cpuMilliseconds) * 1_000 {
            verdict = .cpuTimeExceeded  // RLIMIT_CPU was first
        } else {
            switch end {
            case .exited(let code): verdict = .exited(code: code)
            case .signaled(let signal): verdict = .signaled(signal: signal)
            }
        }
        return StageEnd(
            verdict: verdict,
            usage: Usage(
                wallMicroseconds: Int64(clamping: (now - running.startedAt) / 1_000),
                cpuMicroseconds: Int64(clamping: cpu),
                memoryBytes: Int64(clamping: counters.peakMemoryBytes)
            )
        )
    }
}
