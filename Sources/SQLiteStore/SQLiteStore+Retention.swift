public import Domain
import Foundation
import GRDB

extension Query {
    /// The bound of an organization: its plan's in `:bounds`, or else `:standard`.
    private static let endBound = """
        COALESCE((SELECT value FROM json_each(:bounds) WHERE key = organization.plan), :standard)
        """
    /// Deletes executions that are not attempts of tasks, which are deleted with their task.
    static let deleteExecutions = """
        DELETE FROM execution WHERE id IN (
            SELECT execution.id FROM organization
            CROSS JOIN execution INDEXED BY execution_ended
                ON execution.organization = organization.id
            WHERE execution.finished_at < \(endBound) AND execution.task IS NULL
                AND NOT EXISTS (SELECT 1 FROM delivery
                    WHERE delivery.execution = execution.id AND delivery.state = 'pending')
            LIMIT :limit)
        """
    static let deleteTasks = """
        DELETE FROM task WHERE id IN (
            SELECT task.id FROM organization
            CROSS JOIN task INDEXED BY task_ended ON task.organization = organization.id
            WHERE task.finished_at < \(endBound)
                AND NOT EXISTS (SELECT 1 FROM delivery
                    WHERE delivery.task = task.id AND delivery.state = 'pending')
                AND NOT EXISTS (SELECT 1 FROM execution
                    WHERE execution.task = task.id AND execution.finished_at IS NULL)
            LIMIT :limit)
        """
    static let pruneRevokedTokens = """
        DELETE FROM revoked_token WHERE id IN
            (SELECT id FROM revoked_token WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)
        """
    static let outlivingWrites = [deleteExecutions, deleteTasks, pruneRevokedTokens]

    static let freePages = "PRAGMA freelist_count"
    static let giveBackPages = "PRAGMA incremental_vacuum(\(SQLiteStore.pagesGivenBackMax))"
}

extension SQLiteStore {
    /// The most pages of 4 KiB that one transaction returns to the file system.
    static let pagesGivenBackMax = 1_000

    public func delete(_ kind: OutlivedRecord, limit: Int) async throws -> Int {
        let (sql, arguments) = try deletion(of: kind, limit: max(limit, 0))
        return try await write(surviving: .process) { db in
            try db.cachedStatement(sql: sql).execute(arguments: arguments)
            return db.changesCount
        }
    }

    private func deletion(
        of kind: OutlivedRecord,
        limit: Int
    ) throws -> (sql: String, StatementArguments) {
        switch kind {
        case .executions(let bounds): (Query.deleteExecutions, try bounds.arguments(limit))
        case .tasks(let bounds): (Query.deleteTasks, try bounds.arguments(limit))
        case .idempotencyKeys(let date): (Query.pruneClaims, [date.microseconds, limit])
        case .sessions(let date): (Query.pruneSessions, [date.microseconds, limit])
        case .revokedTokens(let date): (Query.pruneRevokedTokens, [date.microseconds, limit])
        }
    }

    public func giveBackSpace() async throws -> Bool {
        try await write(surviving: .process) { db in
            let free = try Int.fetchOne(db, sql: Query.freePages) ?? 0
            guard free > 0 else { return false }
            try db.execute(sql: Query.giveBackPages)
            let left = try Int.fetchOne(db, sql: Query.freePages) ?? 0
            // A file that has not been rewritten returns no pages; see `Schema`.
            return left > 0 && left < free
        }
    }
}

extension EndBounds {
    /// Encodes the bounds; "for ever" is the distant past, before which no execution ended.
    fileprivate func arguments(_ limit: Int) throws -> StatementArguments {
        let never = Date.distantPast
        let byPlan = try byPlan.mapValues { ($0 ?? never).microseconds }.json()
        return [
            "bounds": String(decoding: byPlan, as: UTF8.self),
            "standard": (standard ?? never).microseconds, "limit": limit,
        ]
    }
}
