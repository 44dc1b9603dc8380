import GRDB

extension SQLiteStore {
    /// Returns the rows of a statement that the writer runs, each as its values joined by `|`.
    ///
    /// It is for tests, which read query plans, settings and foreign schemas without importing
    /// GRDB. Parameters of the statement stay NULL.
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
