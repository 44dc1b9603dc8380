import Domain
import Foundation

/// The state of all executions that wait, run or end, with its transitions.
///
/// The type is pure: it decides, and its callers act.
///
/// An entry goes `admitting` (its quota is being charged) → `queued` → `starting` (it has a slot) →
/// `running` (it has a task that can be cancelled) → `ending` (it is being stored) → gone. It may
/// go from any of them directly to `ending`, once.
struct QueueState: Sendable {
    struct Entry: Sendable {
        var execution: Execution
        let runtime: Runtime
        let durability: Durability
        /// The plan whose part of the queue the execution takes; `nil` after a restart.
        var plan: String?
        /// The memory of the request.
        var memory: MemoryLease?
        /// Whether the day's quota was charged, and so can be refunded.
        var isCharged: Bool
        /// Whether more of its subject's executions waited when it was started.
        var isBacklogged = false
        /// The execution's events, until its end.
        let events = EventLog()
        var phase = Phase.admitting
        var interruption: Interruption?

        var id: String { execution.id }
        var subject: String { execution.owner.subject }
        /// The group that shares the slots with others: all strangers are one.
        var group: String { execution.owner.isStranger ? "strangers" : subject }
    }

    enum Phase: Sendable {
        case admitting, queued, starting, ending
        case running(Task<Void, Never>)
    }

    /// The reason to end an execution early.
    enum Interruption: Sendable, Hashable {
        /// The caller cancelled it or hung up.
        case caller
        /// The process is about to stop.
        case drain
    }

    enum AdmissionDecision: Sendable, Hashable {
        case admitted
        case rateLimited(by: RateStanding)
        case overloaded(retryAfterSeconds: Int)
        case draining
    }

    enum Readmission: Sendable {
        case admitted
        /// The execution is already in the table.
        case known
        /// The queue drains: another worker or the next start takes the execution up.
        case draining
    }

    /// The next step for an interrupted execution.
    enum InterruptionAction: Sendable {
        /// The execution is being admitted or stored, and these steps handle the interruption.
        case none
        case cancel(Task<Void, Never>)
        /// The execution never ran and has been removed from the queue.
        case end(Entry)
    }

    /// The most attempts of an execution before it ends as our fault.
    static let attemptsMax = 3

    private var limiter = RateLimiter()
    private var entries: [String: Entry] = [:]
    private var queue = FairQueue()
    private var slots: SlotPool
    private(set) var isDraining = false
    private var capacity: AdmissionCapacity
    private var estimate = WaitEstimate()
    private var idleWaiters: [CheckedContinuation<Void, Never>] = []
    private let isHeldBack: @Sendable (Owner) -> Bool

    /// - Parameters:
    ///   - reserveSlots: the slots beyond `slots`, for groups with none running.
    ///   - isHeldBack: whether no execution of the owner may start now.
    init(
        slots: Int,
        reserveSlots: Int = 0,
        queueCapacity: Int,
        isHeldBack: @escaping @Sendable (Owner) -> Bool = { _ in false }
    ) {
        let slots = SlotPool(count: slots, reserve: reserveSlots)
        self.slots = slots
        self.isHeldBack = isHeldBack
        capacity = AdmissionCapacity(slots: slots.count, queue: queueCapacity)
    }
}

// MARK: - Lookups and reports

extension QueueState {
    func entry(_ id: String) -> Entry? { entries[id] }

    /// The number of waiting executions and of executions with a slot.
    var load: (queued: Int, running: Int) { (queue.count, slots.leased) }

    func report(
        on subject: String,
        under rates: Rates,
        charged: Int,
        at now: Date
    ) -> RateReport {
        limiter.report(on: subject, under: rates, charged: charged, at: now)
    }

    mutating func markDaySpent(_ subject: String, limit: Int, at now: Date) {
        limiter.markDaySpent(subject, limit: limit, at: now)
    }
}

// MARK: - Admission

extension QueueState {
    /// Takes a place and counts the execution against the policies in memory, or does neither.
    mutating func admit(_ entry: Entry, on plan: Plan, at now: Date) -> AdmissionDecision {
        if isDraining { return .draining }
        switch limiter.admit(entry.subject, under: plan.rates, at: now) {
        case .refused(by: let standing): return .rateLimited(by: standing)
        case .crowded: return overload
        case .admitted: break
        }
        guard capacity.take(for: entry.subject, on: plan) else {
            limiter.withdraw(entry.subject, admittedAt: now)
            return overload
        }
        entries[entry.id] = entry
        return .admitted
    }

    private var overload: AdmissionDecision {
        .overloaded(
            retryAfterSeconds: estimate.retryAfterSeconds(waiting: queue.count, slots: slots.count)
        )
    }

    /// Undoes ``admit(_:on:at:)``.
    mutating func withdraw(_ id: String) -> [CheckedContinuation<Void, Never>] {
        guard let entry = entries[id] else { return [] }
        limiter.withdraw(entry.subject, admittedAt: entry.execution.createdAt)
        return remove(id)
    }

    /// Queues an execution after its charge.
    /// - Returns: the entry, if it must end because it was interrupted while being admitted.
    mutating func enqueue(_ id: String, isCharged: Bool, at now: Date) -> Entry? {
        entries[id]?.isCharged = isCharged
        guard let entry = entries[id] else { return nil }
        if entry.interruption != nil { return beginEnding(id, at: now) }
        queue.append(id, of: entry.subject, in: entry.group)
        entries[id]?.phase = .queued
        return nil
    }

    /// Adds an execution that an earlier process accepted, even above the bounds.
    mutating func readmit(_ entry: Entry) -> Readmission {
        if entries[entry.id] != nil { return .known }
        if isDraining { return .draining }
        limiter.occupy(entry.subject)
        capacity.force(for: entry.subject, on: nil)
        entries[entry.id] = entry
        return .admitted
    }
}

// MARK: - Running and interruption

extension QueueState {
    /// Returns the next execution to run, if a slot is free.
    mutating func startNext(at now: Date) -> Entry? {
        let id = queue.popFirst(
            hasSlot: slots.hasFree(forGroupWith:),
            mayStart: { id in entries[id].map { !isHeldBack($0.execution.owner) } ?? true }
        )
        guard let id, var entry = entries[id] else { return nil }
        slots.lease()
        entry.execution.state = .running(since: now)
        entry.execution.attempts += 1
        entry.isBacklogged = queue.holds(entry.subject)
        entry.phase = .starting
        entries[id] = entry
        return entry
    }

    /// Starts an execution again in its slot.
    /// - Returns: the execution, or `nil` where it was interrupted or its attempts are used up.
    mutating func startAgain(_ id: String, at now: Date) -> Execution? {
        guard let entry = entries[id], entry.interruption == nil,
            entry.execution.attempts < Self.attemptsMax
        else { return nil }
        switch entry.phase {
        case .starting, .running: break
        case .admitting, .queued, .ending: return nil
        }
        entries[id]?.execution.state = .running(since: now)
        entries[id]?.execution.attempts += 1
        return entries[id]?.execution
    }

    /// Sets the task that a later cancellation cancels.
    ///
    /// The task may have ended already.
    /// - Returns: whether the execution was interrupted before it had a task.
    mutating func attach(_ life: Task<Void, Never>, to id: String) -> Bool {
        guard let entry = entries[id], case .starting = entry.phase else { return false }
        entries[id]?.phase = .running(life)
        return entry.interruption != nil
    }

    /// Records the end of a run, and frees its slot.
    mutating func runEnded(_ id: String, at now: Date) -> Entry? {
        guard let entry = entries[id], case .running(let start) = entry.execution.state else {
            return nil
        }
        slots.release()
        queue.finish(of: entry.subject, in: entry.group)
        estimate.record(seconds: now.timeIntervalSince(start))
        return beginEnding(id, at: now)
    }

    mutating func interrupt(
        _ id: String,
        by cause: Interruption,
        at now: Date
    )
        -> InterruptionAction
    {
        guard let entry = entries[id], entry.interruption == nil else { return .none }
        switch entry.phase {
        case .ending:
            return .none
        case .admitting, .starting:
            entries[id]?.interruption = cause
            return .none
        case .queued:
            entries[id]?.interruption = cause
            queue.remove(id, of: entry.subject, in: entry.group)
            return beginEnding(id, at: now).map(InterruptionAction.end) ?? .none
        case .running(let run):
            entries[id]?.interruption = cause
            return .cancel(run)
        }
    }

    /// Interrupts all executions of a project.
    /// - Returns: the action for each execution, and the events that will contain its end.
    mutating func interruptAll(
        ofProject project: String,
        at now: Date
    ) -> [(action: InterruptionAction, events: EventLog)] {
        entries.values.filter { $0.execution.request.project == project }
            .map { (interrupt($0.id, by: .caller, at: now), $0.events) }
    }

    /// Stops admission.
    /// - Returns: the waiting executions, which are removed from the queue.
    mutating func beginDraining(at now: Date) -> [Entry] {
        isDraining = true
        var waiting: [Entry] = []
        for id in entries.keys {
            switch entries[id]?.phase {
            case .queued:
                if case .end(let entry) = interrupt(id, by: .drain, at: now) {
                    waiting.append(entry)
                }
            case .admitting: _ = interrupt(id, by: .drain, at: now)
            default: break
            }
        }
        return waiting
    }

    /// Interrupts all executions.
    mutating func interruptAll(by cause: Interruption, at now: Date) -> [InterruptionAction] {
        entries.keys.map { interrupt($0, by: cause, at: now) }
    }
}

// MARK: - Removal

extension QueueState {
    private mutating func beginEnding(_ id: String, at now: Date) -> Entry? {
        guard let entry = entries[id] else { return nil }
        entries[id]?.phase = .ending
        limiter.release(entry.subject, at: now)
        return entry
    }

    /// Removes an ended execution.
    /// - Returns: the waiters for an idle queue, if this execution was the last one.
    mutating func remove(_ id: String) -> [CheckedContinuation<Void, Never>] {
        guard let entry = entries.removeValue(forKey: id) else { return [] }
        capacity.giveBack(for: entry.subject, on: entry.plan)
        guard entries.isEmpty else { return [] }
        defer { idleWaiters = [] }
        return idleWaiters
    }

    /// - Returns: whether any execution is left to wait for.
    mutating func waitUntilIdle(_ waiter: CheckedContinuation<Void, Never>) -> Bool {
        guard !entries.isEmpty else { return false }
        idleWaiters.append(waiter)
        return true
    }
}
