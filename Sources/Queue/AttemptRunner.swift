import Domain
import Logging
import Runner

/// A runner of the attempts of an execution.
///
/// A jail has no effect outside itself. An execution that met a fault of ours is therefore started
/// again in a new jail, in the same slot, and counts it in ``Execution/attempts``.
struct AttemptRunner: Sendable {
    private let provider: any SandboxProvider
    private let compileCache: (any CompileCache)?
    private let table: QueueTable
    private let records: ExecutionRecords
    private let logger: Logger
    private let pause: @Sendable (Duration) async throws -> Void

    /// The longest wait for a jail of an execution that is not stored, because its caller waits
    /// too.
    static let patience = Duration.seconds(15)

    /// The pause after a broken jail: a missing resource may be available again.
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

    /// Deletes the compiled programs of a project.
    func forget(project: String) async { await compileCache?.forget(project: project) }

    /// Runs the execution until it has a verdict.
    ///
    /// Waiting for a warden does not count as an attempt.
    /// - Throws: the error of the last attempt, as `execute` of Runner.
    func runToVerdict(_ entry: QueueState.Entry) async throws -> ExecutionResult {
        var next = entry.execution
        while true {
            let execution = next
            entry.events.append(.status(.running, attempt: execution.attempts))
            // The write runs beside the execution, which need not wait for it.
            let noting =
                entry.durability == .accepted
                ? Task { await records.noteAttempt(execution) } : nil
            let run = await attempt(execution, of: entry)
            // The end is stored only after this write, which must not come later.
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
            "execution retried",
            metadata: [
                "execution": "\(again.id)", "attempt": "\(again.attempts)", "after": "\(failure)",
            ]
        )
        return again
    }
}

extension Owner {
    /// The system calls of the owner's programs; strangers get the narrower set.
    fileprivate var profile: SystemCallProfile {
        switch self {
        case .organization: .standard
        case .address: .strict
        }
    }
}
