import Domain
import Foundation

/// Which deliveries are under way, and whether one more may be.
struct Slots {
    private let totalMax: Int
    private let perOrganizationMax: Int
    private var taken: [String: Attempt] = [:]

    /// An attempt that has begun, and its delivery as it was then.
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

    /// The organizations that have all the slots that one may have.
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
