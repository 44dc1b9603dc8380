import Domain
import Foundation

/// A store that forgets with the test, and that can be told to fail.
actor MemoryStore: Store {
    private struct Failure: Error {}
    private struct Day: Hashable {
        let subject: String
        let day: UTCDay
    }

    private let journal: Journal
    private var counts: [Day: Int] = [:]
    private var saved: [String: Execution] = [:]
    private var deliveries: [Delivery] = []
    private var failingSaves = 0
    private var isFailingCharges = false
    private let chargeGate: @Sendable () async throws -> Void

    init(journal: Journal, chargeGate: @escaping @Sendable () async throws -> Void = {}) {
        self.journal = journal
        self.chargeGate = chargeGate
    }

    // What tests do and look at

    func failSaves(_ count: Int) { failingSaves = count }
    func failCharges() { isFailingCharges = true }
    func allDeliveries() -> [Delivery] { deliveries }
    func stored(_ id: String) -> Execution? { saved[id] }
    func put(_ execution: Execution) { saved[execution.id] = execution }

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

    func save(_ execution: Execution, deliveries: [Delivery]) throws {
        try Task.checkCancellation()
        if failingSaves > 0 {
            failingSaves -= 1
            journal.record(.saveFailed(execution.id))
            throw Failure()
        }
        saved[execution.id] = execution
        self.deliveries += deliveries
        journal.record(.saved(execution.id, execution.status, deliveries: deliveries.count))
    }

    func execution(id: String, organization: String) -> Execution? {
        saved[id].flatMap { $0.owner == .organization(organization) ? $0 : nil }
    }

    func executions(
        organization: String,
        matching: ExecutionFilter,
        page: Page
    )
        -> Listing<Execution>
    {
        let own = saved.values.filter { $0.owner == .organization(organization) }
        return Listing(elements: Array(own), total: own.count)
    }

    func unfinishedExecutions() -> [Execution] {
        saved.values.filter { !$0.isFinished }.sorted {
            ($0.createdAt, $0.id) < ($1.createdAt, $1.id)
        }
    }

    // What the scheduler never asks for

    private struct Unasked: Error {}
    func insert(_ key: APIKey) throws { throw Unasked() }
    func key(digest: Data) throws -> APIKey? { throw Unasked() }
    func keys() throws -> [APIKey] { throw Unasked() }
    func revokeKey(id: String, at date: Date) throws -> Bool { throw Unasked() }
    func touchKey(id: String, at date: Date) throws { throw Unasked() }
    func claim(
        idempotencyKey: String,
        organization: String,
        fingerprint: Data,
        execution: String,
        at date: Date,
        expiry: Date
    ) throws -> IdempotencyClaim { throw Unasked() }
    func release(idempotencyKey: String, organization: String) throws { throw Unasked() }
    func save(_ delivery: Delivery) throws { throw Unasked() }
    func delivery(id: String, organization: String) throws -> Delivery? { throw Unasked() }
    func deliveries(organization: String, page: Page) throws -> Listing<Delivery> {
        throw Unasked()
    }
    func dueDeliveries(
        at date: Date,
        limit: Int,
        excluding organizations: Set<String>
    ) throws -> [Delivery] { throw Unasked() }
    func nextDeliveryDate() throws -> Date? { throw Unasked() }
    func webhookSecret(organization: String, candidate: String) throws -> String { throw Unasked() }
    func ping() {}
}
