import Domain
import Foundation

/// The deliveries in progress, and the free slots for further ones.
///
/// An organization has a lane for its prompt receivers and one for its doubtful ones. An attempt
/// that takes too long changes to the doubtful lane, and so makes room for a prompt receiver.
struct Slots {
    private let limits: CourierLimits
    private var taken: [String: Attempt] = [:]

    /// An attempt in progress, and its delivery as it was at the start, without the body.
    struct Attempt {
        let delivery: DeliverySummary
        let due: DueDelivery
        let isPrompt: Bool
        let startedAt: Date

        var receiver: ReceiverStandings.Key { ReceiverStandings.Key(due) }
    }

    init(_ limits: CourierLimits) { self.limits = limits }

    var isEmpty: Bool { taken.isEmpty }
    var isFull: Bool { taken.count >= limits.inFlightMax }
    /// The ids of the deliveries in progress.
    var ids: Set<String> { Set(taken.keys) }

    func hasRoom(
        for due: DueDelivery,
        of standing: ReceiverStandings.Standing,
        at now: Date
    ) -> Bool {
        guard !isFull, taken[due.id] == nil, hasMemory(for: due) else { return false }
        let own = taken.values.filter { $0.due.organization == due.organization }
        guard own.count < limits.inFlightPerOrganizationMax else { return false }
        let lane = own.filter { isPrompt($0, at: now) == standing.isPrompt }
        guard lane.count < limits.lanePerOrganizationMax else { return false }
        if standing.isPrompt { return true }
        let doubtful = taken.values.count { !isPrompt($0, at: now) }
        let most = standing.failures > 0 ? 1 : limits.doubtfulPerReceiverMax
        return doubtful < limits.doubtfulMax
            && own.count { $0.receiver == ReceiverStandings.Key(due) } < most
    }

    mutating func take(
        _ delivery: DeliverySummary,
        _ due: DueDelivery,
        isPrompt: Bool,
        at date: Date
    ) {
        taken[delivery.id] = Attempt(
            delivery: delivery,
            due: due,
            isPrompt: isPrompt,
            startedAt: date
        )
    }

    subscript(id: String) -> Attempt? { taken[id] }

    mutating func free(_ id: String) { taken[id] = nil }

    private func isPrompt(_ attempt: Attempt, at now: Date) -> Bool {
        let elapsed = now.timeIntervalSince(attempt.startedAt) * 1_000
        return attempt.isPrompt && elapsed <= Double(limits.promptMilliseconds)
    }

    private func hasMemory(for due: DueDelivery) -> Bool {
        guard due.bodyBytes > limits.smallBytesMax else { return true }
        let large = taken.values.map(\.due.bodyBytes).filter { $0 > limits.smallBytesMax }
        return large.isEmpty || large.reduce(due.bodyBytes, +) <= limits.largeBytesMax
    }
}
