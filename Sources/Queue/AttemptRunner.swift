import Domain
import Logging
import Runner

/// Makes the attempts that an execution consists of.
///
/// A jail has no effect outside itself, so what met a fault of ours is begun again in a new one, in
/// the slot that it has, and says so: ``Execution/attempts``.
struct AttemptRunner: Sendable {
    private let provider: any SandboxProvider
    private let compileCache: (any CompileCache)?
    private let table: QueueTable
    private let records: ExecutionRecords
    private let logger: Logger
    private let pause: @Sendable (Duration) async throws -> Void

    /// How long what is not kept waits for somebody to make its jail; its caller does, too.
    static let patience = Duration.seconds(15)

    /// The pause before the attempt after a jail that broke: what it lacked may have come back.
    private static let pauseAfterBreach = Duration.milliseconds(100)

    init(
        provider: any SandboxProvider,
        compileCache: (any CompileCache)?,
        table: QueueTable,
        records: ExecutionRecords,
        logger: Logger,
        pause: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.provider = provider
        self.compileCache = compileCache
        self.table = table
        self.records = records
        self.logger = logger
        self.pause = pause
    }

    /// Forgets the compiled programs of a project.
    func forget(project: String) async { await compileCache?.forget(project: project) }

    /// Runs the execution until it has a verdict.
    ///
    /// Waiting for a warden is no attempt.
    /// - Throws: as `execute` of Runner, of the last attempt.
    func runToVerdict(_ entry: QueueState.Entry) async throws -> ExecutionResult {
        var next = entry.execution
        while true {
            let execution = next
            entry.events.append(.status(.running, attempt: execution.attempts))
            // Beside the run, which need not wait for it.
            let noting =
                entry.durability == .accepted
                ? Task { await records.noteAttempt(execution) } : nil
            let run = await attempt(execution, of: entry)
            // An end must not be overtaken by it.
            await noting?.value
            guard case .failure(let failure as SandboxError) = run else { return try run.get() }
            guard let again = try await beginAgain(execution, after: failure) else { throw failure }
            next = again
        }
    }

    private func attempt(
        _ execution: Execution,
        of entry: QueueState.Entry
    ) async -> Result<ExecutionResult, any Error> {
        do {
            return .success(
                try await execute(
                    execution.request,
                    on: entry.runtime,
                    profile: execution.owner.profile,
                    in: provider,
                    patience: entry.durability == .accepted ? nil : Self.patience,
                    isBacklogged: entry.isBacklogged,
                    programs: compileCache.map { OwnPrograms(in: $0, of: execution.owner) },
                    onOutput: { entry.events.append(.output($0, $1)) }
                )
            )
        } catch {
            return .failure(error)
        }
    }

    private func beginAgain(
        _ execution: Execution,
        after failure: SandboxError
    ) async throws -> Execution? {
        switch failure {
        case .refused, .unavailable, .closed: return nil
        case .broken: try await pause(Self.pauseAfterBreach)
        case .lost: break
        }
        guard let again = table.decide({ $0.startAgain(execution.id, at: $1) }) else { return nil }
        logger.notice(
            "execution begun again",
            metadata: [
                "execution": "\(again.id)", "attempt": "\(again.attempts)", "after": "\(failure)",
            ]
        )
        return again
    }
}

extension Owner {
    /// Strangers get the narrower set of system calls.
    fileprivate var profile: SystemCallProfile {
        switch self {
        case .organization: .standard
        case .address: .strict
        }
    }
}
