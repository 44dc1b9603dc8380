public import Foundation

/// Everything that must outlive a process.
///
/// One contract suite holds for every adapter. Code that needs a part asks for the port of that
/// part.
///
/// Each method is atomic and durable when it returns: `kill -9` straight after loses nothing.
public protocol Store: AccountStore, TokenStore, QuotaStore, ExecutionStore, IdempotencyStore,
    DeliveryStore, ProjectStore, TaskStore, ClaimStore, RetentionStore
{
    /// Whether the store answers, and can write again where it last could not: for readiness.
    func ping() async throws
}

/// How many executions each subject has started today.
public protocol QuotaStore: Sendable {
    /// Counts one execution against `subject` on `day` unless `limit` is reached.
    func charge(subject: String, day: UTCDay, limit: Int) async throws -> Charge
    /// Gives one back, for a run that failed for our fault.
    func refund(subject: String, day: UTCDay) async throws
    func charged(subject: String, day: UTCDay) async throws -> Int
}

/// Executions of organizations; a stranger's are never kept.
public protocol ExecutionStore: Sendable {
    /// Writes the execution as it is now, with the deliveries that it owes, in one transaction.
    ///
    /// - Parameter worker: which works on it, and holds it from its first writing on; see
    ///   ``ClaimStore``. `nil` works on nothing and holds nothing.
    /// - Throws: ``ProjectGone`` where its project, or the task that it is of, was deleted;
    ///   ``ClaimLost`` where the worker does not hold it any more.
    func save(_ execution: Execution, deliveries: [Delivery], by worker: String?) async throws
    /// Begins an attempt of a task: writes the task as it is from now on and the execution that is
    /// the attempt, in one transaction.
    /// - Throws: ``TaskChanged``, or ``ProjectGone`` where the task was deleted; nothing is written
    ///    then.
    func begin(_ attempt: TaskStart, as execution: Execution, by worker: String?) async throws
    /// - Throws: ``ProjectGone`` where the project or the task that it is of is not there.
    func checkParents(of request: ExecutionRequest) async throws
    /// - Throws: ``UnreadableRecord``
    func execution(id: String, organization: String) async throws -> Execution?
    func executions(
        organization: String,
        matching: ExecutionFilter,
        page: Page
    ) async throws
        -> Listing<ExecutionSummary>
}

extension ExecutionStore {
    public func save(_ execution: Execution, deliveries: [Delivery]) async throws {
        try await save(execution, deliveries: deliveries, by: nil)
    }
}

/// Which request an `Idempotency-Key` was first used for.
public protocol IdempotencyStore: Sendable {
    /// Takes `key` for `organization`, or tells what holds it. Older entries than `expiry` are
    /// forgotten.
    ///
    /// - Parameter subject: the id of the execution or the task that the request is to become.
    func claim(
        idempotencyKey: String,
        organization: String,
        fingerprint: Data,
        subject: String,
        at date: Date,
        expiry: Date
    ) async throws -> IdempotencyClaim
    /// Lets a key go whose request was refused after claiming it.
    func release(idempotencyKey: String, organization: String) async throws
}

/// Results that are owed to callback addresses.
public protocol DeliveryStore: Sendable {
    /// Writes the state of a delivery; nothing if it was deleted with its execution or task.
    func save(_ delivery: Delivery) async throws
    func delivery(id: String, organization: String) async throws -> Delivery?
    /// Newest first.
    func deliveries(organization: String, page: Page) async throws -> Listing<DeliverySummary>
    /// Pending deliveries due at or before `date`, earliest first, at most `limit`, of all
    /// organizations but some: one's backlog must not hide another's deliveries.
    func dueDeliveries(
        at date: Date,
        limit: Int,
        excluding organizations: Set<String>
    ) async throws
        -> [Delivery]
    /// When the next pending delivery is due.
    func nextDeliveryDate() async throws -> Date?
    /// The organization's `whsec_` signing secret; `candidate` is kept where it has none yet.
    func webhookSecret(organization: String, candidate: String) async throws -> String
    /// Every delivery from now on is signed with `secret`.
    func replaceWebhookSecret(organization: String, with secret: String) async throws
}

/// The store cannot write, or cannot be asked, at the moment: it is locked by another program, its
/// disk is full or read-only.
///
/// Our fault, and not for ever: what was asked for was not done, and may be asked for again.
public struct StoreUnavailable: Error, Sendable, Hashable, CustomStringConvertible {
    /// For the operator.
    public let reason: String

    public init(reason: String) { self.reason = reason }

    public var description: String { "the store is not available: \(reason)" }
}

/// The project does not exist for this caller, or was deleted meanwhile with all its executions.
public struct ProjectGone: Error, Sendable, Hashable {
    public init() {}
}

/// What is kept under this identifier cannot be read: it is damaged, or a later release wrote it.
///
/// Work that cannot be read is not told of by an error: the store gives it up, see
/// ``ClaimStore/claim(worker:at:limit:)``.
public struct UnreadableRecord: Error, Sendable, Hashable, CustomStringConvertible {
    public let id: String
    /// For the operator; nothing of what a caller sent.
    public let reason: String

    public init(id: String, reason: String) {
        self.id = id
        self.reason = reason
    }

    public var description: String { "the store's record \(id) cannot be read: \(reason)" }
}

public enum Charge: Sendable, Hashable {
    /// How many there have been today, this one included.
    case accepted(count: Int)
    case refused(count: Int)
}

public enum IdempotencyClaim: Sendable, Hashable {
    case claimed
    /// The same request was made before and became this execution or task.
    case replay(subject: String)
    /// The key belongs to another body.
    case mismatch

    /// How long a key holds.
    public static let lifetimeSeconds: TimeInterval = 86_400
}

/// A day of the UTC calendar, as days since 1970-01-01.
public struct UTCDay: Sendable, Hashable {
    public let number: Int

    public init(_ date: Date) { number = Int((date.timeIntervalSince1970 / 86_400).rounded(.down)) }

    /// The first instant of the day after.
    public var end: Date { Date(timeIntervalSince1970: Double(number + 1) * 86_400) }
}

public struct ExecutionFilter: Sendable, Hashable {
    public var status: Execution.Status?
    public var language: String?

    public init(status: Execution.Status? = nil, language: String? = nil) {
        self.status = status
        self.language = language
    }
}

public struct Page: Sendable, Hashable {
    /// 1 to 100.
    public var limit: Int
    public var offset: Int

    public init(limit: Int = 20, offset: Int = 0) {
        self.limit = limit
        self.offset = offset
    }
}

public struct Listing<Element: Sendable>: Sendable {
    public var elements: [Element]
    /// The number of elements on all pages.
    public var total: Int

    public init(elements: [Element], total: Int) {
        self.elements = elements
        self.total = total
    }
}
