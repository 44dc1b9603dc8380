public import Domain
public import Foundation
import GRDB

// A lease is one row for each worker, however many executions the worker holds, so a heartbeat
// writes only a few bytes. An execution's row names its worker and no date.

extension Query {
    static let heartbeat = """
        INSERT INTO worker (id, lease_until) VALUES (?1, ?2)
        ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until
        """
    static let releaseAll = """
        UPDATE execution INDEXED BY execution_held SET worker = NULL
        WHERE worker = ?1 AND finished_at IS NULL
        """
    /// Deletes the leases of workers that hold nothing.
    static let pruneWorkers = """
        DELETE FROM worker WHERE lease_until < ?1 AND NOT EXISTS
            (SELECT 1 FROM execution INDEXED BY execution_held
                WHERE execution.worker = worker.id AND execution.finished_at IS NULL)
        """
    /// Excludes the executions that the worker itself holds, even after its lease has ended.
    static let claimable = """
        SELECT execution.id FROM execution INDEXED BY execution_unfinished
        WHERE finished_at IS NULL AND execution.worker IS NOT ?3 AND NOT EXISTS
            (SELECT 1 FROM worker WHERE worker.id = execution.worker AND lease_until > ?1)
        ORDER BY created_at, execution.id LIMIT ?2
        """
    static let claimExecution = """
        UPDATE execution SET worker = ?2
        WHERE id = ?1 AND finished_at IS NULL AND (worker IS NULL OR worker = ?2 OR NOT EXISTS
            (SELECT 1 FROM worker WHERE worker.id = execution.worker AND lease_until > ?3))
        """
    static let heldExecutions = """
        SELECT id FROM execution INDEXED BY execution_held
        WHERE worker = ?1 AND finished_at IS NULL
        """
    static let takeExecution = "UPDATE execution SET worker = ?2 WHERE id = ?1"
    static let executionByID = wholeExecution + " WHERE execution.id = ?"
    static let holder = "SELECT worker, finished_at FROM execution WHERE id = ?"
    static let releaseExecution = """
        UPDATE execution SET worker = NULL
        WHERE id = ?1 AND worker = ?2 AND finished_at IS NULL
        """
    static let expiredClaims = """
        SELECT execution.id, execution.worker FROM execution INDEXED BY execution_unfinished
        WHERE finished_at IS NULL AND execution.worker IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM worker WHERE worker.id = execution.worker AND lease_until > ?1)
        ORDER BY created_at, execution.id
        """

    static let claimReads = [expiredClaims, heldExecutions]
    static let claimWrites = [
        heartbeat, releaseAll, pruneWorkers, claimable, claimExecution, takeExecution,
        executionByID, holder, releaseExecution,
    ]
}

extension SQLiteStore {
    public func join(worker: String, until end: Date) async throws {
        try await write(surviving: .process) { db in
            try db.cachedStatement(sql: Query.releaseAll).execute(arguments: [worker])
            try db.cachedStatement(sql: Query.heartbeat)
                .execute(arguments: [worker, end.microseconds])
        }
    }

    public func heartbeat(worker: String, until end: Date) async throws {
        try await write(surviving: .process) { db in
            try db.cachedStatement(sql: Query.heartbeat)
                .execute(arguments: [worker, end.microseconds])
        }
    }

    public func claim(worker: String, at now: Date, limit: Int) async throws -> [Execution] {
        while true {
            let records = try await take(for: worker, at: now, limit: limit)
            let executions = try await readable(records, givingUp: .execution) {
                record throws(UnreadableRecord) in
                try record.execution()
            }
            // If none of these executions could be read, others may wait behind them.
            if !executions.isEmpty || records.isEmpty { return executions }
        }
    }

    private func take(
        for worker: String,
        at now: Date,
        limit: Int
    ) async throws -> [ExecutionRecord] {
        try await write(surviving: .process) { db in
            try db.cachedStatement(sql: Query.pruneWorkers).execute(arguments: [now.microseconds])
            let free = try String.fetchAll(
                db.cachedStatement(sql: Query.claimable),
                arguments: [now.microseconds, max(limit, 0), worker]
            )
            return try free.compactMap { id in
                try db.cachedStatement(sql: Query.takeExecution).execute(arguments: [id, worker])
                return try Row.fetchOne(
                    db.cachedStatement(sql: Query.executionByID),
                    arguments: [id]
                )
                .map(ExecutionRecord.init(row:))
            }
        }
    }

    public func claim(execution id: String, worker: String, at now: Date) async throws -> Bool {
        try await write(surviving: .process) { db in
            try db.cachedStatement(sql: Query.claimExecution)
                .execute(arguments: [id, worker, now.microseconds])
            return db.changesCount > 0
        }
    }

    public func held(by worker: String) async throws -> [String] {
        try await read { db in
            try String.fetchAll(
                db.cachedStatement(sql: Query.heldExecutions),
                arguments: [worker]
            )
        }
    }

    public func release(execution id: String, worker: String) async throws {
        try await write(surviving: .process) { db in
            try db.cachedStatement(sql: Query.releaseExecution).execute(arguments: [id, worker])
        }
    }

    public func expired(at now: Date) async throws -> [ExpiredClaim] {
        try await read { db in
            try Row.fetchAll(
                db.cachedStatement(sql: Query.expiredClaims),
                arguments: [now.microseconds]
            )
            .map { ExpiredClaim(execution: $0["id"], worker: $0["worker"]) }
        }
    }
}

extension ExecutionRecord {
    /// Saves the execution if the worker holds it; the worker also holds a new execution from then
    /// on.
    /// - Throws: ``ClaimLost``
    func save(by worker: String?, in db: Database) throws {
        guard let worker else { return try save(in: db) }
        let holder = try db.cachedStatement(sql: Query.holder)
        let known = try Row.fetchOne(holder, arguments: [id])
        if let known {
            // An end is written only once: the first one counts.
            let isOpen = known["finished_at"] as Int64? == nil
            guard isOpen, known["worker"] as String? == worker else { throw ClaimLost() }
        }
        try save(in: db)
        guard known == nil else { return }
        try db.cachedStatement(sql: Query.takeExecution).execute(arguments: [id, worker])
    }
}
