/// The queue of executions, as the API sees it.
public protocol ExecutionService: Sendable {
    /// Charges the caller's quota and takes the execution into the queue. Nothing is charged where
    /// it throws.
    ///
    /// - Parameters:
    ///   - id: made with ``Identifier``.
    ///   - durability: what is written down. Strangers' executions are never kept.
    /// - Throws: ``SubmissionRefusal``, or what the store throws; ``ProjectGone`` where what it is
    ///    of is not there.
    func submit(
        _ request: ExecutionRequest,
        from caller: Caller,
        id: String,
        durability: Durability
    )
        async throws -> any Submission

    /// Begins an attempt of a task: takes an execution in as ``submit(_:from:id:durability:)``
    /// does, and writes the task and the execution down in one transaction.
    ///
    /// - Throws: as that, or ``TaskChanged``. Then nothing is begun, nor charged.
    func begin(
        _ attempt: TaskStart,
        from caller: Caller,
        id: String
    ) async throws -> any Submission

    /// Where the caller stands, without charging anything.
    func standing(of caller: Caller) async throws -> RateReport

    /// Cancels a queued or running execution.
    /// - Returns: the execution as it ended, or `nil` where the organization has none of this id.
    /// - Throws: ``CancellationRefusal`` where it had finished before.
    func cancel(id: String, organization: String) async throws -> Execution?

    /// Cancels everything that waits or runs of a project that has been deleted.
    ///
    /// Returns when nothing of it is left, also in jails. What is submitted of it afterwards is
    /// refused with ``ProjectGone``.
    func cancelAll(project: String) async

    /// A queued or running execution as it is now: fresher than the store's, which learns of the
    /// end only.
    func current(id: String, organization: String) async -> Execution?

    /// The events of an execution that waits or runs, from `number` on, as they happen, up to its
    /// result.
    ///
    /// Any number of readers may read at once; one that is slow finds a gap. The sequence throws
    /// where the execution will not end in this process.
    /// - Returns: `nil` where nothing of this id waits or runs.
    func events(
        of id: String,
        organization: String,
        from number: Int
    ) async -> (any AsyncSequence<ExecutionEvent, any Error> & Sendable)?

    /// Waits until the execution has finished or `duration` is over.
    func wait(id: String, organization: String, upTo duration: Duration) async
}

/// How much of an execution outlives the request.
public enum Durability: Sendable, Hashable {
    /// Answered and forgotten: a stranger's.
    case nothing
    /// Written down when it has finished.
    case result
    /// Written down before `submit` returns, and finished even if this process dies.
    case accepted
}

/// An execution that has been accepted.
public protocol Submission: Sendable {
    /// As it was accepted: queued.
    var execution: Execution { get }
    var rates: RateReport { get }

    /// Waits for the end. Cancelling the waiting task cancels the execution and destroys its jail,
    /// unless it was submitted with ``Durability/accepted``.
    func finished() async throws -> Execution
}

/// The caller's doing or the moment's, never a fault.
public enum SubmissionRefusal: Error, Sendable, Hashable {
    case rateLimited(by: RateStanding, report: RateReport)
    case overloaded(retryAfterSeconds: Int)
    case draining
}

/// The execution had ended before it could be cancelled.
public struct CancellationRefusal: Error, Sendable, Hashable {
    public let execution: Execution

    public init(execution: Execution) { self.execution = execution }
}
