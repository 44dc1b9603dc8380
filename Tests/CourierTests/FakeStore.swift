import Domain
import Foundation

/// A store in memory that has only deliveries, and notifies waiting tests of changes.
actor FakeStore: DeliveryStore {
    struct NotKept: Error {}
    struct Broken: Error {}

    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    private(set) var deliveries: [String: Delivery] = [:]
    private(set) var failedSaves = 0
    private var secret: String
    private var savesToFail = 0
    private var waiters: [Waiter] = []

    private struct Waiter {
        let isSatisfied: (isolated FakeStore) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    init(_ deliveries: [Delivery], secret: String = FakeStore.secret, savesToFail: Int = 0) {
        self.deliveries = Dictionary(uniqueKeysWithValues: deliveries.map { ($0.id, $0) })
        self.secret = secret
        self.savesToFail = savesToFail
    }

    /// Waits until the delivery meets `condition`, and returns it.
    func delivery(
        _ id: String,
        when condition: @escaping @Sendable (Delivery) -> Bool
    ) async -> Delivery? {
        await wait { store in store.deliveries[id].map(condition) ?? true }
        return deliveries[id]
    }

    func waitForFailedSaves(_ count: Int) async { await wait { $0.failedSaves >= count } }

    private func wait(until isSatisfied: @escaping (isolated FakeStore) -> Bool) async {
        await withCheckedContinuation { continuation in
            waiters.append(Waiter(isSatisfied: isSatisfied, continuation: continuation))
            notify()
        }
    }

    private func notify() {
        let satisfied = waiters.filter { $0.isSatisfied(self) }
        waiters.removeAll { $0.isSatisfied(self) }
        for waiter in satisfied { waiter.continuation.resume() }
    }

    func save(_ delivery: Delivery) throws {
        defer { notify() }
        guard savesToFail == 0 else {
            savesToFail -= 1
            failedSaves += 1
            throw Broken()
        }
        deliveries[delivery.id] = delivery
    }

    func delivery(id: String, organization: String) -> Delivery? { deliveries[id] }

    func dueDeliveries(
        at date: Date,
        limit: Int,
        excluding organizations: Set<String>
    ) -> [Delivery] {
        let due = pending.filter {
            $0.date <= date && !organizations.contains($0.delivery.organization)
        }
        let sorted = due.sorted { ($0.date, $0.delivery.id) < ($1.date, $1.delivery.id) }
        return sorted.prefix(limit).map(\.delivery)
    }

    func nextDeliveryDate() -> Date? { pending.map(\.date).min() }

    private var pending: [(date: Date, delivery: Delivery)] {
        deliveries.values.compactMap { delivery in
            guard case .pending(let date) = delivery.state else { return nil }
            return (date, delivery)
        }
    }

    func webhookSecret(organization: String, candidate: String) -> String { secret }
    func replaceWebhookSecret(organization: String, with secret: String) { self.secret = secret }
}

// The methods that the courier does not use.
extension FakeStore {
    func deliveries(organization: String, page: Page) throws -> Listing<DeliverySummary> {
        throw NotKept()
    }
}
