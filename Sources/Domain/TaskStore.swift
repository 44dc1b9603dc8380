public import Foundation

/// A store of agents' tasks.
///
/// A change names the task's last known state, and is made only if the stored state is equal. Of
/// two concurrent changes, the second fails.
public protocol TaskStore: Sendable {
    /// Stores a new task.
    /// - Throws: ``TooManyTasks`` where the organization has `unfinishedMax` unfinished tasks
    ///   already, ``ProjectGone`` where the task's project was deleted.
    func insert(_ task: AgentTask, unfinishedMax: Int) async throws
    /// Replaces the state `known` of a task, and writes the deliveries it owes, in one transaction.
    /// - Returns: whether the stored task was equal to `known`.
    func change(_ known: AgentTask, to task: AgentTask, deliveries: [Delivery]) async throws -> Bool
    /// Makes an ended task unfinished again.
    /// - Returns: whether the stored task was equal to `known`.
    /// - Throws: ``TooManyTasks``
    func revive(_ known: AgentTask, as task: AgentTask, unfinishedMax: Int) async throws -> Bool

    /// - Parameter organization: the owner of the task; `nil` for any organization.
    func task(id: String, organization: String?) async throws -> AgentTask?
    /// Returns the matching tasks, newest first.
    func tasks(matching filter: TaskFilter, page: Page) async throws -> Listing<TaskSummary>
    /// Returns the newest attempts of a task, at most `limit`, in the order they were made.
    func attempts(task id: String, limit: Int) async throws -> [TaskAttempt]

    /// Queues scheduled tasks that are due by `date`, earliest first, at most `limit`.
    /// - Returns: the number of queued tasks.
    func queueDueTasks(at date: Date, limit: Int) async throws -> Int
    /// Returns the due date of the next scheduled task.
    func nextTaskDate() async throws -> Date?
    /// Returns the next queued task in turn.
    ///
    /// Its organization is the first after `organization`, in the circle of the ids, that has a
    /// queued task and is not in `excluded`. Of that organization's tasks it is the oldest of the
    /// highest priority.
    func queuedTask(
        after organization: String,
        excluding excluded: Set<String>
    ) async throws -> AgentTask?
    /// Returns the running tasks, oldest first.
    func runningTasks() async throws -> [AgentTask]
    /// Returns the number of unfinished tasks by status.
    func taskCounts() async throws -> [AgentTask.Status: Int]
}

public struct TaskFilter: Sendable, Hashable {
    /// The owner of the tasks; `nil` for all organizations.
    public var organization: String?
    public var status: AgentTask.Status?
    public var agentID: String?

    public init(
        organization: String? = nil,
        status: AgentTask.Status? = nil,
        agentID: String? = nil
    ) {
        self.organization = organization
        self.status = status
        self.agentID = agentID
    }
}

/// The start of a task's attempt: the task's known state and its state from then on.
public struct TaskStart: Sendable, Hashable {
    public let known: AgentTask
    public let running: AgentTask

    public init(known: AgentTask, running: AgentTask) {
        self.known = known
        self.running = running
    }
}

/// An error: another change was made to the task since its known state was read.
public struct TaskChanged: Error, Sendable, Hashable {
    public init() {}
}

/// An error: the organization has as many unfinished tasks as its plan allows.
public struct TooManyTasks: Error, Sendable, Hashable {
    public let limit: Int

    public init(limit: Int) { self.limit = limit }
}

extension TaskStore where Self: ExecutionStore {
    /// Returns the task and its stored attempts, without an execution that cannot be read.
    public func report(on task: AgentTask) async throws -> TaskReport {
        let attempts = try await attempts(task: task.id, limit: TaskReport.attemptsMax)
        var execution: Execution?
        if let newest = attempts.last {
            do {
                execution = try await self.execution(
                    id: newest.execution,
                    organization: task.organization
                )
            } catch is UnreadableRecord {
                execution = nil
            }
        }
        return TaskReport(task: task, attempts: attempts, execution: execution)
    }
}
