import GRDB

extension SQLiteStore {
    /// What a statement says, run by the writer: one string for each row, its values joined by `|`.
    ///
    /// For tests, which look at query plans, settings and foreign schemas without importing GRDB.
    /// Parameters of the statement stay NULL.
    func inspect(_ sql: String) async throws -> [String] {
        try await write(surviving: .process) { db in
            let statement = try db.makeStatement(sql: sql)
            statement.setUncheckedArguments(StatementArguments())
            return try Row.fetchAll(statement).map { row in
                row.databaseValues.map { String(describing: $0.storage.value ?? "NULL") }
                    .joined(separator: "|")
            }
        }
    }
}
