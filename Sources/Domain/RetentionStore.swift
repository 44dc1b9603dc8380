public import Foundation

/// Deletes what is kept no longer.
///
/// Unfinished work is never deleted, nor is what a pending delivery tells of. What goes takes with
/// it what belongs to it: an execution its request, its result and its deliveries, a task its
/// executions.
public protocol RetentionStore: Sendable {
    /// Deletes a few records of one kind, in one transaction.
    /// - Returns: how many. Fewer than `limit`: there are no more.
    func delete(_ kind: OutlivedRecord, limit: Int) async throws -> Int
    /// Gives a few of the pages that deleting left free back to the file system.
    /// - Returns: whether there are more of them.
    func giveBackSpace() async throws -> Bool
}

/// A kind of record, and when it is old enough to go.
public enum OutlivedRecord: Sendable, Hashable {
    /// Executions of no task that ended before their organization's bound.
    case executions(EndBounds)
    /// Tasks that ended before their organization's bound.
    case tasks(EndBounds)
    case idempotencyKeys(claimedBefore: Date)
    case sessions(expiredBefore: Date)
    /// Revoked access tokens that have expired as well.
    case revokedTokens(expiredBefore: Date)

    public var name: String {
        switch self {
        case .executions: "execution"
        case .tasks: "task"
        case .idempotencyKeys: "idempotency_key"
        case .sessions: "session"
        case .revokedTokens: "revoked_token"
        }
    }
}

/// Before when work must have ended to be deleted; `nil` keeps it for ever.
public struct EndBounds: Sendable, Hashable {
    /// The bound for organizations whose plan sets none.
    public let standard: Date?
    /// The bound of each plan that sets one.
    public let byPlan: [String: Date?]

    public init(standard: Date?, byPlan: [String: Date?]) {
        self.standard = standard
        self.byPlan = byPlan
    }
}
