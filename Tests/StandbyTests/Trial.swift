import Catalog
import Domain
import Foundation
import Logging
import Runner
import Testing
import WardenClient
import WardenUnderTest

/// What a program was seen to do in jails made for it, and in jails that stood by.
struct Trial {
    /// In jails that were made when they were asked for; the last one of them by way of the pool.
    var cold: [Seen] = []
    var standby: [Seen] = []
    /// How many of the pool's jails did stand by when they were asked for.
    var taken = 0
    /// Of each jail that was made ahead, whether an interpreter was started in it.
    var areBooted: [Bool] = []

    static let coldRuns = 1
    static let standbyRuns = 2

    /// - Parameter asFirst: what the pool is asked for first, and learns from; the same by default.
    static func make(
        of request: ExecutionRequest,
        asFirst: ExecutionRequest? = nil,
        on runtime: Runtime,
        profile: SystemCallProfile,
        session: WardenConnection,
        jailsMax: Int = 1,
        altering: @escaping @Sendable (inout StandbySpec) -> Void = { _ in }
    ) async throws -> Trial {
        var trial = Trial()
        for _ in 0..<coldRuns {
            let result = try await execute(request, on: runtime, profile: profile, in: session)
            trial.cold.append(Seen(result))
        }
        let sandbox = WatchedSandbox(session, altering: altering)
        // One at a time: each stands ready before it is asked for, and none is made meanwhile.
        let pool = StandbyPool(
            sandbox,
            bounds: StandbyBounds(jailsMax: jailsMax, memoryBytesMax: 1 << 30, processors: 1),
            clock: .system,
            logger: Logger(label: "standby") { _ in SwiftLogNoOpLogHandler() }
        )
        defer { pool.close() }
        let first = asFirst ?? request
        let learnt = try await execute(first, on: runtime, profile: profile, in: pool)
        if asFirst == nil { trial.cold.append(Seen(learnt)) }
        for _ in 0..<standbyRuns {
            if jailsMax > 0 { try await waitForOne(of: pool, sandbox) }
            let result = try await execute(request, on: runtime, profile: profile, in: pool)
            trial.standby.append(Seen(result))
        }
        trial.taken = pool.figures.taken
        trial.areBooted = sandbox.specs.map { $0.boot != nil }
        return trial
    }

    private static func waitForOne(of pool: StandbyPool, _ sandbox: WatchedSandbox) async throws {
        guard case .ready = await sandbox.changes.first(where: { _ in true }) else {
            throw Missing(what: "a jail that stands by")
        }
        // The word of it comes a moment before the pool has put it up.
        while pool.figures.ready == 0 { await Task.yield() }
    }

    /// Why a program could tell, in words; empty where it could not.
    func faults(isBooted: Bool, differs: Bool) -> [String] {
        var faults: [String] = []
        if taken != Self.standbyRuns {
            faults.append("only \(taken) runs had a jail that stood by")
        }
        if areBooted.contains(!isBooted) {
            faults.append("an interpreter was \(isBooted ? "not " : "")started ahead")
        }
        let all = cold + standby
        if differs, Set(all.map(\.outputs)).count != all.count {
            faults.append("the same came twice: \(all.map(\.shownOutput))")
        }
        for (kind, others) in [("another cold run", cold), ("a jail that stood by", standby)] {
            let differences = others.compactMap { other in
                differs
                    ? cold[0].withoutOutput.difference(to: other.withoutOutput)
                    : cold[0].difference(to: other)
            }
            faults += differences.map { "\(kind): \($0)" }
        }
        return faults
    }
}
