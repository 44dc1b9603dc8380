/// The queue of executions, as the API sees it.
public protocol ExecutionService: Sendable {
    /// Charges the caller's quota and queues the execution; charges nothing where it throws.
    ///
    /// - Parameters:
    ///   - id: an identifier made by ``Identifier``.
    ///   - durability: how much is stored. Executions of strangers are never stored.
    ///   - memory: the memory of the request, which is given back when the execution has ended.
    /// - Throws: ``SubmissionRefusal``, an error of the store, or ``ProjectGone`` where the project
    ///   does not exist.
    func submit(
        _ request: ExecutionRequest,
        from caller: Caller,
        id: String,
        durability: Durability,
        memory: MemoryLease?
    )
        async throws -> any Submission

    /// Starts an attempt of a task.
    ///
    /// Queues an execution as ``submit(_:from:id:durability:memory:)`` does, and writes the task
    /// and the execution in one transaction.
    ///
    /// - Throws: the errors of `submit`, or ``TaskChanged``. Nothing is started or charged then.
    func begin(
        _ attempt: TaskStart,
        from caller: Caller,
        id: String
    ) async throws -> any Submission

    /// Returns the caller's rates, without charging anything.
    func standing(of caller: Caller) async throws -> RateReport

    /// Cancels a queued or running execution.
    /// - Returns: the ended execution, or `nil` where the organization has none of this id.
    /// - Throws: ``CancellationRefusal`` where the execution had ended before.
    func cancel(id: String, organization: String) async throws -> Execution?

    /// Cancels all queued and running executions of a deleted project.
    ///
    /// Returns when none is left, and no jail either. Later submissions for the project are refused
    /// with ``ProjectGone``.
    func cancelAll(project: String) async

    /// Returns the present state of a queued or running execution.
    ///
    /// The store has an older state, because it is told only of the end.
    func current(id: String, organization: String) async -> Execution?

    /// Returns the events of a queued or running execution as they happen, from `number` to its
    /// result.
    ///
    /// Any number of readers may read at once; a slow reader gets a gap event. The sequence throws
    /// where the execution will not end in this process.
    /// - Returns: `nil` where no execution of this id is queued or running.
    func events(
        of id: String,
        organization: String,
        from number: Int
    ) async -> (any AsyncSequence<ExecutionEvent, any Error> & Sendable)?

    /// Waits until the execution has finished or `duration` is over.
    func wait(id: String, organization: String, upTo duration: Duration) async
}

extension ExecutionService {
    /// Submits an execution whose memory nobody counts.
    public func submit(
        _ request: ExecutionRequest,
        from caller: Caller,
        id: String,
        durability: Durability
    ) async throws -> any Submission {
        try await submit(request, from: caller, id: id, durability: durability, memory: nil)
    }
}

/// The part of an execution that is stored.
public enum Durability: Sendable, Hashable {
    /// Nothing is stored; used for strangers.
    case nothing
    /// The result is stored when the execution has ended.
    case result
    /// The request is stored before `submit` returns, and runs to its end even if this process
    /// dies.
    case accepted
}

/// An execution that has been accepted.
public protocol Submission: Sendable {
    /// The execution as it was accepted, in state queued.
    var execution: Execution { get }
    var rates: RateReport { get }

    /// Waits for the end. Cancelling the waiting task cancels the execution and destroys its jail,
    /// unless it was submitted with ``Durability/accepted``.
    func finished() async throws -> Execution
}

/// A refusal that the caller or the present load causes, never a fault of ours.
public enum SubmissionRefusal: Error, Sendable, Hashable {
    case rateLimited(by: RateStanding, report: RateReport)
    case overloaded(retryAfterSeconds: Int)
    case draining
}

/// An error: the execution had ended before it could be cancelled.
public struct CancellationRefusal: Error, Sendable, Hashable {
    public let execution: Execution

    public init(execution: Execution) { self.execution = execution }
}
