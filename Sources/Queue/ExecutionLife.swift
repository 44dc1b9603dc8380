import Domain
import Foundation
import Logging
import Synchronization

/// What becomes of an execution from its slot to its end.
///
/// One task carries it. A cancellation reaches the run in the jail and not what comes after it: an
/// end is written down also for whoever hung up. An execution counts as finished only when it is
/// stored, with the deliveries that it owes.
extension Scheduler {
    /// Fills the free slots.
    ///
    /// - Parameter atOnce: for who has nothing to do but wait. Everything up to the warden's being
    ///   asked is then done on this thread, and no other has to be woken for it.
    func startWaiting(atOnce: Bool = false) {
        while let entry = state.withLock({ $0.startNext(at: clock.now()) }) {
            let life =
                atOnce
                ? Task.immediate { await live(entry) }
                : Task { await live(entry) }
            if state.withLock({ $0.attach(life, to: entry.id) }) { life.cancel() }
        }
    }

    private func live(_ entry: SchedulerState.Entry) async {
        let result: Result<ExecutionResult, any Error>
        do {
            result = .success(try await runToVerdict(entry))
        } catch {
            result = .failure(error)
        }
        let now = clock.now()
        let ended = state.withLock { $0.runEnded(entry.id, at: now) }
        startWaiting()
        guard let ended else { return }
        if ended.interruption == nil {
            await runEnded(ended, with: result, at: now)
        } else {
            // This task has been cancelled, or is about to be.
            Task { await runEnded(ended, with: result, at: now) }
        }
    }

    private func runEnded(
        _ entry: SchedulerState.Entry,
        with result: Result<ExecutionResult, any Error>,
        at now: Date
    ) async {
        guard case .running(let start) = entry.execution.state else { return }
        switch (result, entry.interruption) {
        case (.success(let result), _):
            await end(entry, as: .finished(result, startedAt: start, finishedAt: now))
        case (.failure, .drain) where entry.keeping == .accepted:
            await putBack(entry)
        case (.failure, .some):
            await end(entry, as: .cancelled(startedAt: start, finishedAt: now))
        case (.failure(let error as SandboxError), nil) where error == .closed:
            await turnAway(entry)
        case (.failure(let error), nil):
            logger.error(
                "execution failed for our fault",
                metadata: ["execution": "\(entry.id)", "error": "\(error)"]
            )
            await end(entry, as: .faulted(startedAt: start, finishedAt: now))
        }
    }

    /// What the end of this service cuts short waits on disk for the next start.
    private func putBack(_ entry: SchedulerState.Entry) async {
        logger.notice(
            "execution interrupted, stays queued",
            metadata: ["execution": "\(entry.id)"]
        )
        var queued = entry.execution
        queued.state = .queued
        do {
            try await store.save(queued, deliveries: [])
        } catch is ProjectGone {
            // There is nothing left to be taken up.
        } catch {
            // It is there as running, and is begun again all the same.
            logger.error(
                "execution not stored as queued",
                metadata: ["execution": "\(entry.id)", "error": "\(error)"]
            )
        }
        leave(entry, with: .failure(SubmissionRefusal.draining))
    }

    /// There will be no jail for this, nor for anything that waits behind it.
    private func turnAway(_ entry: SchedulerState.Entry) async {
        let now = clock.now()
        for waiting in state.withLock({ $0.beginDraining(at: now) }) {
            await endUnstarted(waiting)
        }
        var entry = entry
        entry.execution.attempts -= 1  // it was not begun
        if entry.keeping == .accepted { return await putBack(entry) }
        if entry.isCharged { await refund(entry.execution) }
        leave(entry, with: .failure(SubmissionRefusal.draining))
    }

    /// The end of what was interrupted before it ran.
    func endUnstarted(_ entry: SchedulerState.Entry) async {
        switch entry.interruption {
        case .drain:
            // What was accepted is on disk as queued and stays so; the others are turned away.
            if entry.keeping != .accepted && entry.isCharged { await refund(entry.execution) }
            leave(entry, with: .failure(SubmissionRefusal.draining))
        case .caller, nil:
            await end(entry, as: .cancelled(startedAt: nil, finishedAt: clock.now()))
        }
    }

    /// Writes the end down, gives the charge back where the fault is ours, and tells who waits, in
    /// this order.
    func end(_ entry: SchedulerState.Entry, as final: Execution.State) async {
        var execution = entry.execution
        execution.state = final
        let isCutShort = entry.interruption == .drain && execution.status == .cancelled
        var isOurFault = isCutShort || execution.status == .internalError
        var result = Result<Execution, any Error>.success(execution)
        do {
            try await writeDown(execution, keeping: entry.keeping)
        } catch {
            result = .failure(error)
            // What was accepted will be run again after a restart, on the same charge.
            if entry.keeping != .accepted { isOurFault = true }
        }
        if isOurFault && entry.isCharged { await refund(execution) }
        leave(entry, with: result)
    }

    private func leave(_ entry: SchedulerState.Entry, with result: Result<Execution, any Error>) {
        let idleWaiters = state.withLock { $0.remove(entry.id) }
        entry.ending.settle(result)
        for waiter in idleWaiters { waiter.resume() }
    }

    /// Gives the day's charge back, in a task of its own: the caller's may have been cancelled.
    func refund(_ execution: Execution) async {
        let refund = Task { [store] in
            try await store.refund(
                subject: execution.owner.subject,
                day: UTCDay(execution.createdAt)
            )
        }
        if case .failure(let error) = await refund.result {
            logger.error(
                "charge not given back",
                metadata: ["execution": "\(execution.id)", "error": "\(error)"]
            )
        }
    }
}

// MARK: - Writing down

extension Scheduler {
    /// Pauses between the attempts to store an accepted execution while the store is not available;
    /// the last goes on for as long as that takes.
    private static let saveDelaysMilliseconds = [100, 200, 400, 800, 1_600, 3_200, 6_400]

    func writeDown(_ execution: Execution, keeping: Keeping) async throws {
        guard keeping != .nothing else { return }
        let deliveries = deliveries(owedBy: execution)
        var delays = Self.saveDelaysMilliseconds[...]
        while true {
            do {
                try await store.save(execution, deliveries: deliveries)
                break
            } catch is ProjectGone {
                return  // and so is everything that was kept of it
            } catch {
                logger.error(
                    "finished execution not stored",
                    metadata: ["execution": "\(execution.id)", "error": "\(error)"]
                )
                // Before a stop it is not waited for: on disk it is unfinished, and runs again.
                let isDraining = state.withLock(\.isDraining)
                guard keeping == .accepted, !isDraining, let delay = delays.first else {
                    throw error
                }
                if delays.count > 1 { delays = delays.dropFirst() }
                try await pause(.milliseconds(delay))
            }
        }
        if !deliveries.isEmpty { deliveriesSaved() }
    }

    /// The callback that the caller asked for, due at once.
    func deliveries(owedBy execution: Execution) -> [Delivery] {
        guard let url = execution.request.callbackURL,
            case .organization(let organization) = execution.owner
        else { return [] }
        let now = clock.now()
        do {
            return [
                Delivery(
                    id: Identifier.make(prefix: "msg_", at: now),
                    organization: organization,
                    subject: .execution(execution.id),
                    url: url,
                    body: try callbackBody(execution),
                    createdAt: now,
                    state: .pending(nextAttemptAt: now)
                )
            ]
        } catch {
            logger.error(
                "callback body not made",
                metadata: ["execution": "\(execution.id)", "error": "\(error)"]
            )
            return []
        }
    }
}
