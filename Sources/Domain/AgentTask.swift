public import Foundation

/// A queued execution with a schedule, a priority and retries, ordered by an agent.
public struct AgentTask: Sendable, Hashable {
    /// `tsk_` and 26 characters.
    public let id: String
    public let organization: String
    public let order: TaskOrder
    public let createdAt: Date
    /// The number of attempts that were started.
    public var attempts: Int
    /// The number of attempts that may still be started before the task is given up.
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

    /// Creates a new task, which is scheduled if its start time is in the future and queued if not.
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
        /// The start time, or the end of the pause before the next attempt, has not come.
        case scheduled(at: Date)
        case queued
        case running(Attempt)
        /// A final state, unless a caller retries the task; `last` is the last attempt, if any.
        case ended(Outcome, last: Attempt?, at: Date)
    }

    public struct Attempt: Sendable, Hashable {
        /// The id of the attempt's execution.
        public let execution: String
        public let startedAt: Date

        public init(execution: String, startedAt: Date) {
            self.execution = execution
            self.startedAt = startedAt
        }
    }

    public enum Outcome: Sendable, Hashable {
        case succeeded
        /// The program failed, with a status that the task does not retry.
        case failed
        /// All attempts are used up.
        case deadLetter
        case cancelled
    }

    /// The status as callers see it.
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

/// An agent's request for a task, validated on arrival and never changed.
public struct TaskOrder: Sendable, Hashable {
    /// The range of priorities; a higher one runs first.
    public static let priorities = -100...100
    public static let attempts = 1...10
    public static let standardAttemptsMax = 3
    public static let agentIDCharactersMax = 100
    /// The failures of a program that a task may ask to retry.
    public static let retryable: [Execution.Status] = [
        .failed, .signaled, .timedOut, .cpuTimeExceeded, .memoryExceeded, .outputExceeded,
        .compileFailed,
    ]

    /// The complete request; its callback URL is the task's, not each attempt's.
    public var request: ExecutionRequest
    /// The agent's own name for itself.
    public var agentID: String?
    public var priority: Int
    /// The earliest start time.
    public var runAfter: Date?
    /// The most attempts.
    public var attemptsMax: Int
    /// The failures of the program that are retried; our own faults always are.
    public var retryOn: Set<Execution.Status>
    /// The URL that receives the task's end.
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

/// One attempt of a task, with the data of its execution.
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

/// A task with its attempts.
public struct TaskReport: Sendable {
    public var task: AgentTask
    /// The newest attempts, at most ``attemptsMax``, in the order in which they were made.
    public var attempts: [TaskAttempt]
    /// The complete execution of the newest attempt.
    public var execution: Execution?

    /// The most attempts in one report; a caller can retry a task without limit.
    public static let attemptsMax = 100

    public init(task: AgentTask, attempts: [TaskAttempt], execution: Execution?) {
        self.task = task
        self.attempts = attempts
        self.execution = execution
    }
}
