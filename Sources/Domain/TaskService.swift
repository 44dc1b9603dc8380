/// The task dispatcher, as the API sees it.
///
/// With an organization, the methods see only its tasks; `nil` means all organizations.
public protocol TaskService: Sendable {
    /// Accepts a new task; after the return the task runs to its end even if this process dies.
    ///
    /// - Parameter unfinishedMax: the most unfinished tasks of the organization.
    /// - Throws: ``TooManyTasks``, ``ProjectGone``
    func submit(_ task: AgentTask, unfinishedMax: Int) async throws

    /// Cancels a task and its running attempt.
    /// - Returns: the ended task, or `nil` where no task has this id.
    /// - Throws: ``TaskEnded`` where the task ended otherwise, before or during the call.
    func cancel(task id: String, organization: String?) async throws -> AgentTask?

    /// Queues an unsuccessful ended task again, with all its attempts.
    /// - Returns: the queued task, or `nil` where no task has this id.
    /// - Throws: ``TaskNotRetryable``, ``TooManyTasks``
    func retry(
        task id: String,
        organization: String?,
        unfinishedMax: Int
    ) async throws -> AgentTask?
}

/// An error: the task had ended before it could be cancelled.
public struct TaskEnded: Error, Sendable, Hashable {
    public let task: AgentTask

    public init(task: AgentTask) { self.task = task }
}

/// An error: the task has not ended yet, or it succeeded.
public struct TaskNotRetryable: Error, Sendable, Hashable {
    public let task: AgentTask

    public init(task: AgentTask) { self.task = task }
}
