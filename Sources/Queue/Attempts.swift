import Domain
import Logging
import Runner
import Synchronization

/// The attempts that an execution is made of.
///
/// A jail has no effect outside itself, so what met a fault of ours is begun again in a new one, in
/// the slot that it has, and says so: ``Execution/attempts``. Nobody has seen anything of the
/// attempt before, because results are told of at the end only.
extension Scheduler {
    /// How long what is not kept waits for somebody to make its jail; its caller does, too.
    static let patience = Duration.seconds(15)

    /// The pause before the attempt after a jail that broke: what it lacked may have come back.
    private static let pauseAfterBreach = Duration.milliseconds(100)

    /// Runs the execution until it has a verdict.
    ///
    /// Waiting for a warden is no attempt.
    /// - Throws: as ``execute(_:on:profile:in:patience:isBacklogged:programs:onOutput:)``, of the
    ///   last attempt.
    func runToVerdict(_ entry: SchedulerState.Entry) async throws -> ExecutionResult {
        var next = entry.execution
        while true {
            let execution = next
            // Beside the run, which need not wait for it.
            let noting = entry.keeping == .accepted ? note(execution) : nil
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
        of entry: SchedulerState.Entry
    ) async -> Result<ExecutionResult, any Error> {
        do {
            return .success(
                try await execute(
                    execution.request,
                    on: entry.runtime,
                    profile: execution.owner.profile,
                    in: sandbox,
                    patience: entry.keeping == .accepted ? nil : Self.patience,
                    isBacklogged: entry.isBacklogged,
                    programs: compileCache.map { OwnPrograms(in: $0, of: execution.owner) }
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
        let now = clock.now()
        guard let again = state.withLock({ $0.startAgain(execution.id, at: now) }) else {
            return nil
        }
        logger.notice(
            "execution begun again",
            metadata: [
                "execution": "\(again.id)", "attempt": "\(again.attempts)", "after": "\(failure)",
            ]
        )
        return again
    }

    /// Writes down that an accepted execution has been begun, so that the next start of this
    /// service knows how often it was.
    private func note(_ execution: Execution) -> Task<Void, Never> {
        Task {
            do {
                try await store.save(execution, deliveries: [])
            } catch is ProjectGone {
                return
            } catch {
                logger.error(
                    "attempt not stored",
                    metadata: ["execution": "\(execution.id)", "error": "\(error)"]
                )
            }
        }
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
