import Catalog
import Domain
import Foundation
import Logging
import Runner
import Testing
import WardenClient
import WardenUnderTest

/// The results of a program in new jails, and in standby jails.
struct Trial {
    /// The results in jails that were made on request; the last one went through the pool.
    var cold: [Seen] = []
    var standby: [Seen] = []
    /// The number of requests for which the pool had a standby jail.
    var taken = 0
    /// Whether an interpreter was started in it, for each jail that was made in advance.
    var areBooted: [Bool] = []

    static let coldRuns = 1
    static let standbyRuns = 2

    /// - Parameter asFirst: the first request to the pool, from which it learns; by default
    ///   `request`.
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
        // One jail at a time: each is ready before its request, and none is made meanwhile.
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
        // The report comes a moment before the pool offers the jail.
        while pool.figures.ready == 0 { await Task.yield() }
    }

    /// Returns the reasons why a program could tell; empty if it could not.
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
