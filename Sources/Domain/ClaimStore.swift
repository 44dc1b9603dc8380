public import Foundation

/// The leases of workers on accepted executions.
///
/// A worker is one process that runs executions. What it claims, and what it writes first, is its
/// own until its lease ends; a heartbeat moves the end of the lease, for all that the worker holds
/// at once. After the end any worker may claim what it held, so the work of a worker that died goes
/// on elsewhere. One that was only slow finds out when it writes: ``ClaimLost``.
public protocol ClaimStore: Sendable {
    /// Begins a worker's life and its lease. What an earlier process of this name held is nobody's.
    func join(worker: String, until end: Date) async throws
    /// Moves the end of the worker's lease.
    func heartbeat(worker: String, until end: Date) async throws
    /// Gives the worker the oldest unfinished executions that are nobody's at `now`, at most
    /// `limit`; none that it holds already.
    ///
    /// What cannot be read of them is given up: it ends as a fault of ours, its charge is given
    /// back, and the operator is told. So are a task, which ends as a dead letter, and a delivery,
    /// which ends as failed, where it would be their turn.
    func claim(worker: String, at now: Date, limit: Int) async throws -> [Execution]
    /// Gives the worker this execution, unless it is finished or another worker's at `now`.
    /// - Returns: whether it is the worker's.
    func claim(execution id: String, worker: String, at now: Date) async throws -> Bool
    /// The unfinished executions that the worker holds, by their ids.
    func held(by worker: String) async throws -> [String]
    /// Lets an unfinished execution go, so that any worker may claim it at once.
    func release(execution id: String, worker: String) async throws
    /// The unfinished executions that workers held whose leases have ended by `now`, oldest first.
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

/// The worker's lease ended, and another has claimed the execution since.
public struct ClaimLost: Error, Sendable, Hashable {
    public init() {}
}
