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
    /// Whether a concurrent stage was begun: its processes may outlive it, so the jail's counters
    /// and limits are no single stage's any more.
    private(set) var isShared = false

    enum State {
        /// Init is at work on the root; no stage yet.
        case building
        case idle
        /// A program is starting ahead of its request.
        case booting(until: UInt64)
        /// It waits at its script.
        case parked(until: UInt64)
        /// One stage, and the jail's counters are its own.
        case running(RunningStage)
        /// The program is gone and judged; init is sending the output files.
        case collecting(CollectingStage)
        /// Concurrent stages, at least one.
        case sharing([StageNumber: RunningStage])
        /// Init has been killed; waiting for the kernel to be done with it.
        case closing
    }

    /// Whether something is being done in the jail that somebody waits for.
    ///
    /// Concurrent stages may last for hours, in which spares must be made.
    var isUnderWay: Bool {
        switch state {
        case .building, .booting, .running, .collecting: true
        case .idle, .parked, .sharing, .closing: false
        }
    }

    /// The readings of the jail's cgroup.
    struct Counters {
        var cpuMicroseconds: UInt64
        var memoryKills: UInt64
        var peakMemoryBytes: UInt64
    }

    enum Action: Equatable {
        case nothing
        case killStage(StageNumber)
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
        case .building, .idle, .running, .collecting, .sharing, .closing: false
        }
    }

    mutating func start(_ stage: RunningStage) {
        guard stage.isConcurrent else {
            state = .running(stage)
            return
        }
        var stages = concurrent
        stages[stage.number] = stage
        state = .sharing(stages)
        isShared = true
    }

    /// The concurrent stages that run.
    var concurrent: [StageNumber: RunningStage] {
        if case .sharing(let stages) = state { stages } else { [:] }
    }

    private mutating func share(_ stages: [StageNumber: RunningStage]) {
        state = stages.isEmpty ? .idle : .sharing(stages)
    }

    /// The action that is due at `now`.
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
        case .collecting(let stage): return now >= stage.until ? .destroy : .nothing
        case .booting(let until), .parked(let until): return now >= until ? .destroy : .nothing
        case .running(var stage):
            defer { state = .running(stage) }
            return stage.tick(now: now, processors: processors, cpuMicroseconds: cpuMicroseconds)
        case .sharing(var stages):
            defer { state = .sharing(stages) }
            for number in stages.keys {
                let action = stages[number]?.tick(
                    now: now,
                    processors: processors,
                    cpuMicroseconds: cpuMicroseconds
                )
                if let action, action != .nothing { return action }  // the next at the next tick
            }
            return .nothing
        }
    }

    /// The jail holds more memory than it may, and no kernel has stopped it.
    mutating func memoryExceeded(now: UInt64) -> Action {
        switch state {
        case .running(var stage):
            defer { state = .running(stage) }
            return stage.stop(.memoryExceeded, now: now)
        case .sharing(var stages):
            // The memory is not counted per stage.
            for number in stages.keys { _ = stages[number]?.stop(.memoryExceeded, now: now) }
            state = .sharing(stages)
            return .destroy
        case .idle: return isShared ? .destroy : .nothing
        case .building, .booting, .parked, .collecting, .closing: return .nothing
        }
    }

    /// The front wants this stage to end.
    mutating func kill(_ number: StageNumber, now: UInt64) -> Action {
        switch state {
        case .running(var stage) where stage.number == number:
            defer { state = .running(stage) }
            return stage.stop(.signaled(signal: 9), now: now)
        case .sharing(var stages):
            defer { state = .sharing(stages) }
            return stages[number]?.stop(.signaled(signal: 9), now: now) ?? .nothing
        default: return .nothing
        }
    }

    /// When ``tick(now:cpuMicroseconds:)`` has something to look at again: the wall deadline, or
    /// the earliest moment at which the processors could have used up what is left.
    func nextTick(now: UInt64, cpuMicroseconds: () -> UInt64, processors: UInt64) -> UInt64? {
        switch state {
        case .idle, .closing: return nil
        case .building: return openedAt + Self.buildNanoseconds
        case .collecting(let stage): return stage.until
        case .booting(let until), .parked(let until): return until
        case .running(let stage):
            return stage.nextTick(now: now, processors: processors, cpuMicroseconds)
        case .sharing(let stages):
            return stages.values.map {
                $0.nextTick(now: now, processors: processors, cpuMicroseconds)
            }.min()
        }
    }

    /// The program has ended and nothing of it is left, or only what a concurrent stage may leave.
    /// - Returns: the end to report now, or `nil` where output files come first or there was no
    ///    stage.
    mutating func ended(_ ended: EndedStage, counters: Counters, now: UInt64) -> JudgedStage? {
        switch state {
        case .running(let stage):
            let judged = stage.judge(ended, counters, now: now)
            state =
                stage.collects
                ? .collecting(CollectingStage(judged, counters, now: now)) : .idle
            return stage.collects ? nil : judged
        case .sharing(var stages):
            defer { share(stages) }
            return stages.removeValue(forKey: ended.stage)?.judge(ended, counters, now: now)
        case .building, .idle, .booting, .parked, .collecting, .closing: return nil
        }
    }

    mutating func collected(counters: Counters, now: UInt64) -> JudgedStage? {
        guard case .collecting(let stage) = state else { return nil }
        state = .idle
        return stage.collected(counters, now: now)
    }

    /// Init is gone, and with it the whole jail.
    ///
    /// `counters` is only asked for where a stage was running.
    /// - Returns: the ends of those stages whose programs can have been the reason.
    mutating func initGone(
        counters: @autoclosure () -> Counters,
        now: UInt64
    ) -> [JudgedStage] {
        defer { state = .closing }
        let stages: [RunningStage]
        switch state {
        case .collecting(let stage): return [stage.collected(counters(), now: now)]
        case .running(let stage): stages = [stage]
        case .sharing(let shared): stages = Array(shared.values)
        case .building, .idle, .booting, .parked, .closing: return []
        }
        let counters = counters()
        return stages.filter { $0.isEnding(counters) }.map { stage in
            stage.judge(stage.killedWithJail, counters, now: now)
        }
    }

    /// The stage could not be begun.
    mutating func abandon(_ number: StageNumber) {
        var stages = concurrent
        stages[number] = nil
        share(stages)
    }

    mutating func close() { state = .closing }
}
