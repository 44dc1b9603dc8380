public import Foundation

/// An execution for lists, without the program's input and output.
///
/// A page of a hundred summaries is small, however large the executions are.
public struct ExecutionSummary: Sendable, Hashable {
    public let id: String
    public let status: Execution.Status
    public let language: String
    public let version: String
    public let project: String?
    public let task: String?
    /// The last run, where the caller asked for a single one and it took place.
    public let run: StageSummary?
    public let attempts: Int
    public let createdAt: Date
    public let startedAt: Date?
    public let finishedAt: Date?
    public let metadata: [String: String]

    public init(
        id: String,
        status: Execution.Status,
        language: String,
        version: String,
        project: String?,
        task: String?,
        run: StageSummary?,
        attempts: Int,
        createdAt: Date,
        startedAt: Date?,
        finishedAt: Date?,
        metadata: [String: String]
    ) {
        self.id = id
        self.status = status
        self.language = language
        self.version = version
        self.project = project
        self.task = task
        self.run = run
        self.attempts = attempts
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.metadata = metadata
    }

    public init(_ execution: Execution) {
        let request = execution.request
        let run = request.hasRuns ? nil : execution.result?.runs.last
        self.init(
            id: execution.id,
            status: execution.status,
            language: request.language,
            version: request.version,
            project: request.project,
            task: request.task,
            run: run.map(StageSummary.init),
            attempts: execution.attempts,
            createdAt: execution.createdAt,
            startedAt: execution.startedAt,
            finishedAt: execution.finishedAt,
            metadata: request.metadata
        )
    }

    public var isFinished: Bool { finishedAt != nil }
}

/// The outcome of a stage, without its output.
public struct StageSummary: Sendable, Hashable {
    public let verdict: Verdict
    public let usage: Usage
    public let refusedCalls: [String]

    public init(verdict: Verdict, usage: Usage, refusedCalls: [String]) {
        self.verdict = verdict
        self.usage = usage
        self.refusedCalls = refusedCalls
    }

    public init(_ stage: StageResult) {
        self.init(
            verdict: stage.verdict,
            usage: stage.usage,
            refusedCalls: stage.refusedCalls
        )
    }
}

extension Execution {
    /// The result; `nil` unless the execution ran to its end.
    public var result: ExecutionResult? {
        if case .finished(let result, _, _) = state { result } else { nil }
    }

    public var startedAt: Date? {
        switch state {
        case .queued: nil
        case .running(let since): since
        case .finished(_, let startedAt, _): startedAt
        case .cancelled(let startedAt, _), .faulted(let startedAt, _): startedAt
        }
    }

    public var finishedAt: Date? {
        switch state {
        case .queued, .running: nil
        case .finished(_, _, let finishedAt): finishedAt
        case .cancelled(_, let finishedAt), .faulted(_, let finishedAt): finishedAt
        }
    }
}
