public import Domain
import Foundation
import GRDB
import StoredRecords

extension Query {
    /// Saves the row; the request never changes, so a later save writes only the new state.
    static let saveExecution = """
        INSERT INTO execution (id, organization, status, language, created_at, started_at,
            finished_at, attempts, project, task, summary)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET status = excluded.status, started_at = excluded.started_at,
            finished_at = excluded.finished_at, attempts = excluded.attempts,
            summary = excluded.summary
        """
    static let saveRequest = """
        INSERT INTO execution_request (id, content) VALUES (?, ?) ON CONFLICT (id) DO NOTHING
        """
    static let saveResult = """
        INSERT INTO execution_result (id, content) VALUES (?, ?)
        ON CONFLICT (id) DO UPDATE SET content = excluded.content
        """
    /// Tells whether the project and the task of an execution exist.
    static let executionParents = """
        SELECT (?1 IS NULL OR EXISTS (SELECT 1 FROM project WHERE id = ?1))
            AND (?2 IS NULL OR EXISTS (SELECT 1 FROM task WHERE id = ?2))
        """
    static let wholeExecution = """
        SELECT execution.*, execution_request.content AS request,
            execution_result.content AS result
        FROM execution LEFT JOIN execution_request USING (id) LEFT JOIN execution_result USING (id)
        """
    static let executionBytes = """
        SELECT coalesce((SELECT length(content) FROM execution_request AS part
                WHERE part.id = execution.id), 0)
            + coalesce((SELECT length(content) FROM execution_result AS part
                WHERE part.id = execution.id), 0)
        FROM execution WHERE id = ? AND organization = ?
        """
    static let execution =
        wholeExecution + " WHERE execution.id = ? AND execution.organization = ?"
}

/// The pair of statements that lists by one combination of filters; an index has the order of
/// each listing.
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
    /// Writes an execution and its deliveries; ignores strangers' executions, which have no
    /// history.
    public func save(
        _ execution: Execution,
        deliveries: [Delivery],
        by worker: String?
    ) async throws {
        guard case .organization(let organization) = execution.owner else { return }
        // Encoded here, because the caller's time is its own and all callers share the writer.
        let record = try ExecutionRecord(execution, organization: organization)
        let owed = try deliveries.map(DeliveryRecord.init)
        try await write(surviving: Self.durability(of: execution, deliveries)) { db in
            try Self.checkParents(db, project: record.row.project, task: record.row.task)
            try record.save(by: worker, in: db)
            for delivery in owed { try delivery.save(in: db) }
        }
    }

    /// Chooses the durability: accepted executions and owed deliveries must survive a power cut.
    ///
    /// An end without deliveries was reported already, or running the accepted execution again
    /// gives another. The same holds for the start of an attempt.
    static func durability(of execution: Execution, _ deliveries: [Delivery]) -> Durability {
        execution.status == .queued || !deliveries.isEmpty ? .power : .process
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

    public func executionBytes(id: String, organization: String) async throws -> Int? {
        try await read { db in
            try Int.fetchOne(
                db.cachedStatement(sql: Query.executionBytes),
                arguments: [id, organization]
            )
        }
    }

    public func execution(id: String, organization: String) async throws -> Execution? {
        let record = try await read { db in
            try Row.fetchOne(
                db.cachedStatement(sql: Query.execution),
                arguments: [id, organization]
            )
            .map(ExecutionRecord.init(row:))
        }
        return try record?.execution()
    }

    public func executions(
        organization: String,
        matching filter: ExecutionFilter,
        page: Page
    ) async throws
        -> Listing<ExecutionSummary>
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
            return (rows.map(ExecutionRow.init(row:)), total)
        }
        return Listing(elements: try records.map { try $0.summarized() }, total: total)
    }
}
