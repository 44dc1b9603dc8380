import Domain
import Foundation

/// As much of a store as the routes need, in memory.
actor MemoryStore: Store {
    private var keysByDigest: [Data: APIKey] = [:]
    private(set) var executions: [String: Execution] = [:]
    private(set) var deliveries: [String: Delivery] = [:]
    private(set) var claims: [String: (fingerprint: Data, execution: String, at: Date)] = [:]
    private var charges: [String: Int] = [:]

    func insert(_ key: APIKey) { keysByDigest[key.digest] = key }
    func key(digest: Data) -> APIKey? { keysByDigest[digest] }
    func keys() -> [APIKey] { Array(keysByDigest.values) }

    func revokeKey(id: String, at date: Date) -> Bool {
        guard let entry = keysByDigest.first(where: { $0.value.id == id }) else { return false }
        keysByDigest[entry.key]?.revokedAt = date
        return true
    }

    func touchKey(id: String, at date: Date) {}

    func charge(subject: String, day: UTCDay, limit: Int) -> Charge {
        let count = charges["\(subject) \(day.number)", default: 0]
        guard count < limit else { return .refused(count: count) }
        charges["\(subject) \(day.number)"] = count + 1
        return .accepted(count: count + 1)
    }

    func refund(subject: String, day: UTCDay) {
        charges["\(subject) \(day.number)", default: 1] -= 1
    }

    func charged(subject: String, day: UTCDay) -> Int {
        charges["\(subject) \(day.number)", default: 0]
    }

    func save(_ execution: Execution, deliveries: [Delivery]) {
        executions[execution.id] = execution
        for delivery in deliveries { self.deliveries[delivery.id] = delivery }
    }

    func execution(id: String, organization: String) -> Execution? {
        executions[id].flatMap { $0.owner == .organization(organization) ? $0 : nil }
    }

    func executions(
        organization: String,
        matching filter: ExecutionFilter,
        page: Page
    ) -> Listing<Execution> {
        let matching = executions.values.filter { execution in
            execution.owner == .organization(organization)
                && (filter.status.map { $0 == execution.status } ?? true)
                && (filter.language.map { $0 == execution.request.language } ?? true)
        }
        return listing(matching.sorted { $0.id > $1.id }, page)
    }

    func unfinishedExecutions() -> [Execution] { executions.values.filter { !$0.isFinished } }

    func claim(
        idempotencyKey: String,
        organization: String,
        fingerprint: Data,
        execution: String,
        at date: Date,
        expiry: Date
    ) -> IdempotencyClaim {
        let name = organization + " " + idempotencyKey
        if let held = claims[name], held.at >= expiry {
            return held.fingerprint == fingerprint ? .replay(execution: held.execution) : .mismatch
        }
        claims[name] = (fingerprint, execution, date)
        return .claimed
    }

    func release(idempotencyKey: String, organization: String) {
        claims[organization + " " + idempotencyKey] = nil
    }

    func save(_ delivery: Delivery) { deliveries[delivery.id] = delivery }

    func delivery(id: String, organization: String) -> Delivery? {
        deliveries[id].flatMap { $0.organization == organization ? $0 : nil }
    }

    func deliveries(organization: String, page: Page) -> Listing<Delivery> {
        let own = deliveries.values.filter { $0.organization == organization }
        return listing(own.sorted { $0.id > $1.id }, page)
    }

    func dueDeliveries(
        at date: Date,
        limit: Int,
        excluding organizations: Set<String>
    ) -> [Delivery] { [] }
    func nextDeliveryDate() -> Date? { nil }
    func webhookSecret(organization: String, candidate: String) -> String { candidate }
    func ping() {}

    private func listing<Element>(_ all: [Element], _ page: Page) -> Listing<Element> {
        Listing(
            elements: Array(all.dropFirst(page.offset).prefix(page.limit)),
            total: all.count
        )
    }
}
