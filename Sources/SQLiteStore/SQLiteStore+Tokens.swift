public import Domain
public import Foundation
import GRDB

extension Query {
    static let signingKeys = "SELECT * FROM signing_key ORDER BY created_at DESC, id DESC"
    static let insertSigningKey = """
        INSERT INTO signing_key (id, pem, created_at)
        SELECT ?1, ?2, ?3 WHERE NOT ?4 OR NOT EXISTS (SELECT 1 FROM signing_key)
        RETURNING id
        """
    /// Deletes keys by the date of their successor, because a key signs until the next one is made.
    static let forgetSigningKeys = """
        DELETE FROM signing_key WHERE EXISTS
            (SELECT 1 FROM signing_key AS next
                WHERE next.created_at > signing_key.created_at AND next.created_at < ?)
        """
    static let revokeToken =
        "INSERT INTO revoked_token (id, expires_at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING"
    static let pruneTokens = "DELETE FROM revoked_token WHERE expires_at < ?"
    static let revokedToken = "SELECT 1 FROM revoked_token WHERE id = ?"

    static let tokenReads = [signingKeys, revokedToken]
    static let tokenWrites = [insertSigningKey, forgetSigningKeys, revokeToken, pruneTokens]
}

extension SQLiteStore {
    public func signingKeys() async throws -> [SigningKey] {
        try await read { db in
            try Row.fetchAll(db.cachedStatement(sql: Query.signingKeys)).map { row in
                SigningKey(id: row["id"], pem: row["pem"], createdAt: row.date("created_at"))
            }
        }
    }

    public func insert(
        _ key: SigningKey,
        isFirst: Bool,
        forgettingBefore expiry: Date
    ) async throws -> Bool {
        try await write(surviving: .power) { db in
            let statement = try db.cachedStatement(sql: Query.insertSigningKey)
            let arguments: StatementArguments = [
                key.id, key.pem, key.createdAt.microseconds, isFirst,
            ]
            let isKept = try Row.fetchOne(statement, arguments: arguments) != nil
            try db.cachedStatement(sql: Query.forgetSigningKeys)
                .execute(arguments: [expiry.microseconds])
            return isKept
        }
    }

    public func revokeToken(id: String, until date: Date, now: Date) async throws {
        try await write(surviving: .power) { db in
            try db.cachedStatement(sql: Query.revokeToken)
                .execute(arguments: [id, date.microseconds])
            try db.cachedStatement(sql: Query.pruneTokens).execute(arguments: [now.microseconds])
        }
    }

    public func isTokenRevoked(id: String) async throws -> Bool {
        try await read { db in
            try Row.fetchOne(db.cachedStatement(sql: Query.revokedToken), arguments: [id]) != nil
        }
    }
}
