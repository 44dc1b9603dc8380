public import Foundation

/// The leases of workers on accepted executions.
///
/// A worker is one process that runs executions. An execution belongs to the worker that claims it
/// or writes it first, until the worker's lease ends. A heartbeat extends the lease, for all of the
/// worker's executions at once. After the lease's end any worker may claim them, so the work of a
/// dead worker continues elsewhere. A worker that was only slow gets ``ClaimLost`` at its next
/// write.
public protocol ClaimStore: Sendable {
    /// Registers a worker and starts its lease.
    ///
    /// The claims of an earlier process of this name are released.
    func join(worker: String, until end: Date) async throws
    /// Extends the worker's lease.
    func heartbeat(worker: String, until end: Date) async throws
    /// Claims the oldest unfinished executions that no worker holds at `now`, at most `limit`.
    ///
    /// Executions that the worker holds already are not among them.
    ///
    /// A record that cannot be read is given up when its turn comes, and the operator is told. An
    /// execution ends as our fault and its charge is refunded; a task ends as a dead letter; a
    /// delivery ends as failed.
    func claim(worker: String, at now: Date, limit: Int) async throws -> [Execution]
    /// Claims this execution, unless it is finished or another worker holds it at `now`.
    /// - Returns: whether the worker holds the execution.
    func claim(execution id: String, worker: String, at now: Date) async throws -> Bool
    /// Returns the ids of the unfinished executions that the worker holds.
    func held(by worker: String) async throws -> [String]
    /// Releases an unfinished execution, so that any worker may claim it at once.
    func release(execution id: String, worker: String) async throws
    /// Returns the unfinished executions whose worker's lease has ended by `now`, oldest first.
    func expired(at now: Date) async throws -> [ExpiredClaim]
}

/// An execution whose worker has been silent for longer than its lease.
public struct ExpiredClaim: Sendable, Hashable {
    public let execution: String
    public let worker: String

    public init(execution: String, worker: String) {
        self.execution = execution
        self.worker = worker
    }
}

/// An error: the worker's lease ended, and another worker has claimed the execution since.
public struct ClaimLost: Error, Sendable, Hashable {
    public init() {}
}
