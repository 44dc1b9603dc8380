public import Domain
public import Foundation
import GRDB

extension Query {
    static let insertKey = """
        INSERT INTO api_key (id, name, digest, organization, plan, scopes, created_at, expires_at,
            last_used_at, revoked_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    static let key = "SELECT * FROM api_key WHERE digest = ?"
    static let keys = "SELECT * FROM api_key ORDER BY created_at, id"
    static let revokeKey =
        "UPDATE api_key SET revoked_at = COALESCE(revoked_at, ?) WHERE id = ? RETURNING id"
    static let touchKey =
        "UPDATE api_key SET last_used_at = MAX(COALESCE(last_used_at, ?1), ?1) WHERE id = ?2"
}

extension SQLiteStore {
    public func insert(_ key: APIKey) async throws {
        let scopes = String(decoding: try key.scopes.sorted().json(), as: UTF8.self)
        try await write(surviving: .power) { db in
            try db.cachedStatement(sql: Query.insertKey).execute(arguments: [
                key.id, key.name, key.digest, key.organization, key.plan, scopes,
                key.createdAt.microseconds, key.expiresAt?.microseconds,
                key.lastUsedAt?.microseconds,
                key.revokedAt?.microseconds,
            ])
        }
    }

    public func key(digest: Data) async throws -> APIKey? {
        try await read { db in
            try Row.fetchOne(db.cachedStatement(sql: Query.key), arguments: [digest])
                .map(APIKey.init(row:))
        }
    }

    /// Oldest first.
    public func keys() async throws -> [APIKey] {
        try await read { db in
            try Row.fetchAll(db.cachedStatement(sql: Query.keys)).map(APIKey.init(row:))
        }
    }

    public func revokeKey(id: String, at date: Date) async throws -> Bool {
        try await write(surviving: .power) { db in
            let statement = try db.cachedStatement(sql: Query.revokeKey)
            return try Row.fetchOne(statement, arguments: [date.microseconds, id]) != nil
        }
    }

    /// Keeps the latest of the dates it is given.
    public func touchKey(id: String, at date: Date) async throws {
        try await write(surviving: .process) { db in
            try db.cachedStatement(sql: Query.touchKey).execute(arguments: [date.microseconds, id])
        }
    }
}

extension APIKey {
    fileprivate init(row: Row) throws {
        let scopes = try [String](json: Data((row["scopes"] as String).utf8))
        self.init(
            id: row["id"],
            name: row["name"],
            digest: row["digest"],
            organization: row["organization"],
            plan: row["plan"],
            scopes: Set(scopes),
            createdAt: row.date("created_at"),
            expiresAt: row.optionalDate("expires_at"),
            lastUsedAt: row.optionalDate("last_used_at"),
            revokedAt: row.optionalDate("revoked_at")
        )
    }
}
