public import Domain
import Foundation
import GRDB

extension Query {
    /// A request never changes, so saving again writes only what became of it.
    static let saveExecution = """
        INSERT INTO execution (id, organization, status, language, created_at, started_at,
            finished_at, request, result, attempts, project, task)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET status = excluded.status, started_at = excluded.started_at,
            finished_at = excluded.finished_at, result = excluded.result,
            attempts = excluded.attempts
        """
    /// Whether what an execution names is still there.
    static let executionParents = """
        SELECT (?1 IS NULL OR EXISTS (SELECT 1 FROM project WHERE id = ?1))
            AND (?2 IS NULL OR EXISTS (SELECT 1 FROM task WHERE id = ?2))
        """
    static let execution = "SELECT * FROM execution WHERE id = ? AND organization = ?"
    static let unfinishedExecutions =
        "SELECT * FROM execution WHERE finished_at IS NULL ORDER BY created_at, id"
}

/// The statements of one listing: one pair for each combination of filters, each with an index of
/// its own order.
struct ExecutionQuery {
    let byStatus: Bool
    let byLanguage: Bool

    static let all = [false, true].flatMap { byStatus in
        [false, true].map { ExecutionQuery(byStatus: byStatus, byLanguage: $0) }
    }

    var count: String { "SELECT COUNT(*) FROM execution WHERE \(condition)" }

    var page: String {
        """
        SELECT * FROM execution WHERE \(condition)
        ORDER BY created_at DESC, id DESC LIMIT :limit OFFSET :offset
        """
    }

    private var condition: String {
        "organization = :organization" + (byStatus ? " AND status = :status" : "")
            + (byLanguage ? " AND language = :language" : "")
    }
}

extension SQLiteStore {
    /// A stranger's execution is not written, nor anything owed for it: what has no key has no
    /// history.
    public func save(_ execution: Execution, deliveries: [Delivery]) async throws {
        guard case .organization(let organization) = execution.owner else { return }
        // Encoded here, on the caller's time: the writer is everybody's.
        let record = try ExecutionRecord(execution, organization: organization)
        let owed = try deliveries.map(DeliveryRecord.init)
        // Somebody relies on what was accepted and on what is owed. An end without deliveries was
        // told already, or is found out again by running what was accepted once more; so is that
        // it was begun.
        let isReliedOn = execution.status == .queued || !deliveries.isEmpty
        try await write(surviving: isReliedOn ? .power : .process) { db in
            try Self.checkParents(db, project: record.project, task: record.task)
            try db.cachedStatement(sql: Query.saveExecution).execute(arguments: record.arguments)
            for delivery in owed {
                try db.cachedStatement(sql: Query.insertDelivery).execute(
                    arguments: delivery.arguments
                )
            }
        }
    }

    public func checkParents(of request: ExecutionRequest) async throws {
        try await read { db in
            try Self.checkParents(db, project: request.project, task: request.task)
        }
    }

    static func checkParents(_ db: Database, project: String?, task: String?) throws {
        let statement = try db.cachedStatement(sql: Query.executionParents)
        guard try Bool.fetchOne(statement, arguments: [project, task]) == true else {
            throw ProjectGone()
        }
    }

    public func execution(id: String, organization: String) async throws -> Execution? {
        let row = try await read { db in
            try Row.fetchOne(
                db.cachedStatement(sql: Query.execution),
                arguments: [id, organization]
            )
            .map(ExecutionRecord.init(row:))
        }
        return try row?.execution()
    }

    public func executions(
        organization: String,
        matching filter: ExecutionFilter,
        page: Page
    ) async throws
        -> Listing<Execution>
    {
        let query = ExecutionQuery(
            byStatus: filter.status != nil,
            byLanguage: filter.language != nil
        )
        let (records, total) = try await read { db in
            var arguments: StatementArguments = ["organization": organization]
            if let status = filter.status { arguments += ["status": status.rawValue] }
            if let language = filter.language { arguments += ["language": language] }
            let count = try db.cachedStatement(sql: query.count)
            let total = try Int.fetchOne(count, arguments: arguments) ?? 0
            arguments += ["limit": page.rows, "offset": page.skipped]
            let rows = try Row.fetchAll(db.cachedStatement(sql: query.page), arguments: arguments)
            return (rows.map(ExecutionRecord.init(row:)), total)
        }
        return Listing(elements: try records.map { try $0.execution() }, total: total)
    }

    public func unfinishedExecutions() async throws -> [Execution] {
        let records = try await read { db in
            try Row.fetchAll(db.cachedStatement(sql: Query.unfinishedExecutions))
                .map(ExecutionRecord.init(row:))
        }
        return try records.map { try $0.execution() }
    }
}

/// An execution as its row: the request and the result as JSON, the rest in columns that indexes
/// are made of.
struct ExecutionRecord: Sendable {
    let id: String
    let organization: String
    let status: String
    let language: String
    let createdAt: Int64
    let startedAt: Int64?
    let finishedAt: Int64?
    let request: Data
    let result: Data?
    let attempts: Int
    let project: String?
    let task: String?

    init(_ execution: Execution, organization: String) throws {
        id = execution.id
        self.organization = organization
        status = execution.status.rawValue
        language = execution.request.language
        createdAt = execution.createdAt.microseconds
        attempts = execution.attempts
        project = execution.request.project
        task = execution.request.task
        request = try execution.request.json()
        switch execution.state {
        case .queued: (startedAt, finishedAt, result) = (nil, nil, nil)
        case .running(let since): (startedAt, finishedAt, result) = (since.microseconds, nil, nil)
        case .finished(let outcome, let start, let end):
            (startedAt, finishedAt) = (start.microseconds, end.microseconds)
            result = try outcome.json()
        case .cancelled(let start, let end), .faulted(let start, let end):
            (startedAt, finishedAt, result) = (start?.microseconds, end.microseconds, nil)
        }
    }

    init(row: Row) {
        id = row["id"]
        organization = row["organization"]
        status = row["status"]
        language = row["language"]
        createdAt = row["created_at"]
        startedAt = row["started_at"]
        finishedAt = row["finished_at"]
        request = row["request"]
        result = row["result"]
        attempts = row["attempts"]
        project = row["project"]
        task = row["task"]
    }

    var arguments: StatementArguments {
        [
            id, organization, status, language, createdAt, startedAt, finishedAt, request, result,
            attempts, project, task,
        ]
    }

    func execution() throws -> Execution {
        Execution(
            id: id,
            owner: .organization(organization),
            request: try ExecutionRequest(json: request),
            createdAt: Date(microseconds: createdAt),
            state: try state(),
            attempts: attempts
        )
    }

    private func state() throws -> Execution.State {
        let start = startedAt.map(Date.init(microseconds:))
        let end = finishedAt.map(Date.init(microseconds:))
        switch (Execution.Status(rawValue: status), start, end, result) {
        case (.queued, nil, nil, nil): return .queued
        case (.running, let start?, nil, nil): return .running(since: start)
        case (.cancelled, let start, let end?, nil):
            return .cancelled(startedAt: start, finishedAt: end)
        case (.internalError, let start, let end?, nil):
            return .faulted(startedAt: start, finishedAt: end)
        case (let status?, let start?, let end?, let result?):
            let outcome = try ExecutionResult(json: result)
            guard outcome.status == status else { break }
            return .finished(outcome, startedAt: start, finishedAt: end)
        default: break
        }
        throw SQLiteStoreError.inconsistent(record: id)
    }
}
