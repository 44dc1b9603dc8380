import Domain
import Foundation
import Logging

/// The dispatcher's loop: queues due tasks, starts the next ones in turn, stores the outcomes.
///
/// An attempt keeps its place until its outcome is on disk. A failing store can therefore only slow
/// the dispatcher down, never make it start a task twice.
struct TaskLoop {
    /// The services that the loop uses.
    struct Parts: Sendable {
        let executions: any ExecutionService
        let store: any TaskStore & ExecutionStore
        let plan: @Sendable (_ organization: String) async throws -> Plan?
        let clock: WallClock
        let logger: Logger
        let callbackBody: @Sendable (TaskReport) -> Data
        let deliveriesSaved: @Sendable () -> Void
        /// Returns a number from 0 to 1, for the jitter.
        let random: @Sendable () -> Double
        /// The sleep function, which tests replace.
        let pause: @Sendable (Duration) async throws -> Void
    }

    /// The wait after an error of the store, in seconds.
    static let storePauseSeconds = 5.0
    /// The number of due tasks that one transaction queues.
    private static let dueTasksMax = 500

    let parts: Parts
    let continuation: AsyncStream<TaskEvent>.Continuation
    var state: DispatchState
    /// The waiters for the cancellation of a running task.
    var cancellers: [String: [CancelRequest.Waiter]] = [:]
    /// The watchers of running attempts, by the task's id.
    var watchers: [String: Task<Void, Never>] = [:]
    private var timer: Task<Void, Never>?
    /// Whether the tasks that an earlier process left running have been read.
    var hasTakenUp = false
    private var isStopping = false

    init(_ parts: Parts, tasksMax: Int, continuation: AsyncStream<TaskEvent>.Continuation) {
        self.parts = parts
        self.continuation = continuation
        state = DispatchState(tasksMax: tasksMax)
    }

    /// Runs until it is told to stop and knows the outcomes of the attempts that can be known.
    mutating func run(_ events: AsyncStream<TaskEvent>, onWake: () -> Void) async {
        await pass()
        for await event in events {
            switch event {
            case .wake: onWake()
            case .due: break
            case .ended(let task, let end): state.end(task, with: end)
            case .left(let task): leave(task)
            case .cancel(let request): await cancel(request)
            case .stop: stop()
            }
            await pass()
            // Later callers are answered at once; this loop answers the earlier ones.
            if isStopping, state.areAllEnded { continuation.finish() }
        }
        for id in cancellers.keys { answerCancellers(of: id, .failure(SubmissionRefusal.draining)) }
    }

    private mutating func stop() {
        isStopping = true
        state.close()
        timer?.cancel()
        for watcher in watchers.values { watcher.cancel() }
    }

    /// Stores outcomes, starts tasks while there is room, and sets the timer.
    private mutating func pass() async {
        var seconds = DispatchState.sleepSecondsMax
        do {
            if !(await settleAll()) { seconds = Self.storePauseSeconds }
            try await takeUp()
            if !state.isClosed { seconds = min(seconds, try await takeTurns()) }
        } catch {
            log(error)
            seconds = Self.storePauseSeconds
        }
        if !isStopping { wake(after: seconds) }
    }

    /// Stores the outcomes one by one: a task that the store refuses keeps its place and blocks no
    /// other.
    /// - Returns: whether all outcomes are stored.
    private mutating func settleAll() async -> Bool {
        for id in state.ended {
            do {
                try await settle(id)
            } catch {
                log(error)
            }
        }
        return state.ended.isEmpty
    }

    private func log(_ error: any Error) {
        parts.logger.error("the dispatcher's store failed", metadata: ["error": "\(error)"])
    }

    private mutating func wake(after seconds: Double) {
        timer?.cancel()
        // The task starts at once, so that the pause counts from the moment of the decision.
        timer = Task.immediate { [continuation, pause = parts.pause] in
            // A cancelled sleep yields no event.
            guard (try? await pause(.seconds(seconds))) != nil else { return }
            continuation.yield(.due)
        }
    }
}

// MARK: - Starting tasks

extension TaskLoop {
    /// - Returns: the seconds until there is more to do, if nothing happens.
    private mutating func takeTurns() async throws -> Double {
        try await queueDue()
        while state.hasRoom, let task = try await next() {
            state.takeTurn(task.organization)
            try await begin(task)
        }
        let nextDue = try await parts.store.nextTaskDate()
        return state.idleSeconds(nextDue: nextDue, at: parts.clock.now())
    }

    private mutating func next() async throws -> AgentTask? {
        try await parts.store.queuedTask(
            after: state.lastOrganization,
            excluding: state.held(at: parts.clock.now())
        )
    }

    private func queueDue() async throws {
        let now = parts.clock.now()
        while let due = try await parts.store.nextTaskDate(), due <= now {
            _ = try await parts.store.queueDueTasks(at: now, limit: Self.dueTasksMax)
        }
    }

    /// Starts the task's next attempt, or holds its organization.
    private mutating func begin(_ task: AgentTask) async throws {
        let organization = task.organization
        guard let plan = try await parts.plan(organization) else {
            parts.logger.error(
                "tasks held: their organization's plan is gone",
                metadata: ["organization": "\(organization)"]
            )
            let seconds = DispatchState.holdSecondsMax
            return state.hold(organization, seconds: seconds, at: parts.clock.now())
        }
        let caller = Caller(
            owner: .organization(organization),
            plan: plan,
            scopes: [],
            credential: .none
        )
        let now = parts.clock.now()
        if let obstacle = try await parts.executions.standing(of: caller).obstacle {
            return state.hold(organization, by: obstacle, at: now)
        }
        let execution = Identifier.make(prefix: "exe_", at: now)
        let running = task.begun(as: execution, at: now)
        do {
            let submission = try await parts.executions.begin(
                TaskStart(known: task, running: running),
                from: caller,
                id: execution
            )
            state.begin(running)
            watch(submission, of: running)
        } catch {
            try await notBegun(task, error)
        }
    }

    /// Leaves the task queued after a failed start, or ends it if it can never be started.
    private mutating func notBegun(_ task: AgentTask, _ error: any Error) async throws {
        let now = parts.clock.now()
        switch error {
        case SubmissionRefusal.rateLimited(let standing, _):
            state.hold(task.organization, by: standing, at: now)
        case SubmissionRefusal.overloaded(let seconds):
            state.hold(task.organization, seconds: Double(seconds), at: now)
        case SubmissionRefusal.draining: state.close()
        case is UnknownRuntime:
            _ = try await store(task.ended(.deadLetter, at: now), insteadOf: task)
        case is TaskChanged, is ProjectGone: break  // the task was cancelled or deleted meanwhile
        default: throw error
        }
    }
}
