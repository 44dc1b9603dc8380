public import Domain
public import Foundation
import GRDB

// A lease is one row of its worker's, whatever the worker holds: a heartbeat writes a few bytes. An
// execution names its worker and no date.

extension Query {
    static let heartbeat = """
        INSERT INTO worker (id, lease_until) VALUES (?1, ?2)
        ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until
        """
    /// Takes the leases away that nothing is held under.
    static let pruneWorkers = """
        DELETE FROM worker WHERE lease_until < ?1 AND NOT EXISTS
            (SELECT 1 FROM execution INDEXED BY execution_held
                WHERE execution.worker = worker.id AND execution.finished_at IS NULL)
        """
    static let claimable = """
        SELECT execution.id FROM execution INDEXED BY execution_unfinished
        WHERE finished_at IS NULL AND NOT EXISTS
            (SELECT 1 FROM worker WHERE worker.id = execution.worker AND lease_until > ?1)
        ORDER BY created_at, execution.id LIMIT ?2
        """
    static let takeExecution = "UPDATE execution SET worker = ?2 WHERE id = ?1"
    static let executionByID = wholeExecution + " WHERE execution.id = ?"
    static let holder = "SELECT worker FROM execution WHERE id = ?"
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

    static let claimReads = [expiredClaims]
    static let claimWrites = [
        heartbeat, pruneWorkers, claimable, takeExecution, executionByID, holder,
        releaseExecution,
    ]
}

extension SQLiteStore {
    public func heartbeat(worker: String, until end: Date) async throws {
        try await write(surviving: .process) { db in
            try Self.heartbeat(db, worker: worker, until: end)
        }
    }

    private static func heartbeat(_ db: Database, worker: String, until end: Date) throws {
        try db.cachedStatement(sql: Query.heartbeat).execute(arguments: [worker, end.microseconds])
    }

    public func accept(_ execution: Execution, by worker: String) async throws {
        let record = try Self.heldRecord(execution)
        try await write(surviving: .power) { db in
            try Self.insert(record, heldBy: worker, in: db)
        }
    }

    public func begin(
        _ known: AgentTask,
        as running: AgentTask,
        execution: Execution,
        by worker: String
    ) async throws -> Bool {
        let record = try Self.heldRecord(execution)
        let change = TaskChange(from: known, to: running)
        return try await write(surviving: .power) { db in
            guard try Self.make(change, in: db) else { return false }
            try Self.insert(record, heldBy: worker, in: db)
            return true
        }
    }

    public func claim(
        worker: String,
        until end: Date,
        at now: Date,
        limit: Int
    ) async throws -> [Execution] {
        let records = try await write(surviving: .process) { db in
            try Self.heartbeat(db, worker: worker, until: end)
            try db.cachedStatement(sql: Query.pruneWorkers).execute(arguments: [now.microseconds])
            let free = try String.fetchAll(
                db.cachedStatement(sql: Query.claimable),
                arguments: [now.microseconds, max(limit, 0)]
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
        return try await readable(records, givingUp: .execution) {
            record throws(UnreadableRecord) in
            try record.execution()
        }
    }

    public func save(
        _ execution: Execution,
        deliveries: [Delivery],
        by worker: String
    ) async throws {
        let record = try Self.heldRecord(execution)
        let owed = try deliveries.map(DeliveryRecord.init)
        try await write(surviving: Self.durability(of: execution, deliveries)) { db in
            try Self.checkParents(db, project: record.row.project, task: record.row.task)
            let holder = try db.cachedStatement(sql: Query.holder)
            guard try String.fetchOne(holder, arguments: [record.id]) == worker else {
                throw ClaimLost()
            }
            try record.save(in: db)
            for delivery in owed { try delivery.save(in: db) }
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

    /// What is held is an organization's: a stranger's execution is never written.
    private static func heldRecord(_ execution: Execution) throws -> ExecutionRecord {
        guard case .organization(let organization) = execution.owner else {
            throw UnreadableRecord(id: execution.id, reason: "it is a stranger's")
        }
        return try ExecutionRecord(execution, organization: organization)
    }

    private static func insert(
        _ record: ExecutionRecord,
        heldBy worker: String,
        in db: Database
    ) throws {
        try checkParents(db, project: record.row.project, task: record.row.task)
        try record.save(in: db)
        try db.cachedStatement(sql: Query.takeExecution).execute(arguments: [record.id, worker])
    }
}
