import Domain
import Foundation
import GRDB
import StoredRecords

/// The row of a task, with the columns for indexes and lists.
struct TaskRow: Sendable {
    let id: String
    let organization: String
    let project: String?
    let agent: String?
    let priority: Int
    let createdAt: Int64
    let terms: Data?
    let progress: TaskProgress

    init(_ task: AgentTask) throws {
        id = task.id
        organization = task.organization
        project = task.order.request.project
        agent = task.order.agentID
        priority = task.order.priority
        createdAt = task.createdAt.microseconds
        terms = try TaskTermsRecord.encode(.init(task.order))
        progress = TaskProgress(task)
    }

    init(row: Row) {
        id = row["id"]
        organization = row["organization"]
        project = row["project"]
        agent = row["agent"]
        priority = row["priority"]
        createdAt = row["created_at"]
        terms = row["terms"]
        progress = TaskProgress(row: row)
    }

    var arguments: StatementArguments {
        [
            id, organization, project, agent, progress.status, priority, createdAt, progress.dueAt,
            progress.startedAt, progress.finishedAt, progress.execution, progress.attempts,
            progress.attemptsLeft, terms,
        ]
    }

    /// Returns the summary; damaged terms are left out, so that a list shows the row.
    func summarized() throws(UnreadableRecord) -> TaskSummary {
        TaskSummary(
            id: id,
            organization: organization,
            project: project,
            agentID: agent,
            priority: priority,
            createdAt: Date(microseconds: createdAt),
            attempts: progress.attempts,
            attemptsLeft: progress.attemptsLeft,
            state: try state(),
            terms: terms.flatMap { try? TaskTermsRecord.decode($0) } ?? TaskTermsRecord.unknown
        )
    }

    func state() throws(UnreadableRecord) -> AgentTask.State {
        guard let state = progress.state else { throw UnreadableRecord(contradictory: id) }
        return state
    }
}

/// A complete task: its row, and its order as JSON.
struct TaskRecord: Sendable {
    let row: TaskRow
    let order: Data?

    init(_ task: AgentTask) throws {
        row = try TaskRow(task)
        order = try OrderRecord.encode(task.order)
    }

    init(row: Row) {
        self.row = TaskRow(row: row)
        order = row["order"]
    }

    func task() throws(UnreadableRecord) -> AgentTask {
        guard let order else { throw UnreadableRecord(id: row.id, reason: "it has no order") }
        return AgentTask(
            id: row.id,
            organization: row.organization,
            order: try UnreadableRecord.naming(row.id) { () throws(RecordDamage) in
                try OrderRecord.decode(order)
            },
            createdAt: Date(microseconds: row.createdAt),
            attempts: row.progress.attempts,
            attemptsLeft: row.progress.attemptsLeft,
            state: try row.state()
        )
    }
}

/// The columns that change.
struct TaskProgress: Sendable {
    let status: String
    let dueAt: Int64?
    let startedAt: Int64?
    let finishedAt: Int64?
    let execution: String?
    let attempts: Int
    let attemptsLeft: Int

    init(_ task: AgentTask) {
        status = task.status.rawValue
        attempts = task.attempts
        attemptsLeft = task.attemptsLeft
        let attempt: AgentTask.Attempt?
        switch task.state {
        case .scheduled(let time): (dueAt, attempt, finishedAt) = (time.microseconds, nil, nil)
        case .queued: (dueAt, attempt, finishedAt) = (nil, nil, nil)
        case .running(let current): (dueAt, attempt, finishedAt) = (nil, current, nil)
        case .ended(_, let last, let end):
            (dueAt, attempt, finishedAt) = (nil, last, end.microseconds)
        }
        execution = attempt?.execution
        startedAt = attempt?.startedAt.microseconds
    }

    init(row: Row) {
        status = row["status"]
        dueAt = row["due_at"]
        startedAt = row["started_at"]
        finishedAt = row["finished_at"]
        execution = row["execution"]
        attempts = row["attempts"]
        attemptsLeft = row["attempts_left"]
    }

    /// The state; `nil` where the columns contradict each other.
    var state: AgentTask.State? {
        guard let status = AgentTask.Status(rawValue: status),
            (execution == nil) == (startedAt == nil)
        else { return nil }
        let attempt = execution.flatMap { execution in
            startedAt.map {
                AgentTask.Attempt(execution: execution, startedAt: Date(microseconds: $0))
            }
        }
        let end = finishedAt.map(Date.init(microseconds:))
        switch (status, dueAt, attempt, end) {
        case (.scheduled, let time?, nil, nil): return .scheduled(at: Date(microseconds: time))
        case (.queued, nil, nil, nil): return .queued
        case (.running, nil, let attempt?, nil): return .running(attempt)
        case (let status, nil, let last, let end?):
            return status.outcome.map { .ended($0, last: last, at: end) }
        default: return nil
        }
    }
}

/// A task's known state and its next state.
struct TaskChange: Sendable {
    private let id: String
    private let known: TaskProgress
    private let new: TaskProgress

    init(from known: AgentTask, to task: AgentTask) {
        id = known.id
        self.known = TaskProgress(known)
        new = TaskProgress(task)
    }

    var arguments: StatementArguments {
        [
            "id": id, "status": new.status, "due_at": new.dueAt, "started_at": new.startedAt,
            "finished_at": new.finishedAt, "execution": new.execution, "attempts": new.attempts,
            "attempts_left": new.attemptsLeft, "known_status": known.status,
            "known_attempts": known.attempts, "known_attempts_left": known.attemptsLeft,
            "known_execution": known.execution, "known_due_at": known.dueAt,
        ]
    }
}

extension AgentTask.Status {
    fileprivate var outcome: AgentTask.Outcome? {
        switch self {
        case .scheduled, .queued, .running: nil
        case .succeeded: .succeeded
        case .failed: .failed
        case .deadLetter: .deadLetter
        case .cancelled: .cancelled
        }
    }
}

extension TaskAttempt {
    init(row: Row) throws {
        guard let status = Execution.Status(rawValue: row["status"]) else {
            throw UnreadableRecord(contradictory: row["id"])
        }
        self.init(
            execution: row["id"],
            status: status,
            createdAt: row.date("created_at"),
            startedAt: row.optionalDate("started_at"),
            finishedAt: row.optionalDate("finished_at")
        )
    }
}
