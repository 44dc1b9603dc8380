public import Foundation

/// A store of all state that must outlive a process.
///
/// Every adapter passes one contract suite. Code that needs only a part asks for that part's
/// protocol.
///
/// Each method is atomic, and durable when it returns: a `kill -9` right after it loses nothing.
public protocol Store: AccountStore, InvitationStore, TokenStore, QuotaStore, ExecutionStore,
    IdempotencyStore, DeliveryStore, ProjectStore, TaskStore, ClaimStore, RetentionStore
{
    /// Checks, for readiness, that the store answers and that a store that failed to write can
    /// write.
    func ping() async throws
}

/// The number of executions that each subject has started today.
public protocol QuotaStore: Sendable {
    /// Counts one execution against `subject` on `day` unless `limit` is reached.
    func charge(subject: String, day: UTCDay, limit: Int) async throws -> Charge
    /// Takes one charge back, for a run that failed by our fault.
    func refund(subject: String, day: UTCDay) async throws
    func charged(subject: String, day: UTCDay) async throws -> Int
}

/// A store of organizations' executions; strangers' executions are never stored.
public protocol ExecutionStore: Sendable {
    /// Writes the execution and the deliveries that it owes, in one transaction.
    ///
    /// - Parameter worker: the worker that runs the execution, and holds it from the first write
    ///   on; see ``ClaimStore``. With `nil` no worker holds it.
    /// - Throws: ``ProjectGone`` where its project or its task was deleted; ``ClaimLost`` where the
    ///   worker does not hold it any more.
    func save(_ execution: Execution, deliveries: [Delivery], by worker: String?) async throws
    /// Writes a task that starts an attempt, and the execution of the attempt, in one transaction.
    /// - Throws: ``TaskChanged``, or ``ProjectGone`` where the task was deleted. Nothing is written
    ///   then.
    func begin(_ attempt: TaskStart, as execution: Execution, by worker: String?) async throws
    /// - Throws: ``ProjectGone`` where the request's project or task does not exist.
    func checkParents(of request: ExecutionRequest) async throws
    /// Returns the stored size of the execution, request and result, without reading them.
    func executionBytes(id: String, organization: String) async throws -> Int?
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

/// A store of the requests for which each `Idempotency-Key` was first used.
public protocol IdempotencyStore: Sendable {
    /// Claims `key` for `organization`, or returns its present holder.
    ///
    /// Entries older than `expiry` are deleted.
    ///
    /// - Parameter subject: the id that the request's execution or task will have.
    func claim(
        idempotencyKey: String,
        organization: String,
        fingerprint: Data,
        subject: String,
        at date: Date,
        expiry: Date
    ) async throws -> IdempotencyClaim
    /// Releases a key whose request was refused after the claim.
    func release(idempotencyKey: String, organization: String) async throws
}

/// A store of results that must be sent to callback URLs.
public protocol DeliveryStore: Sendable {
    /// Writes the state and attempts of a delivery, unless it was deleted with its execution or
    /// task.
    func save(_ delivery: DeliverySummary) async throws
    func delivery(id: String, organization: String) async throws -> DeliverySummary?
    /// Returns a delivery with its body; `nil` if it was deleted or cannot be read.
    func wholeDelivery(id: String) async throws -> Delivery?
    /// Returns the deliveries of the organization, newest first.
    func deliveries(organization: String, page: Page) async throws -> Listing<DeliverySummary>
    /// Returns the next organization in the circle after `organization` that has a pending delivery
    /// due by `date`; `nil` if only the excluded ones have.
    func organizationOwed(
        after organization: String,
        at date: Date,
        excluding excluded: Set<String>
    ) async throws -> String?
    /// Returns the earliest due delivery of each receiver, in the circle of the organization's
    /// receivers after `receiver`.
    ///
    /// It reads no body. One receiver's backlog hides no other's delivery.
    ///
    /// - Parameters:
    ///   - ids: deliveries that are left out.
    ///   - limit: the most receivers with pending deliveries that are looked at.
    func dueDeliveries(
        organization: String,
        at date: Date,
        after receiver: String,
        excluding ids: Set<String>,
        limit: Int
    ) async throws -> DueDeliveries
    /// Returns the due date of the next pending delivery.
    func nextDeliveryDate() async throws -> Date?
    /// Returns the organization's `whsec_` signing secret; stores `candidate` if there is none yet.
    func webhookSecret(organization: String, candidate: String) async throws -> String
    /// Replaces the secret that signs every later delivery.
    func replaceWebhookSecret(organization: String, with secret: String) async throws
}

/// An error: the store cannot write or be read at the moment.
///
/// Another program locks it, or its disk is full or read-only.
///
/// It is our fault and temporary: the operation did not happen, and may be tried again.
public struct StoreUnavailable: Error, Sendable, Hashable, CustomStringConvertible {
    /// The reason, for the operator.
    public let reason: String

    public init(reason: String) { self.reason = reason }

    public var description: String { "the store is not available: \(reason)" }
}

/// An error: the project does not exist for this caller, or was deleted with its executions.
public struct ProjectGone: Error, Sendable, Hashable {
    public init() {}
}

/// An error: the stored record is damaged, or a later release wrote it.
///
/// Unfinished work that cannot be read throws no error: the store gives it up, see
/// ``ClaimStore/claim(worker:at:limit:)``.
public struct UnreadableRecord: Error, Sendable, Hashable, CustomStringConvertible {
    public let id: String
    /// The reason, for the operator, without any content from a caller.
    public let reason: String

    public init(id: String, reason: String) {
        self.id = id
        self.reason = reason
    }

    public var description: String { "the store's record \(id) cannot be read: \(reason)" }
}

public enum Charge: Sendable, Hashable {
    /// The number of executions today, this one included.
    case accepted(count: Int)
    case refused(count: Int)
}

public enum IdempotencyClaim: Sendable, Hashable {
    case claimed
    /// An identical request came before, and became this execution or task.
    case replay(subject: String)
    /// The key was used for a different body.
    case mismatch

    /// The time for which a key is remembered.
    public static let lifetimeSeconds: TimeInterval = 86_400
}

/// A UTC calendar day, as the number of days since 1970-01-01.
public struct UTCDay: Sendable, Hashable {
    public let number: Int

    public init(_ date: Date) { number = Int((date.timeIntervalSince1970 / 86_400).rounded(.down)) }

    /// The first instant of the next day.
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
    /// The most elements of the page, from 1 to 100.
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
