public import Foundation

/// Agents' tasks.
///
/// A change names the task as its author knew it, and is made only where the store's is still the
/// same: of two who would change a task at once, one is told that it came too late.
public protocol TaskStore: Sendable {
    /// Takes a new task in.
    /// - Throws: ``TooManyTasks`` where the organization has `unfinishedMax` unfinished ones
    ///   already, ``ProjectGone`` where the task's project was deleted.
    func insert(_ task: AgentTask, unfinishedMax: Int) async throws
    /// Writes what has become of `known`, with the deliveries that it owes, in one transaction.
    /// - Returns: whether it was still as `known`.
    func change(_ known: AgentTask, to task: AgentTask, deliveries: [Delivery]) async throws -> Bool
    /// Makes an ended task an unfinished one again.
    /// - Returns: whether it was still as `known`.
    /// - Throws: ``TooManyTasks``
    func revive(_ known: AgentTask, as task: AgentTask, unfinishedMax: Int) async throws -> Bool

    /// - Parameter organization: whose; `nil` is anybody's.
    func task(id: String, organization: String?) async throws -> AgentTask?
    /// Newest first.
    func tasks(matching filter: TaskFilter, page: Page) async throws -> Listing<TaskSummary>
    /// The newest attempts of a task, at most `limit`, the first of them first.
    func attempts(task id: String, limit: Int) async throws -> [TaskAttempt]

    /// Queues scheduled tasks whose time has come by `date`, earliest first, at most `limit`.
    /// - Returns: how many.
    func queueDueTasks(at date: Date, limit: Int) async throws -> Int
    /// When the next scheduled task is due.
    func nextTaskDate() async throws -> Date?
    /// The queued task whose turn it is: of the first organization after `organization`, in the
    /// circle of their ids, that has one and is not in `excluded`, the oldest of the highest
    /// priority.
    func queuedTask(
        after organization: String,
        excluding excluded: Set<String>
    ) async throws -> AgentTask?
    /// Oldest first.
    func runningTasks() async throws -> [AgentTask]
    /// How many are unfinished, by status.
    func taskCounts() async throws -> [AgentTask.Status: Int]
}

public struct TaskFilter: Sendable, Hashable {
    /// `nil` is everybody's.
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

/// A task that is begun: as it is known, and as it is from then on.
public struct TaskStart: Sendable, Hashable {
    public let known: AgentTask
    public let running: AgentTask

    public init(known: AgentTask, running: AgentTask) {
        self.known = known
        self.running = running
    }
}

/// The task is no longer as it was known: somebody changed it meanwhile.
public struct TaskChanged: Error, Sendable, Hashable {
    public init() {}
}

/// The organization has as many unfinished tasks as its plan allows.
public struct TooManyTasks: Error, Sendable, Hashable {
    public let limit: Int

    public init(limit: Int) { self.limit = limit }
}

extension TaskStore where Self: ExecutionStore {
    /// The task, and what is stored of its attempts; without one that cannot be read.
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
