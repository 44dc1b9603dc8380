public import Domain
public import Foundation

/// A task as callers see it, in answers and in callbacks.
struct TaskPayload {
    private let report: TaskReport

    init(_ report: TaskReport) { self.report = report }

    /// With its attempts, and the newest of them whole.
    var json: JSONValue {
        .object(
            TaskSummary(report.task).members + [
                .init(name: "attempts", value: .array(report.attempts.map(\.json))),
                .init(
                    name: "execution",
                    value: report.execution.map { ExecutionPayload($0).json } ?? .null
                ),
            ]
        )
    }
}

extension TaskSummary {
    /// For lists.
    var json: JSONValue { .object(members) }

    fileprivate var members: [JSONValue.Member] {
        let moments = state.moments
        let retryOn = TaskOrder.retryable.filter(terms.retryOn.contains)
        return [
            .init(name: "id", value: .string(id)),
            .init(name: "status", value: .string(state.status.rawValue)),
            .init(name: "organization_id", value: .string(organization)),
            .init(name: "agent_id", value: JSONValue(agentID)),
            .init(name: "project_id", value: JSONValue(project)),
            .init(name: "language", value: .string(terms.language)),
            .init(name: "version", value: .string(terms.version)),
            .init(name: "priority", value: JSONValue(priority)),
            .init(name: "run_after", value: JSONValue(terms.runAfter)),
            .init(name: "max_attempts", value: JSONValue(terms.attemptsMax)),
            .init(name: "retry_on", value: .array(retryOn.map { .string($0.rawValue) })),
            .init(name: "callback_url", value: JSONValue(terms.callbackURL)),
            .init(name: "attempts_made", value: JSONValue(attempts)),
            .init(name: "attempts_left", value: JSONValue(attemptsLeft)),
            .init(name: "execution_id", value: JSONValue(moments.attempt?.execution)),
            .init(name: "next_attempt_at", value: JSONValue(moments.next)),
            .init(name: "created_at", value: JSONValue(createdAt)),
            .init(name: "started_at", value: JSONValue(moments.attempt?.startedAt)),
            .init(name: "finished_at", value: JSONValue(moments.finished)),
            .init(name: "metadata", value: JSONValue(pairs: terms.metadata)),
        ]
    }
}

extension AgentTask.State {
    /// The attempt that is under way or that it ended with, when the next is due, and the end.
    fileprivate var moments: (attempt: AgentTask.Attempt?, next: Date?, finished: Date?) {
        switch self {
        case .scheduled(let time): (nil, time, nil)
        case .queued: (nil, nil, nil)
        case .running(let attempt): (attempt, nil, nil)
        case .ended(_, let last, let end): (last, nil, end)
        }
    }
}

extension TaskAttempt {
    fileprivate var json: JSONValue {
        [
            "execution_id": .string(execution), "status": .string(status.rawValue),
            "created_at": JSONValue(createdAt), "started_at": JSONValue(startedAt),
            "finished_at": JSONValue(finishedAt),
        ]
    }
}

extension TaskReport {
    /// Has the newest attempt as the scheduler knows it, which the store learns of later.
    mutating func refresh(_ current: Execution) {
        if attempts.last?.execution == current.id { attempts.removeLast() }
        attempts.append(
            TaskAttempt(
                execution: current.id,
                status: current.status,
                createdAt: current.createdAt,
                startedAt: current.startedAt,
                finishedAt: current.finishedAt
            )
        )
        execution = current
    }
}

/// What is posted to a callback URL when a task has ended; its timestamp is that end.
public func callbackBody(_ report: TaskReport) -> Data {
    Data(
        JSONWriter.bytes(of: [
            "type": "task.finished",
            "timestamp": JSONValue(report.task.state.moments.finished ?? report.task.createdAt),
            "data": TaskPayload(report).json,
        ])
    )
}
