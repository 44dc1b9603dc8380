public import Domain
import Logging
import Synchronization

/// Cancelling one execution or all of a project, draining, and taking up again after a restart what
/// was accepted before it.
extension Scheduler {
    public func cancel(id: String, organization: String) async throws -> Execution? {
        guard let ending = entry(id, of: organization)?.ending else {
            return try await cancelStored(id: id, organization: organization)
        }
        interrupt(id, by: .caller)
        let execution = try await ending.valueUnlessCancelled()
        guard execution.status == .cancelled else {
            throw CancellationRefusal(execution: execution)
        }
        return execution
    }

    public func cancelAll(project: String) async {
        let now = clock.now()
        let interrupted = state.withLock { $0.interruptAll(ofProject: project, at: now) }
        for (action, _) in interrupted { act(action) }
        for (_, ending) in interrupted { _ = try? await ending.valueUnlessCancelled() }
        // When nothing runs that could make another.
        await compileCache?.forget(project: project)
    }

    /// Nothing of this id waits or runs here: it has finished, or it is left on disk for after a
    /// restart.
    private func cancelStored(id: String, organization: String) async throws -> Execution? {
        guard var execution = try await store.execution(id: id, organization: organization) else {
            return nil
        }
        guard !execution.isFinished else { throw CancellationRefusal(execution: execution) }
        execution.state = .cancelled(startedAt: nil, finishedAt: clock.now())
        let deliveries = deliveries(owedBy: execution)
        do {
            try await store.save(execution, deliveries: deliveries)
        } catch is ProjectGone {
            return nil  // since it was looked up
        }
        if !deliveries.isEmpty { deliveriesSaved() }
        return execution
    }

    /// Also called from a cancellation handler, so it must not wait.
    func interrupt(_ id: String, by cause: SchedulerState.Interruption) {
        let now = clock.now()
        act(state.withLock { $0.interrupt(id, by: cause, at: now) })
    }

    private func act(_ action: SchedulerState.InterruptionAction) {
        switch action {
        case .none: break
        case .cancel(let run): run.cancel()
        case .end(let entry): Task { await endUnstarted(entry) }
        }
    }

    /// Puts what an earlier process accepted and did not finish back into the queue, oldest first,
    /// without charging it again.
    ///
    /// To be called once, before there is anyone to submit.
    ///
    /// An execution that was running then is begun again, as one more attempt; one that was running
    /// at the end of so many processes may be what ended them, and ends as our fault.
    /// - Throws: what the store throws.
    public func recover() async throws {
        for execution in try await store.unfinishedExecutions() {
            guard let runtime = runtime(of: execution.request) else {
                try await giveUp(execution, because: "its runtime is gone")
                continue
            }
            if case .running = execution.state,
                execution.attempts >= SchedulerState.attemptsMax
            {
                try await giveUp(execution, because: "it was running at the end of each process")
                continue
            }
            var queued = execution
            queued.state = .queued
            let entry = SchedulerState.Entry(
                execution: queued,
                runtime: runtime,
                keeping: .accepted,
                isCharged: true
            )
            state.withLock { state in
                guard state.readmit(entry) else { return }
                _ = state.enqueue(entry.id, isCharged: true, at: clock.now())
            }
            startWaiting()
            logger.notice(
                "execution taken up again",
                metadata: ["execution": "\(execution.id)", "attempts": "\(execution.attempts)"]
            )
        }
    }

    private func giveUp(_ execution: Execution, because reason: String) async throws {
        logger.error(
            "accepted execution given up",
            metadata: [
                "execution": "\(execution.id)", "reason": "\(reason)",
                "language": "\(execution.request.language)",
                "version": "\(execution.request.version)",
            ]
        )
        var faulted = execution
        faulted.state = .faulted(startedAt: nil, finishedAt: clock.now())
        try await writeDown(faulted, keeping: .accepted)
        await refund(faulted)
    }

    /// Takes no new work and returns when nothing is left.
    ///
    /// Running executions may finish within `grace` and are cancelled then. What was accepted and
    /// is not finished stays on disk as queued; the others are turned away.
    public func drain(grace: Duration) async {
        let now = clock.now()
        let waiting = state.withLock { $0.beginDraining(at: now) }
        for entry in waiting { await endUnstarted(entry) }
        let timer = Task { [pause] in
            try await pause(grace)
            cutShort()
        }
        await withCheckedContinuation { waiter in
            let mustWait = state.withLock { $0.waitUntilIdle(waiter) }
            if !mustWait { waiter.resume() }
        }
        timer.cancel()
    }

    private func cutShort() {
        let now = clock.now()
        let runs = state.withLock { $0.interruptRunning(by: .drain, at: now) }
        for run in runs { run.cancel() }
    }
}
