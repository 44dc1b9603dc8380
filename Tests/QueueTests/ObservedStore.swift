import Domain
import Foundation
import SQLiteStore
import Synchronization
import TestSupport

/// The real store, which records every task that it writes and calls a door before some writes.
final class ObservedStore: TaskStore, ExecutionStore, QuotaStore, ClaimStore {
    struct Failure: Error {}

    private let store: SQLiteStore
    private let journal: Journal
    private let isFailing = Mutex(false)
    private let unreadable = Mutex<Set<String>>([])
    /// The closure called before the day's quota is charged and before an execution's end is
    /// written.
    private let door: @Sendable (String) async throws -> Void

    init(
        _ store: SQLiteStore,
        _ journal: Journal,
        door: @escaping @Sendable (String) async throws -> Void
    ) {
        self.store = store
        self.journal = journal
        self.door = door
    }

    /// Sets whether changes of tasks fail.
    func fail(_ fails: Bool) { isFailing.withLock { $0 = fails } }

    /// Makes an execution unreadable.
    func damage(_ execution: String) { unreadable.withLock { _ = $0.insert(execution) } }

    private func checkFailing() throws {
        guard isFailing.withLock({ $0 }) else { return }
        journal.record(.heard("store failed"))
        throw Failure()
    }

    // Tasks

    func insert(_ task: AgentTask, unfinishedMax: Int) async throws {
        try await store.insert(task, unfinishedMax: unfinishedMax)
        journal.record(.task(task.id, task.status))
    }

    func change(
        _ known: AgentTask,
        to task: AgentTask,
        deliveries: [Delivery]
    ) async throws -> Bool {
        try checkFailing()
        let isChanged = try await store.change(known, to: task, deliveries: deliveries)
        if isChanged { journal.record(.task(task.id, task.status)) }
        return isChanged
    }

    func revive(_ known: AgentTask, as task: AgentTask, unfinishedMax: Int) async throws -> Bool {
        try await store.revive(known, as: task, unfinishedMax: unfinishedMax)
    }

    func task(id: String, organization: String?) async throws -> AgentTask? {
        try await store.task(id: id, organization: organization)
    }

    func tasks(matching filter: TaskFilter, page: Page) async throws -> Listing<TaskSummary> {
        try await store.tasks(matching: filter, page: page)
    }

    func attempts(task id: String, limit: Int) async throws -> [TaskAttempt] {
        try await store.attempts(task: id, limit: limit)
    }

    func queueDueTasks(at date: Date, limit: Int) async throws -> Int {
        try await store.queueDueTasks(at: date, limit: limit)
    }

    func nextTaskDate() async throws -> Date? { try await store.nextTaskDate() }

    func queuedTask(
        after organization: String,
        excluding excluded: Set<String>
    ) async throws -> AgentTask? {
        try await store.queuedTask(after: organization, excluding: excluded)
    }

    func runningTasks() async throws -> [AgentTask] {
        try checkFailing()
        return try await store.runningTasks()
    }

    func taskCounts() async throws -> [AgentTask.Status: Int] { try await store.taskCounts() }

    // Executions

    func save(
        _ execution: Execution,
        deliveries: [Delivery],
        by worker: String?
    ) async throws {
        if execution.isFinished { try await door("end") }
        try await store.save(execution, deliveries: deliveries, by: worker)
    }

    func begin(_ attempt: TaskStart, as execution: Execution, by worker: String?) async throws {
        try checkFailing()
        try await store.begin(attempt, as: execution, by: worker)
        journal.record(.task(attempt.running.id, attempt.running.status))
    }

    func checkParents(of request: ExecutionRequest) async throws {
        try await store.checkParents(of: request)
    }

    func executionBytes(id: String, organization: String) async throws -> Int? {
        try await store.executionBytes(id: id, organization: organization)
    }

    func execution(id: String, organization: String) async throws -> Execution? {
        if unreadable.withLock({ $0.contains(id) }) {
            throw UnreadableRecord(id: id, reason: "it is damaged")
        }
        return try await store.execution(id: id, organization: organization)
    }

    func executions(
        organization: String,
        matching filter: ExecutionFilter,
        page: Page
    ) async throws -> Listing<ExecutionSummary> {
        try await store.executions(organization: organization, matching: filter, page: page)
    }

    // Claims

    func join(worker: String, until end: Date) async throws {
        try await store.join(worker: worker, until: end)
    }

    func heartbeat(worker: String, until end: Date) async throws {
        try await store.heartbeat(worker: worker, until: end)
    }

    func claim(worker: String, at now: Date, limit: Int) async throws -> [Execution] {
        try await store.claim(worker: worker, at: now, limit: limit)
    }

    func claim(execution id: String, worker: String, at now: Date) async throws -> Bool {
        try await store.claim(execution: id, worker: worker, at: now)
    }

    func held(by worker: String) async throws -> [String] {
        try await store.held(by: worker)
    }

    func release(execution id: String, worker: String) async throws {
        try await store.release(execution: id, worker: worker)
    }

    func expired(at now: Date) async throws -> [ExpiredClaim] {
        try await store.expired(at: now)
    }

    // Quota

    func charge(subject: String, day: UTCDay, limit: Int) async throws -> Charge {
        try await door("charge")
        return try await store.charge(subject: subject, day: day, limit: limit)
    }

    func refund(subject: String, day: UTCDay) async throws {
        try await store.refund(subject: subject, day: day)
    }

    func charged(subject: String, day: UTCDay) async throws -> Int {
        try await store.charged(subject: subject, day: day)
    }
}
