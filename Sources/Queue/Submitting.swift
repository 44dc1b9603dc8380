public import Domain
import Foundation
import Synchronization

/// How an execution gets in.
extension Scheduler {
    public func submit(
        _ request: ExecutionRequest,
        from caller: Caller,
        id: String,
        keeping: Keeping
    ) async throws -> any Submission {
        guard let runtime = runtime(of: request) else {
            throw UnknownRuntime(language: request.language, version: request.version)
        }
        let entry = try await admit(request, on: runtime, from: caller, id: id, keeping: keeping)
        let isCharged = caller.plan.rates.perDay != nil
        let charged: Int
        do {
            charged = try await charge(caller, for: entry)
            try await keep(entry, isCharged: isCharged)
        } catch {
            takeBack(entry)
            throw error
        }
        let rates = report(on: caller, charged: charged, at: entry.execution.createdAt)
        try await enqueue(entry, isCharged: isCharged)
        return AcceptedSubmission(
            execution: entry.execution,
            rates: rates,
            ending: entry.ending,
            outlivesCaller: keeping == .accepted,
            hangUp: { [self] in interrupt(id, by: .caller) }
        )
    }

    /// Takes a place, and counts the execution against the policies in memory.
    private func admit(
        _ request: ExecutionRequest,
        on runtime: Runtime,
        from caller: Caller,
        id: String,
        keeping: Keeping
    ) async throws -> SchedulerState.Entry {
        // The clock is read under the lock, so that admissions are counted in the order of time.
        let (entry, admission) = state.withLock { state in
            let now = clock.now()
            let entry = SchedulerState.Entry(
                execution: Execution(
                    id: id,
                    owner: caller.owner,
                    request: request,
                    createdAt: now,
                    state: .queued
                ),
                runtime: runtime,
                keeping: keeping,
                isCharged: false
            )
            return (entry, state.admit(entry, under: caller.plan.rates, at: now))
        }
        switch admission {
        case .admitted:
            return entry
        case .rateLimited(by: let standing):
            let now = entry.execution.createdAt
            let charged = try await charged(to: caller, at: now)
            let report = report(on: caller, charged: charged, at: now)
            throw SubmissionRefusal.rateLimited(by: standing, report: report)
        case .overloaded(retryAfterSeconds: let seconds):
            throw SubmissionRefusal.overloaded(retryAfterSeconds: seconds)
        case .draining:
            throw SubmissionRefusal.draining
        }
    }

    /// Charges the day's quota where the plan has one.
    /// - Returns: how many there have been today.
    private func charge(_ caller: Caller, for entry: SchedulerState.Entry) async throws -> Int {
        guard let limit = caller.plan.rates.perDay else { return 0 }
        let now = entry.execution.createdAt
        switch try await store.charge(subject: entry.subject, day: UTCDay(now), limit: limit) {
        case .accepted(let count):
            return count
        case .refused(let count):
            // Before the report is made, so that it does not count what is being refused.
            takeBack(entry)
            state.withLock { $0.limiter.markDaySpent(entry.subject, limit: limit, at: now) }
            throw SubmissionRefusal.rateLimited(
                by: .perDay(limit: limit, charged: count, at: now),
                report: report(on: caller, charged: count, at: now)
            )
        }
    }

    /// Gives back the place and what the policies in memory counted; a second time, nothing.
    private func takeBack(_ entry: SchedulerState.Entry) {
        let idleWaiters = state.withLock { $0.withdraw(entry.id) }
        entry.ending.settle(.failure(CancellationError()))
        for waiter in idleWaiters { waiter.resume() }
    }

    /// Writes down what must be finished even if this process dies.
    ///
    /// Either way it is found out that what the execution is of is still there. The entry has its
    /// place already, so a project that is deleted after this finds it here and cancels it.
    private func keep(_ entry: SchedulerState.Entry, isCharged: Bool) async throws {
        let request = entry.execution.request
        do {
            if entry.keeping == .accepted {
                try await store.save(entry.execution, deliveries: [])
            } else if request.project != nil || request.task != nil {
                try await store.checkParents(of: request)
            }
        } catch {
            if isCharged { await refund(entry.execution) }
            throw error
        }
    }

    private func enqueue(_ entry: SchedulerState.Entry, isCharged: Bool) async throws {
        let interrupted = state.withLock { state in
            state.enqueue(entry.id, isCharged: isCharged, at: clock.now())
        }
        guard let interrupted else { return startWaiting(atOnce: true) }
        await endUnstarted(interrupted)
        let isOnDisk = interrupted.keeping == .accepted
        if interrupted.interruption == .drain && !isOnDisk { throw SubmissionRefusal.draining }
    }

    func charged(to caller: Caller, at now: Date) async throws -> Int {
        guard caller.plan.rates.perDay != nil else { return 0 }
        return try await store.charged(subject: caller.owner.subject, day: UTCDay(now))
    }

    func report(on caller: Caller, charged: Int, at now: Date) -> RateReport {
        state.withLock { state in
            state.limiter.report(
                on: caller.owner.subject,
                under: caller.plan.rates,
                charged: charged,
                at: now
            )
        }
    }
}

/// What `submit` hands out.
///
/// It need not be waited for: the execution runs anyway.
private struct AcceptedSubmission: Submission {
    let execution: Execution
    let rates: RateReport
    let ending: Ending
    let outlivesCaller: Bool
    let hangUp: @Sendable () -> Void

    /// A caller who hangs up is told of the end when the jail is gone: `cancelled`, unless it was
    /// too late.
    func finished() async throws -> Execution {
        if outlivesCaller { return try await ending.valueUnlessCancelled() }
        return try await withTaskCancellationHandler {
            try await ending.value()
        } onCancel: {
            hangUp()
        }
    }
}
