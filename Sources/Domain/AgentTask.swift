public import Foundation

/// A queued execution with a schedule, a priority and retries, ordered by an agent.
public struct AgentTask: Sendable, Hashable {
    /// `tsk_` and 26 characters.
    public let id: String
    public let organization: String
    public let order: TaskOrder
    public let createdAt: Date
    /// How often it was begun.
    public var attempts: Int
    /// How often it may still be begun before it is given up.
    public var attemptsLeft: Int
    public var state: State

    public init(
        id: String,
        organization: String,
        order: TaskOrder,
        createdAt: Date,
        attempts: Int,
        attemptsLeft: Int,
        state: State
    ) {
        self.id = id
        self.organization = organization
        self.order = order
        self.createdAt = createdAt
        self.attempts = attempts
        self.attemptsLeft = attemptsLeft
        self.state = state
    }

    /// A new task, which waits for its time or at once for its turn.
    public init(id: String, organization: String, order: TaskOrder, createdAt: Date) {
        let time = order.runAfter.flatMap { $0 > createdAt ? $0 : nil }
        self.init(
            id: id,
            organization: organization,
            order: order,
            createdAt: createdAt,
            attempts: 0,
            attemptsLeft: order.attemptsMax,
            state: time.map(State.scheduled) ?? .queued
        )
    }

    public enum State: Sendable, Hashable {
        /// Its time has not come, or the pause before the next attempt is not over.
        case scheduled(at: Date)
        case queued
        case running(Attempt)
        /// Final, unless a caller retries it; `last` is the attempt that it ended with, if any.
        case ended(Outcome, last: Attempt?, at: Date)
    }

    public struct Attempt: Sendable, Hashable {
        /// The id of the execution that it is.
        public let execution: String
        public let startedAt: Date

        public init(execution: String, startedAt: Date) {
            self.execution = execution
            self.startedAt = startedAt
        }
    }

    public enum Outcome: Sendable, Hashable {
        case succeeded
        /// The program's own failure, of a kind that is not tried again.
        case failed
        /// It was tried as often as it may be.
        case deadLetter
        case cancelled
    }

    /// The one word that callers see.
    public enum Status: String, Sendable, CaseIterable {
        case scheduled, queued, running, succeeded, failed
        case deadLetter = "dead_letter"
        case cancelled
    }

    public var status: Status { state.status }
}

extension AgentTask.State {
    public var status: AgentTask.Status {
        switch self {
        case .scheduled: .scheduled
        case .queued: .queued
        case .running: .running
        case .ended(.succeeded, _, _): .succeeded
        case .ended(.failed, _, _): .failed
        case .ended(.deadLetter, _, _): .deadLetter
        case .ended(.cancelled, _, _): .cancelled
        }
    }
}

/// An agent's request for a task, checked on arrival; it never changes.
public struct TaskOrder: Sendable, Hashable {
    /// Higher comes first.
    public static let priorities = -100...100
    public static let attempts = 1...10
    public static let standardAttemptsMax = 3
    public static let agentIDCharactersMax = 100
    /// The failures of a program that a task may ask to retry.
    public static let retryable: [Execution.Status] = [
        .failed, .signaled, .timedOut, .cpuTimeExceeded, .memoryExceeded, .outputExceeded,
        .compileFailed,
    ]

    /// Complete; its callback is the task's, not each attempt's.
    public var request: ExecutionRequest
    /// The agent's own name for itself.
    public var agentID: String?
    public var priority: Int
    /// Not before then.
    public var runAfter: Date?
    /// How often it is begun at most.
    public var attemptsMax: Int
    /// Which failures of the program are tried again; faults of ours always are.
    public var retryOn: Set<Execution.Status>
    /// Where the end is posted.
    public var callbackURL: String?

    public init(
        request: ExecutionRequest,
        agentID: String? = nil,
        priority: Int = 0,
        runAfter: Date? = nil,
        attemptsMax: Int = standardAttemptsMax,
        retryOn: Set<Execution.Status> = [],
        callbackURL: String? = nil
    ) {
        self.request = request
        self.agentID = agentID
        self.priority = priority
        self.runAfter = runAfter
        self.attemptsMax = attemptsMax
        self.retryOn = retryOn
        self.callbackURL = callbackURL
    }
}

/// One attempt of a task, as its execution tells.
public struct TaskAttempt: Sendable, Hashable {
    public let execution: String
    public let status: Execution.Status
    public let createdAt: Date
    public let startedAt: Date?
    public let finishedAt: Date?

    public init(
        execution: String,
        status: Execution.Status,
        createdAt: Date,
        startedAt: Date?,
        finishedAt: Date?
    ) {
        self.execution = execution
        self.status = status
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
    }
}

/// A task, and what came of it so far.
public struct TaskReport: Sendable {
    public var task: AgentTask
    /// The newest, the first of them first, at most ``attemptsMax``.
    public var attempts: [TaskAttempt]
    /// The newest attempt, whole.
    public var execution: Execution?

    /// A task that is tried again by hand for ever shows this many.
    public static let attemptsMax = 100

    public init(task: AgentTask, attempts: [TaskAttempt], execution: Execution?) {
        self.task = task
        self.attempts = attempts
        self.execution = execution
    }
}
