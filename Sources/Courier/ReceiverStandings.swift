import Domain
import Foundation

/// What the latest attempts say about each receiver.
///
/// A receiver is prompt after a quick answer, else doubtful: unknown, slow or failing. Prompt ones
/// come first and have slots of their own, so that the others cannot delay them. A failing receiver
/// is held back for a while after each failure, and comes last.
///
/// It is pure, and in memory only: after a restart every receiver is unknown. A receiver that
/// cannot be remembered is unknown too.
struct ReceiverStandings {
    /// A receiver of one organization: another's failures at the same host say nothing about it.
    struct Key: Sendable, Hashable {
        let organization: String
        let name: String

        init(_ due: DueDelivery) {
            organization = due.organization
            name = due.receiver
        }
    }

    struct Standing {
        var isPrompt = false
        /// Consecutive failures.
        var failures = 0
        var heldUntil = Date.distantPast
        var updatedAt = Date.distantPast

        func isHeld(at now: Date) -> Bool { now < heldUntil }
    }

    /// The pauses of a failing receiver, which are shorter than those of any one delivery: each
    /// delivery has its own schedule, and many may wait for one receiver.
    private static let holds = Backoff(firstMilliseconds: 1_000, mostMilliseconds: 30_000)

    private let receiversMax: Int
    private let promptMilliseconds: Int
    private var standings: [Key: Standing] = [:]

    init(promptMilliseconds: Int, receiversMax: Int = 10_000) {
        self.promptMilliseconds = promptMilliseconds
        self.receiversMax = receiversMax
    }

    var count: Int { standings.count }

    subscript(receiver: Key) -> Standing { standings[receiver] ?? Standing() }

    mutating func record(
        _ outcome: Delivery.Outcome,
        after durationMilliseconds: Int,
        of receiver: Key,
        at now: Date
    ) {
        makeRoom(for: receiver)
        var standing = self[receiver]
        standing.updatedAt = now
        if outcome.isReceiverFailure {
            standing.failures += 1
            standing.isPrompt = false
            let hold = Double(Self.holds.pause(after: standing.failures)) / 1_000
            standing.heldUntil = now.addingTimeInterval(hold)
        } else {
            standing.failures = 0
            standing.isPrompt = durationMilliseconds <= promptMilliseconds
            standing.heldUntil = .distantPast
        }
        standings[receiver] = standing
    }

    /// Forgets the oldest receiver of the organization that has the most of them, so that one
    /// organization's receivers push out only its own.
    private mutating func makeRoom(for receiver: Key) {
        guard standings[receiver] == nil, standings.count >= receiversMax else { return }
        let counts = standings.keys.reduce(into: [:]) { $0[$1.organization, default: 0] += 1 }
        let largest = counts.max { $0.value < $1.value }?.key
        let oldest = standings.filter { $0.key.organization == largest }
            .min { $0.value.updatedAt < $1.value.updatedAt }
        if let oldest { standings[oldest.key] = nil }
    }
}

extension Delivery.Outcome {
    /// Whether the receiver as a whole failed, and not this one message.
    fileprivate var isReceiverFailure: Bool {
        switch self {
        case .answered(let status): status == 429 || status >= 500
        case .addressNotAllowed, .addressMalformed: false
        case .failed: true
        }
    }
}
