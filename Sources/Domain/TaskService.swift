/// The task dispatcher, as the API sees it.
///
/// With an organization, only its tasks exist; `nil` means all organizations.
public protocol TaskService: Sendable {
    /// Takes a new task in. When this returns it will be seen to its end, even if this process
    /// dies.
    ///
    /// - Parameter unfinishedMax: how many unfinished ones its organization may have.
    /// - Throws: ``TooManyTasks``, ``ProjectGone``
    func submit(_ task: AgentTask, unfinishedMax: Int) async throws

    /// Cancels a task, and the attempt that is under way.
    /// - Returns: the task as it ended, or `nil` where there is none of this id.
    /// - Throws: ``TaskEnded`` where it ended otherwise, before or meanwhile.
    func cancel(task id: String, organization: String?) async throws -> AgentTask?

    /// Has a task that has not succeeded tried again, with all its attempts.
    /// - Returns: the task, queued, or `nil` where there is none of this id.
    /// - Throws: ``TaskNotRetryable``, ``TooManyTasks``
    func retry(
        task id: String,
        organization: String?,
        unfinishedMax: Int
    ) async throws -> AgentTask?
}

/// The task had ended before it could be cancelled.
public struct TaskEnded: Error, Sendable, Hashable {
    public let task: AgentTask

    public init(task: AgentTask) { self.task = task }
}

/// The task has not ended yet, or has succeeded.
public struct TaskNotRetryable: Error, Sendable, Hashable {
    public let task: AgentTask

    public init(task: AgentTask) { self.task = task }
}
