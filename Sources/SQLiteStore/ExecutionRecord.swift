import Domain
import Foundation
import GRDB
import StoredRecords

/// The row of an execution, with the columns for indexes and lists.
///
/// The program's input and output are rows of other tables, so that finding, listing, counting and
/// changing executions does not read them.
struct ExecutionRow: Sendable {
    let id: String
    let organization: String
    let status: String
    let language: String
    let createdAt: Int64
    let startedAt: Int64?
    let finishedAt: Int64?
    let attempts: Int
    let project: String?
    let task: String?
    let summary: Data?

    init(_ execution: Execution, organization: String) throws {
        let summary = ExecutionSummary(execution)
        id = execution.id
        self.organization = organization
        status = summary.status.rawValue
        language = summary.language
        createdAt = summary.createdAt.microseconds
        startedAt = summary.startedAt?.microseconds
        finishedAt = summary.finishedAt?.microseconds
        attempts = summary.attempts
        project = summary.project
        task = summary.task
        self.summary = try ExecutionSummaryRecord.encode(.init(summary))
    }

    init(row: Row) {
        id = row["id"]
        organization = row["organization"]
        status = row["status"]
        language = row["language"]
        createdAt = row["created_at"]
        startedAt = row["started_at"]
        finishedAt = row["finished_at"]
        attempts = row["attempts"]
        project = row["project"]
        task = row["task"]
        summary = row["summary"]
    }

    var arguments: StatementArguments {
        [
            id, organization, status, language, createdAt, startedAt, finishedAt, attempts,
            project, task, summary,
        ]
    }

    /// Returns the summary; a damaged one is replaced by the columns alone, so that a list shows
    /// the row.
    func summarized() throws(UnreadableRecord) -> ExecutionSummary {
        guard let status = Execution.Status(rawValue: status) else {
            throw UnreadableRecord(contradictory: id)
        }
        let details = summary.flatMap { try? ExecutionSummaryRecord.decode($0) } ?? .unknown
        return ExecutionSummary(
            id: id,
            status: status,
            language: language,
            version: details.version,
            project: project,
            task: task,
            run: details.run,
            attempts: attempts,
            createdAt: Date(microseconds: createdAt),
            startedAt: startedAt.map(Date.init(microseconds:)),
            finishedAt: finishedAt.map(Date.init(microseconds:)),
            metadata: details.metadata
        )
    }
}

/// A complete execution: its row, and its request and result as JSON.
struct ExecutionRecord: Sendable {
    let row: ExecutionRow
    let request: Data?
    let result: Data?

    var id: String { row.id }

    init(_ execution: Execution, organization: String) throws {
        row = try ExecutionRow(execution, organization: organization)
        request = try RequestRecord.encode(execution.request)
        result = try execution.result.map { try ResultRecord.encode($0) }
    }

    init(row: Row) {
        self.row = ExecutionRow(row: row)
        request = row["request"]
        result = row["result"]
    }

    func save(in db: Database) throws {
        try db.cachedStatement(sql: Query.saveExecution).execute(arguments: row.arguments)
        try db.cachedStatement(sql: Query.saveRequest).execute(arguments: [id, request])
        guard let result else { return }
        try db.cachedStatement(sql: Query.saveResult).execute(arguments: [id, result])
    }

    func execution() throws(UnreadableRecord) -> Execution {
        guard let request else { throw UnreadableRecord(id: id, reason: "it has no request") }
        return Execution(
            id: id,
            owner: .organization(row.organization),
            request: try UnreadableRecord.naming(id) { () throws(RecordDamage) in
                try RequestRecord.decode(request)
            },
            createdAt: Date(microseconds: row.createdAt),
            state: try state(),
            attempts: row.attempts
        )
    }

    private func state() throws(UnreadableRecord) -> Execution.State {
        let start = row.startedAt.map(Date.init(microseconds:))
        let end = row.finishedAt.map(Date.init(microseconds:))
        switch (Execution.Status(rawValue: row.status), start, end, result) {
        case (.queued, nil, nil, nil): return .queued
        case (.running, let start?, nil, nil): return .running(since: start)
        case (.cancelled, let start, let end?, nil):
            return .cancelled(startedAt: start, finishedAt: end)
        case (.internalError, let start, let end?, nil):
            return .faulted(startedAt: start, finishedAt: end)
        case (let status?, let start?, let end?, let result?):
            let outcome = try UnreadableRecord.naming(id) { () throws(RecordDamage) in
                try ResultRecord.decode(result)
            }
            guard outcome.status == status else { break }
            return .finished(outcome, startedAt: start, finishedAt: end)
        default: break
        }
        throw UnreadableRecord(contradictory: id)
    }
}
