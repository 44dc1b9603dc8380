public import Domain
import GRDB

extension Query {
    /// Counts and compares in one statement; returns no row where the limit was reached.
    static let charge = """
        INSERT INTO charge (day, subject, count) VALUES (?1, ?2, 1)
        ON CONFLICT (day, subject) DO UPDATE SET count = count + 1 WHERE count < ?3
        RETURNING count
        """
    static let charged = "SELECT count FROM charge WHERE day = ? AND subject = ?"
    static let refund =
        "UPDATE charge SET count = count - 1 WHERE day = ? AND subject = ? AND count > 0"
    static let pruneCharges = """
        DELETE FROM charge WHERE (day, subject) IN
            (SELECT day, subject FROM charge WHERE day < ?1 ORDER BY day LIMIT ?2)
        """
}

extension SQLiteStore {
    /// The rows of past days that a subject's first charge of a day deletes.
    ///
    /// It is more than one charge adds, so that the table shrinks to the days in use, but few, so
    /// that no request waits for a large clean-up at midnight.
    static let chargesPrunedMax = 4

    public func charge(subject: String, day: UTCDay, limit: Int) async throws -> Charge {
        try await write(surviving: .process) { db in
            guard limit > 0 else {
                return .refused(count: try Self.charged(db, subject: subject, day: day))
            }
            let statement = try db.cachedStatement(sql: Query.charge)
            let arguments: StatementArguments = [day.number, subject, limit]
            guard let count = try Int.fetchOne(statement, arguments: arguments) else {
                return .refused(count: try Self.charged(db, subject: subject, day: day))
            }
            if count == 1 { try Self.pruneCharges(db, today: day) }
            return .accepted(count: count)
        }
    }

    public func refund(subject: String, day: UTCDay) async throws {
        try await write(surviving: .process) { db in
            try db.cachedStatement(sql: Query.refund).execute(arguments: [day.number, subject])
        }
    }

    public func charged(subject: String, day: UTCDay) async throws -> Int {
        try await read { db in try Self.charged(db, subject: subject, day: day) }
    }

    private static func charged(_ db: Database, subject: String, day: UTCDay) throws -> Int {
        let statement = try db.cachedStatement(sql: Query.charged)
        return try Int.fetchOne(statement, arguments: [day.number, subject]) ?? 0
    }

    /// Deletes charges older than yesterday's; a run from before midnight may need a refund after
    /// it.
    private static func pruneCharges(_ db: Database, today: UTCDay) throws {
        let statement = try db.cachedStatement(sql: Query.pruneCharges)
        try statement.execute(arguments: [today.number - 1, chargesPrunedMax])
    }
}
