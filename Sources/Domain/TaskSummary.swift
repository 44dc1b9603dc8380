public import Foundation

/// A task for lists, without its sources and inputs.
public struct TaskSummary: Sendable, Hashable {
    public let id: String
    public let organization: String
    public let project: String?
    public let agentID: String?
    public let priority: Int
    public let createdAt: Date
    public let attempts: Int
    public let attemptsLeft: Int
    public let state: AgentTask.State
    public let terms: Terms

    /// The part of an order that a list shows.
    public struct Terms: Sendable, Hashable {
        public let language: String
        public let version: String
        public let runAfter: Date?
        public let attemptsMax: Int
        public let retryOn: Set<Execution.Status>
        public let callbackURL: String?
        public let metadata: [String: String]

        public init(
            language: String,
            version: String,
            runAfter: Date?,
            attemptsMax: Int,
            retryOn: Set<Execution.Status>,
            callbackURL: String?,
            metadata: [String: String]
        ) {
            self.language = language
            self.version = version
            self.runAfter = runAfter
            self.attemptsMax = attemptsMax
            self.retryOn = retryOn
            self.callbackURL = callbackURL
            self.metadata = metadata
        }

        public init(_ order: TaskOrder) {
            self.init(
                language: order.request.language,
                version: order.request.version,
                runAfter: order.runAfter,
                attemptsMax: order.attemptsMax,
                retryOn: order.retryOn,
                callbackURL: order.callbackURL,
                metadata: order.request.metadata
            )
        }
    }

    public init(
        id: String,
        organization: String,
        project: String?,
        agentID: String?,
        priority: Int,
        createdAt: Date,
        attempts: Int,
        attemptsLeft: Int,
        state: AgentTask.State,
        terms: Terms
    ) {
        self.id = id
        self.organization = organization
        self.project = project
        self.agentID = agentID
        self.priority = priority
        self.createdAt = createdAt
        self.attempts = attempts
        self.attemptsLeft = attemptsLeft
        self.state = state
        self.terms = terms
    }

    public init(_ task: AgentTask) {
        self.init(
            id: task.id,
            organization: task.organization,
            project: task.order.request.project,
            agentID: task.order.agentID,
            priority: task.order.priority,
            createdAt: task.createdAt,
            attempts: task.attempts,
            attemptsLeft: task.attemptsLeft,
            state: task.state,
            terms: Terms(task.order)
        )
    }
}
