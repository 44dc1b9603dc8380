import Domain
import Foundation
import Logging

/// The steps of an execution from its slot to its end.
///
/// One task takes an execution through all steps. A cancellation reaches the run in the jail, but
/// not the later steps: the end is stored even after the client has disconnected. An execution
/// counts as finished only when it is stored with the deliveries that it owes.
struct ExecutionLifecycle: Sendable {
    private let table: QueueTable
    private let attempts: AttemptRunner
    private let records: ExecutionRecords
    private let clock: WallClock
    private let logger: Logger
    private let pause: @Sendable (Duration) async throws -> Void

    init(
        table: QueueTable,
        attempts: AttemptRunner,
        records: ExecutionRecords,
        clock: WallClock,
        logger: Logger,
        pause: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.table = table
        self.attempts = attempts
        self.records = records
        self.clock = clock
        self.logger = logger
        self.pause = pause
    }

    /// Starts waiting executions in the free slots.
    ///
    /// - Parameter atOnce: for a caller that only waits. This thread then does everything up to the
    ///   request to the warden, so no other thread has to be woken.
    func startWaiting(atOnce: Bool = false) {
        while let entry = table.decide({ $0.startNext(at: $1) }) {
            let life =
                atOnce
                ? Task.immediate { await live(entry) }
                : Task { await live(entry) }
            if table.decide({ state, _ in state.attach(life, to: entry.id) }) { life.cancel() }
        }
    }

    private func live(_ entry: QueueState.Entry) async {
        let result: Result<ExecutionResult, any Error>
        do {
            result = .success(try await attempts.runToVerdict(entry))
        } catch {
            result = .failure(error)
        }
        let (ended, now) = table.decide { ($0.runEnded(entry.id, at: $1), $1) }
        startWaiting()
        guard let ended else { return }
        if ended.interruption == nil {
            await runEnded(ended, with: result, at: now)
        } else {
            // This Swift task has been cancelled, or is about to be.
            Task { await runEnded(ended, with: result, at: now) }
        }
    }

    private func runEnded(
        _ entry: QueueState.Entry,
        with result: Result<ExecutionResult, any Error>,
        at now: Date
    ) async {
        guard case .running(let start) = entry.execution.state else { return }
        switch (result, entry.interruption) {
        case (.success(let result), _):
            await end(entry, as: .finished(result, startedAt: start, finishedAt: now))
        case (.failure, .drain) where entry.durability == .accepted:
            await putBack(entry)
        case (.failure, .some):
            await end(entry, as: .cancelled(startedAt: start, finishedAt: now))
        case (.failure(let error as SandboxError), nil) where error == .closed:
            await turnAway(entry)
        case (.failure(let error), nil):
            logger.error(
                "execution failed by an internal error",
                metadata: ["execution": "\(entry.id)", "error": "\(error)"]
            )
            await end(entry, as: .faulted(startedAt: start, finishedAt: now))
        }
    }

    /// Leaves an interrupted execution queued on disk, for the next start of the service.
    private func putBack(_ entry: QueueState.Entry) async {
        logger.notice(
            "execution interrupted, stays queued",
            metadata: ["execution": "\(entry.id)"]
        )
        var queued = entry.execution
        queued.state = .queued
        await records.noteQueued(queued)
        await records.release(queued)
        table.leave(entry, with: .failure(SubmissionRefusal.draining))
    }

    /// Turns away an execution for which there will be no jail, and all that wait behind it.
    private func turnAway(_ entry: QueueState.Entry) async {
        for waiting in table.decide({ $0.beginDraining(at: $1) }) { await endUnstarted(waiting) }
        var entry = entry
        entry.execution.attempts -= 1  // the attempt was not started
        if entry.durability == .accepted { return await putBack(entry) }
        if entry.isCharged { await records.refund(entry.execution) }
        table.leave(entry, with: .failure(SubmissionRefusal.draining))
    }

    /// Ends an execution that was interrupted before it ran.
    func endUnstarted(_ entry: QueueState.Entry) async {
        switch entry.interruption {
        case .drain:
            // An accepted execution stays queued on disk; the others are turned away.
            if entry.durability == .accepted {
                await records.release(entry.execution)
            } else if entry.isCharged {
                await records.refund(entry.execution)
            }
            table.leave(entry, with: .failure(SubmissionRefusal.draining))
        case .caller, nil:
            await end(entry, as: .cancelled(startedAt: nil, finishedAt: clock.now()))
        }
    }

    /// Stores the end, refunds the charge where the fault is ours, and resumes the waiters, in this
    /// order.
    private func end(_ entry: QueueState.Entry, as final: Execution.State) async {
        var execution = entry.execution
        execution.state = final
        let isCutShort = entry.interruption == .drain && execution.status == .cancelled
        var isOurFault = isCutShort || execution.status == .internalError
        var result = Result<Execution, any Error>.success(execution)
        do {
            try await records.writeDown(execution, durability: entry.durability) {
                table.isDraining
            }
        } catch let lost as ClaimLost {
            result = .failure(lost)
            isOurFault = false  // the other worker runs it on the same charge
        } catch {
            result = .failure(error)
            // An accepted execution runs again after a restart, on the same charge.
            if entry.durability != .accepted { isOurFault = true }
        }
        if isOurFault && entry.isCharged { await records.refund(execution) }
        table.leave(entry, with: result)
    }
}

// MARK: - Cancellation and draining

extension ExecutionLifecycle {
    /// Cancels a queued or running execution, or one that is left on disk for the next start.
    /// - Returns: `nil` where the organization has no execution of this id.
    /// - Throws: ``CancellationRefusal``; ``ClaimLost`` where another worker runs the execution; an
    ///   error of the store.
    func cancel(id: String, organization: String) async throws -> Execution? {
        guard let events = table.entry(id, of: organization)?.events else {
            return try await cancelStored(id: id, organization: organization)
        }
        interrupt(id, by: .caller)
        let execution = try await events.resultUnlessCancelled()
        guard execution.status == .cancelled else {
            throw CancellationRefusal(execution: execution)
        }
        return execution
    }

    /// Cancels the executions of a project; returns when none is left, and no jail either.
    func cancelAll(project: String) async {
        let interrupted = table.decide { $0.interruptAll(ofProject: project, at: $1) }
        for (action, _) in interrupted { act(action) }
        for (_, events) in interrupted { _ = try? await events.resultUnlessCancelled() }
        // The cache is cleared last, when no execution can add another program.
        await attempts.forget(project: project)
    }

    /// Cancels an execution that is not in the table: it has ended, or it is left on disk for the
    /// next start.
    private func cancelStored(id: String, organization: String) async throws -> Execution? {
        guard var execution = try await records.execution(id: id, organization: organization)
        else { return nil }
        guard !execution.isFinished else { throw CancellationRefusal(execution: execution) }
        // The claim keeps other workers from taking the execution up.
        guard try await records.claim(execution) else {
            return try await refuseCancellation(id: id, organization: organization)
        }
        // Recovery may have queued the execution here since the lookup.
        if table.entry(id, of: organization) != nil {
            return try await cancel(id: id, organization: organization)
        }
        execution.state = .cancelled(startedAt: nil, finishedAt: clock.now())
        do {
            try await records.writeDownStored(execution)
        } catch is ProjectGone {
            return nil  // the project was deleted since the lookup
        } catch is ClaimLost {
            return try await refuseCancellation(id: id, organization: organization)
        }
        return execution
    }

    /// Reports a failed claim: the execution has ended, was deleted, or another worker holds it.
    private func refuseCancellation(id: String, organization: String) async throws -> Execution? {
        let execution = try await records.execution(id: id, organization: organization)
        guard let execution else { return nil }
        if execution.isFinished { throw CancellationRefusal(execution: execution) }
        throw ClaimLost()
    }

    /// Interrupts an execution, without waiting, because a cancellation handler calls it.
    func interrupt(_ id: String, by cause: QueueState.Interruption) {
        act(table.decide { $0.interrupt(id, by: cause, at: $1) })
    }

    private func act(_ action: QueueState.InterruptionAction) {
        switch action {
        case .none: break
        case .cancel(let run): run.cancel()
        case .end(let entry): Task { await endUnstarted(entry) }
        }
    }

    /// Accepts no new work, and returns when no execution is left.
    ///
    /// Running executions may finish within `grace` and are then cancelled. Accepted, unfinished
    /// executions stay queued on disk; the others are turned away.
    func drain(grace: Duration) async {
        for entry in table.decide({ $0.beginDraining(at: $1) }) { await endUnstarted(entry) }
        let timer = Task { [pause] in
            try await pause(grace)
            cutShort()
        }
        await table.waitUntilIdle()
        timer.cancel()
    }

    private func cutShort() {
        for action in table.decide({ $0.interruptAll(by: .drain, at: $1) }) { act(action) }
    }
}
