public import Domain
public import Foundation
public import Logging
import Synchronization

/// Sees agents' tasks to their ends.
///
/// An attempt of a task is an execution like any other: the dispatcher begins it in the queue in
/// the name of the task's organization, on the plan that this has by then, and so it is charged,
/// bounded and given back like one. What the dispatcher adds is when, in whose turn and how often.
///
/// Who does what: ``TaskLoop`` acts, one event after another, so that a task that is cancelled as
/// it starts has one outcome; ``DispatchState`` knows what is under way and whose turn it is;
/// `AgentTask+Transitions.swift` says what becomes of a task. Nothing polls: the loop sleeps until
/// the next due date, a new task, or the end of an attempt.
///
/// A task is in the store before anyone is told of it, and each step of it before the next. A task
/// and its attempt are begun in one transaction, so what runs when a process is killed is an
/// execution that the queue takes up again, or one that has ended.
public final class TaskDispatch: TaskService {
    private let parts: TaskLoop.Parts
    private let tasksMax: Int
    private let events: AsyncStream<TaskEvent>
    private let continuation: AsyncStream<TaskEvent>.Continuation
    private let isWoken = Atomic(false)

    /// Starts nothing yet.
    ///
    /// - Parameters:
    ///   - executions: where attempts are submitted.
    ///   - store: where tasks are kept, and their executions.
    ///   - tasksMax: how many are under way at once. As many as there are slots: a task that waits
    ///     in the executions' queue would stay ahead of a later one of higher priority.
    ///   - plan: the plan that an organization has now; `nil` where there is none of its name.
    ///   - callbackBody: what is posted to the callback address of a task that has ended.
    ///   - deliveriesSaved: called after deliveries were stored that are due now.
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

    /// Takes up what an earlier process left, and dispatches until the task is cancelled.
    ///
    /// To be called once, after the queue has recovered; and to be cancelled after it has
    /// drained, so that the ends of the last attempts are written down. What is under way then
    /// stays as it is for the next start.
    public func run() async {
        // A task of its own: the store's work must go on to its end when this one is cancelled.
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

    /// Costs nothing when called often.
    private func wake() {
        guard !isWoken.exchange(true, ordering: .acquiringAndReleasing) else { return }
        continuation.yield(.wake)
    }
}

/// The events of the dispatch loop.
enum TaskEvent: Sendable {
    case wake
    /// The time that the loop wanted to be woken at has come.
    case due
    case ended(task: String, DispatchState.AttemptEnd)
    /// The attempt is left to the next start of this service.
    case left(task: String)
    case cancel(CancelRequest)
    case stop
}

/// Somebody waits for a task to be cancelled.
struct CancelRequest: Sendable {
    typealias Waiter = CheckedContinuation<AgentTask?, any Error>

    let id: String
    let organization: String?
    let waiter: Waiter
}
