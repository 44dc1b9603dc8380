import Domain
import Foundation

/// A store in memory that has only deliveries, and notifies waiting tests of changes.
actor FakeStore: DeliveryStore {
    struct NotKept: Error {}
    struct Broken: Error {}

    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    private(set) var deliveries: [String: Delivery] = [:]
    private(set) var failedSaves = 0
    /// The ids of the deliveries that were read with their bodies.
    private(set) var wholeReads: [String] = []
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

    /// Adds a delivery that is owed.
    func add(_ delivery: Delivery) { deliveries[delivery.id] = delivery }

    func save(_ delivery: DeliverySummary) throws {
        defer { notify() }
        guard savesToFail == 0 else {
            savesToFail -= 1
            failedSaves += 1
            throw Broken()
        }
        guard let known = deliveries[delivery.id] else { return }
        deliveries[delivery.id] = Delivery(delivery, body: known.body)
    }

    func delivery(id: String, organization: String) -> DeliverySummary? {
        deliveries[id].map(DeliverySummary.init)
    }

    func wholeDelivery(id: String) -> Delivery? {
        wholeReads.append(id)
        return deliveries[id]
    }

    func organizationOwed(
        after organization: String,
        at date: Date,
        excluding excluded: Set<String>
    ) -> String? {
        let owed = Set(pending.filter { $0.dueAt <= date }.map(\.organization))
        let names = owed.subtracting(excluded).sorted()
        return names.first { $0 > organization } ?? names.first
    }

    func dueDeliveries(
        organization: String,
        at date: Date,
        after receiver: String,
        excluding ids: Set<String>,
        limit: Int
    ) -> DueDeliveries {
        let own = pending.filter { $0.organization == organization && !ids.contains($0.id) }
        let names = Set(own.map(\.receiver)).sorted()
        let circle = (names.filter { $0 > receiver } + names.filter { $0 <= receiver })
            .prefix(limit)
        let earliest = circle.compactMap { name in
            own.filter { $0.receiver == name }.min { ($0.dueAt, $0.id) < ($1.dueAt, $1.id) }
        }
        return DueDeliveries(
            deliveries: earliest.filter { $0.dueAt <= date },
            last: circle.last
        )
    }

    func nextDeliveryDate() -> Date? { pending.map(\.dueAt).min() }

    private var pending: [DueDelivery] {
        deliveries.values.compactMap { delivery in
            guard case .pending(let date) = delivery.state else { return nil }
            return DueDelivery(
                id: delivery.id,
                organization: delivery.organization,
                receiver: CallbackURL.receiver(of: delivery.url),
                dueAt: date,
                isRetry: !delivery.attempts.isEmpty,
                bodyBytes: delivery.body.count
            )
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
