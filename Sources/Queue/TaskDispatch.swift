public import Domain
public import Foundation
public import Logging
import Synchronization

/// The dispatcher, which takes agents' tasks to their ends.
///
/// An attempt of a task is an ordinary execution. The dispatcher submits it to the queue for the
/// task's organization, on the organization's plan at that time, so it is charged, bounded and
/// refunded like any other. The dispatcher decides only the time, the turn and the number of
/// attempts.
///
/// ``TaskLoop`` acts, one event after another, so that a task that is cancelled as it starts has
/// one outcome. ``DispatchState`` knows the tasks under way and the next turn.
/// `AgentTask+Transitions.swift` has the transitions of a task. Nothing polls: the loop sleeps
/// until the next due date, a new task, or the end of an attempt.
///
/// A task is stored before any caller learns of it, and each step of it before the next one. A task
/// and its attempt are started in one transaction. After a killed process the attempt is therefore
/// an execution that the queue takes up again, or one that has ended.
public final class TaskDispatch: TaskService {
    private let parts: TaskLoop.Parts
    private let tasksMax: Int
    private let events: AsyncStream<TaskEvent>
    private let continuation: AsyncStream<TaskEvent>.Continuation
    private let isWoken = Atomic(false)

    /// Creates the dispatcher, and starts nothing yet.
    ///
    /// - Parameters:
    ///   - executions: the queue that gets the attempts.
    ///   - store: the store of the tasks and their executions.
    ///   - tasksMax: the most tasks under way at once, equal to the number of slots: a task that
    ///     waits in the executions' queue would stay ahead of a later one of higher priority.
    ///   - plan: returns an organization's present plan; `nil` where no plan has its name.
    ///   - callbackBody: returns the body that is posted to an ended task's callback URL.
    ///   - deliveriesSaved: called after deliveries that are due at once were stored.
    public convenience init(
        executions: any ExecutionService,
        store: any TaskStore & ExecutionStore,
        tasksMax: Int,
        plan: @escaping @Sendable (_ organization: String) async throws -> Plan?,
        clock: WallClock,
        logger: Logger,
        callbackBody: @escaping @Sendable (TaskReport) -> Data,
        deliveriesSaved: @escaping @Sendable () -> Void
    ) {
        self.init(
            TaskLoop.Parts(
                executions: executions,
                store: store,
                plan: plan,
                clock: clock,
                logger: logger,
                callbackBody: callbackBody,
                deliveriesSaved: deliveriesSaved,
                random: { Double.random(in: 0...1) },
                pause: { try await Task.sleep(for: $0) }
            ),
            tasksMax: tasksMax
        )
    }

    init(_ parts: TaskLoop.Parts, tasksMax: Int) {
        self.parts = parts
        self.tasksMax = tasksMax
        (events, continuation) = AsyncStream.makeStream()
    }

    /// Takes up the tasks that an earlier process left, and dispatches until the task is cancelled.
    ///
    /// It must be called once, after the queue has recovered, and cancelled after the queue has
    /// drained, so that the ends of the last attempts are stored. Tasks under way then stay as they
    /// are for the next start.
    public func run() async {
        // The work runs in a task of its own, because a cancellation must not interrupt the store.
        let work = Task {
            var loop = TaskLoop(parts, tasksMax: tasksMax, continuation: continuation)
            await loop.run(events) { _ = isWoken.exchange(false, ordering: .acquiringAndReleasing) }
        }
        await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            continuation.yield(.stop)
        }
    }

    public func submit(_ task: AgentTask, unfinishedMax: Int) async throws {
        try await parts.store.insert(task, unfinishedMax: unfinishedMax)
        wake()
    }

    /// - Throws: ``SubmissionRefusal/draining`` where the service is about to stop.
    public func cancel(task id: String, organization: String?) async throws -> AgentTask? {
        try await withCheckedThrowingContinuation { waiter in
            let request = CancelRequest(id: id, organization: organization, waiter: waiter)
            if case .terminated = continuation.yield(.cancel(request)) {
                waiter.resume(throwing: SubmissionRefusal.draining)
            }
        }
    }

    public func retry(
        task id: String,
        organization: String?,
        unfinishedMax: Int
    ) async throws -> AgentTask? {
        while let task = try await parts.store.task(id: id, organization: organization) {
            guard let revived = task.revived() else { throw TaskNotRetryable(task: task) }
            let isRevived = try await parts.store.revive(
                task,
                as: revived,
                unfinishedMax: unfinishedMax
            )
            if isRevived {
                wake()
                return revived
            }
        }
        return nil
    }

    /// Wakes the loop; repeated calls cost nothing.
    private func wake() {
        guard !isWoken.exchange(true, ordering: .acquiringAndReleasing) else { return }
        continuation.yield(.wake)
    }
}

/// The events of the dispatch loop.
enum TaskEvent: Sendable {
    case wake
    /// The time of the loop's timer has come.
    case due
    case ended(task: String, DispatchState.AttemptEnd)
    /// The attempt is left to the next start of this service.
    case left(task: String)
    case cancel(CancelRequest)
    case stop
}

/// A request to cancel a task, with its waiter.
struct CancelRequest: Sendable {
    typealias Waiter = CheckedContinuation<AgentTask?, any Error>

    let id: String
    let organization: String?
    let waiter: Waiter
}
