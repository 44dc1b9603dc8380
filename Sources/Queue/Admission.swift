import Domain
import Foundation

/// The admission of an execution to the queue, with its charge.
///
/// A refused request costs nothing. The policies in memory and the place in the queue come first,
/// then the store charges the day's quota. If the charge or the write of the execution fails, all
/// of it is undone. The day's charge is also refunded for an execution that fails, is refused or is
/// interrupted by our fault. A caller who cancels or hangs up keeps the charge, because the
/// execution was accepted and had its place.
struct Admission: Sendable {
    private let table: QueueTable
    private let lifecycle: ExecutionLifecycle
    private let records: ExecutionRecords
    private let clock: WallClock

    init(
        table: QueueTable,
        lifecycle: ExecutionLifecycle,
        records: ExecutionRecords,
        clock: WallClock
    ) {
        self.table = table
        self.lifecycle = lifecycle
        self.records = records
        self.clock = clock
    }

    /// - Parameters:
    ///   - memory: the memory of the request, which is given back when the execution leaves.
    ///   - attempt: the start of the task that the execution is an attempt of, if any.
    func submit(
        _ request: ExecutionRequest,
        on runtime: Runtime,
        from caller: Caller,
        id: String,
        durability: Durability,
        memory: MemoryLease? = nil,
        attempt: TaskStart? = nil
    ) async throws -> any Submission {
        let entry = try await admit(
            request,
            on: runtime,
            from: caller,
            id: id,
            durability: durability,
            memory: memory
        )
        let isCharged = caller.plan.rates.perDay != nil
        let charged: Int
        do {
            charged = try await charge(caller, for: entry)
            try await accept(entry, attempt, isCharged: isCharged)
        } catch {
            table.withdraw(entry)
            throw error
        }
        let rates = report(on: caller, charged: charged, at: entry.execution.createdAt)
        try await enqueue(entry, isCharged: isCharged)
        return AcceptedSubmission(
            execution: entry.execution,
            rates: rates,
            events: entry.events,
            outlivesCaller: durability == .accepted,
            hangUp: { [lifecycle] in lifecycle.interrupt(id, by: .caller) }
        )
    }

    /// Returns the caller's rates, without charging anything.
    func standing(of caller: Caller) async throws -> RateReport {
        let now = clock.now()
        let charged = try await charged(to: caller, at: now)
        return report(on: caller, charged: charged, at: now)
    }

    /// Takes a place in the queue, and counts the execution against the policies in memory.
    private func admit(
        _ request: ExecutionRequest,
        on runtime: Runtime,
        from caller: Caller,
        id: String,
        durability: Durability,
        memory: MemoryLease?
    ) async throws -> QueueState.Entry {
        let (entry, decision) = table.decide { state, now in
            let entry = QueueState.Entry(
                execution: Execution(
                    id: id,
                    owner: caller.owner,
                    request: request,
                    createdAt: now,
                    state: .queued
                ),
                runtime: runtime,
                durability: durability,
                plan: caller.plan.name,
                memory: memory,
                isCharged: false
            )
            return (entry, state.admit(entry, on: caller.plan, at: now))
        }
        switch decision {
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
    /// - Returns: the number of executions today.
    private func charge(_ caller: Caller, for entry: QueueState.Entry) async throws -> Int {
        guard let limit = caller.plan.rates.perDay else { return 0 }
        let now = entry.execution.createdAt
        switch try await records.charge(entry.execution, limit: limit) {
        case .accepted(let count):
            return count
        case .refused(let count):
            // The entry is withdrawn before the report, so that the report does not count it.
            table.withdraw(entry)
            table.decide { state, _ in state.markDaySpent(entry.subject, limit: limit, at: now) }
            throw SubmissionRefusal.rateLimited(
                by: .perDay(limit: limit, charged: count, at: now),
                report: report(on: caller, charged: count, at: now)
            )
        }
    }

    /// Writes the accepted execution.
    ///
    /// The entry already has its place, so a later deletion of its project finds and cancels it.
    private func accept(
        _ entry: QueueState.Entry,
        _ attempt: TaskStart?,
        isCharged: Bool
    ) async throws {
        do {
            if let attempt {
                try await records.begin(attempt, as: entry.execution)
            } else {
                try await records.accept(entry.execution, durability: entry.durability)
            }
        } catch {
            if isCharged { await records.refund(entry.execution) }
            throw error
        }
    }

    private func enqueue(_ entry: QueueState.Entry, isCharged: Bool) async throws {
        entry.events.append(.status(.queued, attempt: 0))
        let interrupted = table.decide { $0.enqueue(entry.id, isCharged: isCharged, at: $1) }
        guard let interrupted else { return lifecycle.startWaiting(atOnce: true) }
        await lifecycle.endUnstarted(interrupted)
        let isOnDisk = interrupted.durability == .accepted
        if interrupted.interruption == .drain && !isOnDisk { throw SubmissionRefusal.draining }
    }

    private func charged(to caller: Caller, at now: Date) async throws -> Int {
        guard caller.plan.rates.perDay != nil else { return 0 }
        return try await records.charged(to: caller.owner.subject, at: now)
    }

    private func report(on caller: Caller, charged: Int, at now: Date) -> RateReport {
        table.decide { state, _ in
            state.report(
                on: caller.owner.subject,
                under: caller.plan.rates,
                charged: charged,
                at: now
            )
        }
    }
}

/// The submission that the method `submit` returns.
///
/// Nobody has to wait for it: the execution runs anyway.
private struct AcceptedSubmission: Submission {
    let execution: Execution
    let rates: RateReport
    let events: EventLog
    let outlivesCaller: Bool
    let hangUp: @Sendable () -> Void

    /// Waits for the end.
    ///
    /// A caller who hangs up gets the end when the jail is gone: `cancelled`, unless the execution
    /// had ended before.
    func finished() async throws -> Execution {
        if outlivesCaller { return try await events.resultUnlessCancelled() }
        return try await withTaskCancellationHandler {
            try await events.result()
        } onCancel: {
            hangUp()
        }
    }
}
