import JailInit
import Kernel
import Vocabulary
import WardenProtocol

@testable import Warden

/// One stage of 100 ms, with 50 ms of processor time, on a clock that only the test moves.
struct WatchedStage {
    /// Its wall limit in nanoseconds.
    static let wall: UInt64 = 100_000_000
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
            RunningStage(
                Self.stage,
                Self.limits,
                collects: collects,
                counters: Self.counters(),
                now: Self.start
            )
        )
    }

    static let stage: StageNumber = 4

    static func end(_ end: ProcessEnd, of number: StageNumber = stage) -> EndedStage {
        EndedStage(
            stage: number,
            end: end,
            usage: ProcessUsage(cpuMicroseconds: 11, peakMemoryBytes: 22),
            refusedCalls: []
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
            Self.end(end),
            counters: Self.counters(cpuUsed: cpuUsed, kills: kills),
            now: Self.start + 42_000
        )?.end
    }

    mutating func collected(cpuUsed: UInt64 = 0, after: UInt64 = 42_000) -> StageEnd? {
        supervision.collected(
            counters: Self.counters(cpuUsed: cpuUsed),
            now: Self.start + after
        )?.end
    }

    var isIdle: Bool { if case .idle = supervision.state { true } else { false } }
    var isClosing: Bool { if case .closing = supervision.state { true } else { false } }
    var isCollecting: Bool { if case .collecting = supervision.state { true } else { false } }
}
