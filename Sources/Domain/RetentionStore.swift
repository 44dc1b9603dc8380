public import Foundation

/// A store that deletes outdated records.
///
/// Unfinished work is never deleted, and neither is an execution or task with a pending delivery.
/// An execution is deleted with its request, result and deliveries, a task with its executions.
public protocol RetentionStore: Sendable {
    /// Deletes a few records of one kind, in one transaction.
    /// - Returns: the number of deleted records; fewer than `limit` if none is left.
    func delete(_ kind: OutlivedRecord, limit: Int) async throws -> Int
    /// Returns a few of the database's free pages to the file system.
    /// - Returns: whether free pages are left.
    func giveBackSpace() async throws -> Bool
}

/// A kind of record, and the age at which it is deleted.
public enum OutlivedRecord: Sendable, Hashable {
    /// Executions that belong to no task and ended before their organization's bound.
    case executions(EndBounds)
    /// Tasks that ended before their organization's bound.
    case tasks(EndBounds)
    case idempotencyKeys(claimedBefore: Date)
    case sessions(expiredBefore: Date)
    /// Revoked access tokens that have expired.
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

/// The dates before which ended work is deleted; `nil` keeps it for ever.
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
