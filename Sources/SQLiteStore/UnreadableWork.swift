import Domain
import GRDB
import StoredRecords

// One damaged row must not keep the service from starting, nor hold up what waits behind it. Work
// that cannot be read is ended in its columns, which can: it is not begun again at every start, its
// row stays unchanged for inspection, and the log has its identifier.

/// A kind of work that waits for its turn, by its table.
enum UnreadableWork: CaseIterable {
    case execution, task, delivery

    /// Ends the work; `RETURNING` what may have been charged for it.
    var giveUp: String {
        switch self {
        case .execution:
            """
            UPDATE execution SET status = 'internal_error', finished_at = ?2
            WHERE id = ?1 AND finished_at IS NULL RETURNING organization, created_at
            """
        case .task:
            """
            UPDATE task SET status = 'dead_letter', finished_at = ?2, due_at = NULL
            WHERE id = ?1 AND finished_at IS NULL RETURNING NULL
            """
        case .delivery:
            """
            UPDATE delivery SET state = 'failed', state_at = ?2
            WHERE id = ?1 AND state = 'pending' RETURNING NULL
            """
        }
    }
}

extension SQLiteStore {
    /// Decodes records; those that cannot be decoded are given up.
    func readable<Record: Sendable, Value>(
        _ records: [Record],
        givingUp kind: UnreadableWork,
        _ read: (Record) throws(UnreadableRecord) -> Value
    ) async throws -> [Value] {
        var values: [Value] = []
        for record in records {
            do {
                values.append(try read(record))
            } catch {
                try await giveUp(error, as: kind)
            }
        }
        return values
    }

    private func giveUp(_ unreadable: UnreadableRecord, as kind: UnreadableWork) async throws {
        let now = clock.now()
        try await write(surviving: .process) { db in
            let statement = try db.cachedStatement(sql: kind.giveUp)
            let arguments: StatementArguments = [unreadable.id, now.microseconds]
            guard let row = try Row.fetchOne(statement, arguments: arguments),
                kind == .execution
            else { return }
            // A fault of ours costs nobody anything.
            let day = UTCDay(row.date("created_at"))
            let subject = Owner.organization(row["organization"]).subject
            try db.cachedStatement(sql: Query.refund).execute(arguments: [day.number, subject])
        }
        onGivenUp(unreadable)
    }
}

extension UnreadableRecord {
    init(contradictory id: String) {
        self.init(id: id, reason: "it contradicts itself")
    }

    /// Reads what is kept under `id`.
    static func naming<Value>(
        _ id: String,
        _ read: () throws(RecordDamage) -> Value
    ) throws(UnreadableRecord) -> Value {
        do {
            return try read()
        } catch {
            throw UnreadableRecord(id: id, reason: error.reason)
        }
    }
}
