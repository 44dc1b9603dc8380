import Domain
import Foundation

/// The deliveries in progress, and the free slots for further ones.
struct Slots {
    private let totalMax: Int
    private let perOrganizationMax: Int
    private var taken: [String: Attempt] = [:]

    /// An attempt in progress, and its delivery as it was at the start.
    struct Attempt {
        let delivery: Delivery
        let startedAt: Date
    }

    init(totalMax: Int, perOrganizationMax: Int) {
        self.totalMax = totalMax
        self.perOrganizationMax = perOrganizationMax
    }

    var isEmpty: Bool { taken.isEmpty }
    var isFull: Bool { taken.count >= totalMax }

    /// The organizations that hold the maximum number of slots.
    var fullOrganizations: Set<String> {
        let counts = taken.values.reduce(into: [:]) {
            $0[$1.delivery.organization, default: 0] += 1
        }
        return Set(counts.filter { $0.value >= perOrganizationMax }.keys)
    }

    func hasRoom(for delivery: Delivery) -> Bool {
        !isFull && taken[delivery.id] == nil && !fullOrganizations.contains(delivery.organization)
    }

    mutating func take(_ delivery: Delivery, at date: Date) {
        taken[delivery.id] = Attempt(delivery: delivery, startedAt: date)
    }

    subscript(id: String) -> Attempt? { taken[id] }

    mutating func free(_ id: String) { taken[id] = nil }
}
