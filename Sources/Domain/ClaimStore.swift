public import Foundation

/// Whose an accepted execution is while it is worked on.
///
/// A worker is one process that runs executions. What it claims is its own until its lease ends; a
/// heartbeat moves the end of the lease, for all that the worker holds at once. After the end any
/// worker may claim what it held, so the work of a worker that died goes on elsewhere. One that was
/// only slow finds out when it writes: ``ClaimLost``.
public protocol ClaimStore: Sendable {
    /// Moves the end of the worker's lease, which begins with the first heartbeat.
    func heartbeat(worker: String, until end: Date) async throws
    /// Writes a new execution that the worker holds from its beginning.
    /// - Throws: ``ProjectGone``
    func accept(_ execution: Execution, by worker: String) async throws
    /// Begins a task's next attempt: the task as it runs, and its execution, which the worker
    /// holds. Both are written, or neither.
    /// - Returns: whether the task was still as `known`.
    /// - Throws: ``ProjectGone``
    func begin(
        _ known: AgentTask,
        as running: AgentTask,
        execution: Execution,
        by worker: String
    ) async throws -> Bool
    /// Gives the worker the oldest unfinished executions that are nobody's at `now`, at most
    /// `limit`, and moves the end of its lease.
    ///
    /// What cannot be read is given up: ``ExecutionStore/unfinishedExecutions()``.
    func claim(
        worker: String,
        until end: Date,
        at now: Date,
        limit: Int
    ) async throws -> [Execution]
    /// Writes the execution as it is now, with the deliveries that it owes, in one transaction.
    /// - Throws: ``ClaimLost`` where the worker does not hold it any more, ``ProjectGone``.
    func save(_ execution: Execution, deliveries: [Delivery], by worker: String) async throws
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
