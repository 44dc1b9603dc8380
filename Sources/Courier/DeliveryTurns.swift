import Domain
import Foundation
import Logging

/// The choice of the next delivery.
///
/// Organizations take turns, and within each its receivers; ``ReceiverStandings`` says which of
/// them come first. The choice reads no body.
struct DeliveryTurns {
    private let store: any DeliveryStore
    private let logger: Logger
    var standings: ReceiverStandings
    /// The organization that had the last turn.
    private var organization = ""
    /// The receiver that had the last turn, by organization.
    private var receivers: [String: String] = [:]

    /// The receivers that one choice looks at.
    private static let receiversMax = 1_000
    /// The organizations whose last receiver is remembered.
    private static let organizationsMax = 10_000
    /// The time after which a delivery that waits behind a failing receiver is given up, so that
    /// what is owed to it does not grow for ever.
    private static let overdueSeconds = 86_400.0

    init(store: any DeliveryStore, logger: Logger, promptMilliseconds: Int) {
        self.store = store
        self.logger = logger
        standings = ReceiverStandings(promptMilliseconds: promptMilliseconds)
    }

    /// Returns the next delivery that is due and has a slot.
    ///
    /// - Parameter waiting: the organizations that have nothing to start now; those that turn out
    ///   to have nothing are added.
    mutating func next(
        for slots: Slots,
        passing waiting: inout Set<String>,
        at now: Date
    ) async throws -> DueDelivery? {
        while let next = try await store.organizationOwed(
            after: organization,
            at: now,
            excluding: waiting
        ) {
            organization = next
            if let due = try await choose(from: next, for: slots, at: now) { return due }
            waiting.insert(next)
        }
        return nil
    }

    private mutating func choose(
        from organization: String,
        for slots: Slots,
        at now: Date
    ) async throws -> DueDelivery? {
        let found = try await store.dueDeliveries(
            organization: organization,
            at: now,
            after: receivers[organization] ?? "",
            excluding: slots.ids,
            limit: Self.receiversMax
        )
        for due in found.deliveries where isOverdue(due, at: now) { try await giveUp(due, at: now) }
        let startable = found.deliveries.filter { due in
            let standing = standings[.init(due)]
            return !isOverdue(due, at: now) && !standing.isHeld(at: now)
                && slots.hasRoom(for: due, of: standing, at: now)
        }
        let chosen = startable.min { rank($0) < rank($1) }
        if receivers.count >= Self.organizationsMax { receivers = [:] }
        receivers[organization] = chosen?.receiver ?? found.last
        return chosen
    }

    /// Prompt receivers come first, and those that failed last; within a rank they take turns.
    private func rank(_ due: DueDelivery) -> Int {
        let standing = standings[.init(due)]
        return standing.isPrompt ? 0 : 1 + max(standing.failures, due.isRetry ? 1 : 0)
    }

    private func isOverdue(_ due: DueDelivery, at now: Date) -> Bool {
        standings[.init(due)].failures > 0
            && now.timeIntervalSince(due.dueAt) > Self.overdueSeconds
    }

    private func giveUp(_ due: DueDelivery, at now: Date) async throws {
        guard let known = try await store.wholeDelivery(id: due.id) else { return }
        var delivery = DeliverySummary(known)
        delivery.state = .failed(at: now)
        try await store.save(delivery)
        logger.info("callback given up", metadata: ["delivery": "\(due.id)"])
    }
}
