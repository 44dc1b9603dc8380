import Domain
import Foundation
import JSON

// A task as callers see it, in answers and in callbacks.

extension TaskSummary {
    /// The form of a task in lists, without its attempts.
    static let payload = ObjectDescription.answer(
        "TaskSummary",
        "A task without its attempts, as in lists.",
        fields
    )

    fileprivate static let fields: [Field<TaskSummary>] = [
        Field("id", \.id, .identifier("tsk_")),
        Field(
            "status",
            \.state.status,
            .choice(
                "`failed`: the program failed; `dead_letter`: no attempt is left.",
                AgentTask.Status.allCases
            )
        ),
        Field("organization_id", \.organization, .organizationID("the organization of the task")),
        Field("agent_id", \.agentID, orNull: .agentID),
        Field("project_id", \.project, orNull: .projectAsked),
        Field("language", \.terms.language, .text("the runtime's name")),
        Field("version", \.terms.version, .text("the runtime's version")),
        Field("priority", \.priority, .priority),
        Field("run_after", \.terms.runAfter, orNull: .timestamp("the earliest start")),
        Field("max_attempts", \.terms.attemptsMax, .attemptsMax),
        Field("retry_on", \.retryOn, .retryOn),
        Field("callback_url", \.terms.callbackURL, orNull: .text()),
        Field("attempts_made", \.attempts, .whole("how often it began")),
        Field("attempts_left", \.attemptsLeft, .whole("attempts that are left")),
        Field(
            "execution_id",
            \.attempt?.execution,
            orNull: .identifier("exe_", "the running attempt, or the last one")
        ), Field("next_attempt_at", \.nextAttemptAt, orNull: .timestamp("of a scheduled task")),
        Field("created_at", \.createdAt, .timestamp()),
        Field("started_at", \.attempt?.startedAt, orNull: .timestamp("the start of that attempt")),
        Field("finished_at", \.finishedAt, orNull: .timestamp()),
        Field("metadata", \.terms.metadata, .map("as in the request", of: .text())),
    ]

    /// The statuses to retry on, in the order of the documentation.
    private var retryOn: [Execution.Status] {
        TaskOrder.retryable.filter(terms.retryOn.contains)
    }

    /// The running attempt, or the last one of an ended task.
    private var attempt: AgentTask.Attempt? {
        switch state {
        case .scheduled, .queued: nil
        case .running(let attempt): attempt
        case .ended(_, let last, _): last
        }
    }

    private var nextAttemptAt: Date? {
        if case .scheduled(let time) = state { time } else { nil }
    }

    var finishedAt: Date? {
        if case .ended(_, _, let end) = state { end } else { nil }
    }

    var json: JSONValue { Self.payload.encode(self) }
}

/// A task with its attempts, and with the whole execution of the newest one.
struct TaskPayload: Sendable {
    let report: TaskReport
    let execution: ExecutionPayload?

    static let description = ObjectDescription<TaskPayload>.answer(
        "Task",
        "A queued execution with a schedule, a priority and retries, and its outcome.",
        TaskSummary.fields.map { $0.of(\TaskPayload.summary) } + [
            Field(
                "attempts",
                \.report.attempts,
                .list(
                    "Oldest first; at most the newest 100.",
                    of: .object(TaskAttempt.payload)
                )
            ),
            Field(
                "execution",
                \.execution,
                Codec<ExecutionPayload>.object(ExecutionPayload.whole).orNull.documented(
                    as: [
                        "description": "the execution of the newest attempt",
                        "anyOf": [.schema("Execution"), ["type": "null"]],
                    ]
                )
            ),
        ]
    )

    private var summary: TaskSummary { TaskSummary(report.task) }
}

extension TaskReport {
    var json: JSONValue {
        let payload = TaskPayload(report: self, execution: execution.map(ExecutionPayload.init))
        return TaskPayload.description.encode(payload)
    }
}

extension TaskAttempt {
    fileprivate static let payload = ObjectDescription<TaskAttempt>.part(
        [
            Field("execution_id", \.execution, .identifier("exe_")),
            Field("status", \.status, .choice("", Execution.Status.allCases)),
            Field("created_at", \.createdAt, .timestamp()),
            Field("started_at", \.startedAt, orNull: .timestamp()),
            Field("finished_at", \.finishedAt, orNull: .timestamp()),
        ]
    )
}

extension TaskReport {
    /// Replaces the newest attempt with the scheduler's state of it, which reaches the store later.
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
