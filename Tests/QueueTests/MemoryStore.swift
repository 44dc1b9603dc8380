import Domain
import Foundation
import TestSupport

/// A store in memory that can be told to fail.
actor MemoryStore: ExecutionStore, QuotaStore, ClaimStore {
    private struct Failure: Error {}
    private struct Day: Hashable {
        let subject: String
        let day: UTCDay
    }

    private let journal: Journal
    private var counts: [Day: Int] = [:]
    private var saved: [String: Execution] = [:]
    private var held: Set<String> = []
    private var lost: Set<String> = []
    private var deliveries: [Delivery] = []
    private var failingSaves = 0
    private var isFailingCharges = false
    private var deletedProjects: Set<String> = []
    private let chargeGate: @Sendable () async throws -> Void
    private let parentsGate: @Sendable () async throws -> Void

    /// - Parameters:
    ///   - chargeGate: called before each charge.
    ///   - parentsGate: called after the check that a project exists.
    init(
        journal: Journal,
        chargeGate: @escaping @Sendable () async throws -> Void = {},
        parentsGate: @escaping @Sendable () async throws -> Void = {}
    ) {
        self.journal = journal
        self.chargeGate = chargeGate
        self.parentsGate = parentsGate
    }

    // Controls and state for tests

    func failSaves(_ count: Int) { failingSaves = count }
    func failCharges() { isFailingCharges = true }
    func allDeliveries() -> [Delivery] { deliveries }
    func stored(_ id: String) -> Execution? { saved[id] }
    func deleteProject(_ id: String) {
        deletedProjects.insert(id)
        saved = saved.filter { $0.value.request.project != id }
    }
    func put(_ execution: Execution) { saved[execution.id] = execution }
    /// Marks an execution as claimed by another worker.
    func lose(_ id: String) { lost.insert(id) }
    func holds(_ id: String) -> Bool { held.contains(id) }

    // Quota

    func charge(subject: String, day: UTCDay, limit: Int) async throws -> Charge {
        try await chargeGate()
        if isFailingCharges { throw Failure() }
        let key = Day(subject: subject, day: day)
        let count = counts[key, default: 0]
        guard count < limit else { return .refused(count: count) }
        counts[key] = count + 1
        return .accepted(count: count + 1)
    }

    func refund(subject: String, day: UTCDay) throws {
        try Task.checkCancellation()
        counts[Day(subject: subject, day: day), default: 0] -= 1
        journal.record(.refunded(subject))
    }

    func charged(subject: String, day: UTCDay) -> Int {
        counts[Day(subject: subject, day: day), default: 0]
    }

    // Executions

    func save(_ execution: Execution, deliveries: [Delivery], by worker: String?) throws {
        try Task.checkCancellation()
        if let project = execution.request.project, deletedProjects.contains(project) {
            throw ProjectGone()
        }
        if worker != nil, lost.contains(execution.id) {
            journal.record(.heard("claim lost"))
            throw ClaimLost()
        }
        if failingSaves > 0, execution.status != .running {
            failingSaves -= 1
            journal.record(.saveFailed(execution.id))
            throw Failure()
        }
        saved[execution.id] = execution
        if worker != nil { held.insert(execution.id) }
        if execution.status == .running {
            return journal.record(.begun(execution.id, attempt: execution.attempts))
        }
        self.deliveries += deliveries
        journal.record(.saved(execution.id, execution.status, deliveries: deliveries.count))
    }

    func begin(_ attempt: TaskStart, as execution: Execution, by worker: String?) throws {
        try save(execution, deliveries: [], by: worker)
    }

    func checkParents(of request: ExecutionRequest) async throws {
        if let project = request.project, deletedProjects.contains(project) {
            throw ProjectGone()
        }
        try await parentsGate()
    }

    func executionBytes(id: String, organization: String) -> Int? {
        execution(id: id, organization: organization).map {
            $0.request.bytes + ($0.result?.bytes ?? 0)
        }
    }

    func execution(id: String, organization: String) -> Execution? {
        saved[id].flatMap { $0.owner == .organization(organization) ? $0 : nil }
    }

    func executions(
        organization: String,
        matching: ExecutionFilter,
        page: Page
    )
        -> Listing<ExecutionSummary>
    {
        let own = saved.values.filter { $0.owner == .organization(organization) }
        return Listing(elements: own.map(ExecutionSummary.init), total: own.count)
    }

    // Claims, of one worker

    func join(worker: String, until end: Date) { held = [] }
    func heartbeat(worker: String, until end: Date) { journal.record(.heard("heartbeat")) }

    func claim(worker: String, at now: Date, limit: Int) -> [Execution] {
        let free = saved.values.filter { !$0.isFinished && !held.contains($0.id) }.sorted {
            ($0.createdAt, $0.id) < ($1.createdAt, $1.id)
        }
        held.formUnion(free.prefix(limit).map(\.id))
        return Array(free.prefix(limit))
    }

    func claim(execution id: String, worker: String, at now: Date) -> Bool {
        guard saved[id]?.isFinished == false, !lost.contains(id) else { return false }
        held.insert(id)
        return true
    }

    func held(by worker: String) -> [String] { held.filter { saved[$0]?.isFinished == false } }

    func release(execution id: String, worker: String) { held.remove(id) }
    func expired(at now: Date) -> [ExpiredClaim] { [] }
}
