internal import JailInit
internal import Kernel
internal import Vocabulary
internal import WardenProtocol

/// A stage from its order to its verdict: its clock, and what the counters were before it.
struct RunningStage {
    let number: StageNumber
    let limits: Limits
    let collects: Bool
    /// Whether others may run beside it: then the jail's counters are not its own, and init says
    /// what it has used.
    let isConcurrent: Bool
    /// Nanoseconds of the monotonic clock.
    let startedAt: UInt64
    let cpuBefore: UInt64
    let memoryKillsBefore: UInt64
    /// Why the stage was told to end, and when it must have.
    private var stopped: (verdict: Verdict, deadline: UInt64)?

    init(
        _ number: StageNumber,
        _ limits: Limits,
        collects: Bool = false,
        isConcurrent: Bool = false,
        counters: Supervision.Counters,
        now: UInt64
    ) {
        self.number = number
        self.limits = limits
        self.collects = collects
        self.isConcurrent = isConcurrent
        startedAt = now
        cpuBefore = counters.cpuMicroseconds
        memoryKillsBefore = counters.memoryKills
    }

    private var wallDeadline: UInt64 {
        startedAt + limits.count(.wallMilliseconds) * 1_000_000
    }

    /// - Parameter counter: the group's; 0 where it could not be read, which must not end the
    ///    warden.
    private func cpuUsed(_ counter: UInt64) -> UInt64 { counter - min(cpuBefore, counter) }

    /// The same, or more while it cannot matter: what could have been used since the start needs no
    /// counter to be read.
    private func cpuUsed(now: UInt64, _ processors: UInt64, _ counter: () -> UInt64) -> UInt64 {
        let possible = (now - startedAt) / 1_000 * processors
        return possible < limits.count(.cpuMilliseconds) * 500 ? possible : cpuUsed(counter())
    }

    /// The action that is due at `now`.
    mutating func tick(
        now: UInt64,
        processors: UInt64,
        cpuMicroseconds: () -> UInt64
    ) -> Supervision.Action {
        if let stopped {
            guard now >= stopped.deadline else { return .nothing }
            self.stopped?.deadline = .max  // said once
            return .destroy
        }
        if now >= wallDeadline { return stop(.timedOut, now: now) }
        // The processor time of a concurrent stage is bounded by each process's own limit.
        if !isConcurrent,
            cpuUsed(now: now, processors, cpuMicroseconds)
                >= limits.count(.cpuMilliseconds) * 1_000
        {
            return stop(.cpuTimeExceeded, now: now)
        }
        return .nothing
    }

    /// Has it killed, unless it is told to end already.
    mutating func stop(_ verdict: Verdict, now: UInt64) -> Supervision.Action {
        guard stopped == nil else { return .nothing }
        stopped = (verdict, now + Supervision.killNanoseconds)
        return .killStage(number)
    }

    /// When ``tick(now:processors:cpuMicroseconds:)`` has something to look at again: the wall
    /// deadline, or the earliest moment at which the processors could have used up what is left.
    func nextTick(now: UInt64, processors: UInt64, _ cpuMicroseconds: () -> UInt64) -> UInt64 {
        if let stopped { return stopped.deadline }
        if isConcurrent { return wallDeadline }
        let limit = limits.count(.cpuMilliseconds) * 1_000
        let used = cpuUsed(now: now, processors, cpuMicroseconds)
        let left = limit > used ? limit - used : 0
        return min(wallDeadline, now + max(left / processors, 1_000) * 1_000)
    }
}

// MARK: - Its verdict

/// A stage that is over, and what the front is told of it.
struct JudgedStage: Equatable {
    let number: StageNumber
    var end: StageEnd
}

/// A stage that is judged, and whose output files init collects.
struct CollectingStage {
    private var judged: JudgedStage
    private let endedAt: UInt64
    private let cpuBefore: UInt64
    /// When init must be done.
    var until: UInt64 { endedAt + Supervision.collectNanoseconds }

    init(_ judged: JudgedStage, _ counters: Supervision.Counters, now: UInt64) {
        self.judged = judged
        endedAt = now
        cpuBefore = counters.cpuMicroseconds
    }

    /// The time of the collection counts as the stage's: its patterns and files are the caller's.
    func collected(_ counters: Supervision.Counters, now: UInt64) -> JudgedStage {
        var judged = judged
        let cpu = counters.cpuMicroseconds - min(cpuBefore, counters.cpuMicroseconds)
        judged.end.usage.cpuMicroseconds += Int64(clamping: cpu)
        judged.end.usage.wallMicroseconds += Int64(clamping: (now - min(endedAt, now)) / 1_000)
        return judged
    }
}

extension RunningStage {
    /// Whether the stage was stopped or the jail ran out of memory: init's end is then expected.
    func isEnding(_ counters: Supervision.Counters) -> Bool {
        stopped != nil || counters.memoryKills > memoryKillsBefore
    }

    /// Its end where its jail has gone with it.
    var killedWithJail: EndedStage {
        EndedStage(
            stage: number,
            end: .signaled(9),
            usage: ProcessUsage(cpuMicroseconds: 0, peakMemoryBytes: 0),
            refusedCalls: []
        )
    }

    func judge(
        _ ended: EndedStage,
        _ counters: Supervision.Counters,
        now: UInt64
    ) -> JudgedStage {
        let cpu =
            isConcurrent ? ended.usage.cpuMicroseconds : cpuUsed(counters.cpuMicroseconds)
        let memory = isConcurrent ? ended.usage.peakMemoryBytes : counters.peakMemoryBytes
        let end = StageEnd(
            verdict: verdict(ended.end, cpu: cpu, memoryKills: counters.memoryKills),
            usage: Usage(
                wallMicroseconds: Int64(clamping: (now - startedAt) / 1_000),
                cpuMicroseconds: Int64(clamping: cpu),
                memoryBytes: Int64(clamping: memory)
            ),
            refusedCalls: ended.refusedCalls
        )
        return JudgedStage(number: number, end: end)
    }

    private func verdict(_ end: ProcessEnd, cpu: UInt64, memoryKills: UInt64) -> Verdict {
        // An out-of-memory kill of another stage is not why this one was stopped.
        if isConcurrent, let stopped { return stopped.verdict }
        // An out-of-memory kill anywhere in the jail is the verdict, also where the first process
        // survived it. For a concurrent stage it must have ended the first process.
        if memoryKills > memoryKillsBefore, !isConcurrent || end == .signaled(9) {
            return .memoryExceeded
        }
        if let stopped { return stopped.verdict }
        switch end {
        case .signaled where cpu >= limits.count(.cpuMilliseconds) * 1_000:
            return .cpuTimeExceeded  // RLIMIT_CPU was first
        case .exited(let code): return .exited(code: code)
        case .signaled(let signal): return .signaled(signal: signal)
        }
    }
}
