import Domain
import GRDB
import StoredRecords

// A damaged row must not prevent the service's start or block the work behind it. Unreadable work
// is ended in its readable columns: it is not started again at every start, its row stays unchanged
// for inspection, and the log has its identifier.

/// A kind of waiting work, by its table.
enum UnreadableWork: CaseIterable {
    case execution, task, delivery

    /// Ends the work, and returns with `RETURNING` the columns for a refund.
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
    /// Decodes records, and gives up those that cannot be decoded.
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
            // A fault of ours is refunded.
            let day = UTCDay(row.date("created_at"))
            let subject = Owner.organization(row["organization"]).subject
            try db.cachedStatement(sql: Query.refund).execute(arguments: [day.number, subject])
        }
        onGivenUp(unreadable)
    }
}

extension UnreadableRecord {
    init(contradictory id: String) {
        self.init(id: id, reason: "its columns contradict each other")
    }

    /// Runs `read` for the record of `id`, and adds the id to its error.
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
