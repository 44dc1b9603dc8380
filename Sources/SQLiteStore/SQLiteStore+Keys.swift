public import Domain
public import Foundation
import GRDB

extension Query {
    static let insertKey = """
        INSERT INTO api_key (id, name, digest, organization, user, scopes, created_at,
            expires_at, last_used_at, revoked_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    private static let isUsable =
        "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?2)"
    static let usableKeyCount =
        "SELECT COUNT(*) FROM api_key WHERE organization = ?1 AND \(isUsable)"
    static let pruneKeys = """
        DELETE FROM api_key WHERE id IN
            (SELECT id FROM api_key WHERE organization = ?1 AND NOT (\(isUsable))
                ORDER BY created_at DESC, id DESC LIMIT -1 OFFSET ?3)
        """
    private static let issuedKey = """
        SELECT api_key.*, organization.name AS organization_name, organization.plan AS plan,
            organization.created_at AS organization_created_at, membership.role AS maker_role
        FROM api_key JOIN organization ON organization.id = api_key.organization
        LEFT JOIN membership ON membership.organization = api_key.organization
            AND membership.user = api_key.user
        """
    static let key = issuedKey + " WHERE api_key.digest = ?"
    static let keyByID = issuedKey + " WHERE api_key.id = ?"
    static let keys = issuedKey + " ORDER BY api_key.created_at, api_key.id"
    static let keyCount = "SELECT COUNT(*) FROM api_key WHERE organization = ?"
    static let keyPage = """
        SELECT * FROM api_key WHERE organization = ?
        ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?
        """
    static let revokeKey =
        "UPDATE api_key SET revoked_at = COALESCE(revoked_at, ?) WHERE id = ? RETURNING id"
    static let revokeKeysOfUser = """
        UPDATE api_key SET revoked_at = ?1
        WHERE organization = ?2 AND user = ?3 AND revoked_at IS NULL RETURNING id
        """
    static let revokeKeysOfStranger =
        revokeKeysOfUser.replacing(
            " RETURNING id",
            with: """
                 AND NOT EXISTS (SELECT 1 FROM membership
                    WHERE organization = ?2 AND user = ?3)
                """
        )
    static let touchKey =
        "UPDATE api_key SET last_used_at = MAX(COALESCE(last_used_at, ?1), ?1) WHERE id = ?2"

    static let keyReads = [key, keyByID, keys, keyCount, keyPage]
    static let keyWrites = [
        insertKey, usableKeyCount, pruneKeys, revokeKey, revokeKeysOfUser, revokeKeysOfStranger,
        touchKey,
    ]
}

extension SQLiteStore {
    public func insert(_ key: APIKey, limit: Int?) async throws -> Bool {
        let scopes = String(decoding: try key.scopes.sorted().json(), as: UTF8.self)
        return try await write(surviving: .power) { db in
            if let limit {
                let now = key.createdAt.microseconds
                let count = try Int.fetchOne(
                    db.cachedStatement(sql: Query.usableKeyCount),
                    arguments: [key.organization, now]
                )
                guard count ?? 0 < limit else { return false }
                try db.cachedStatement(sql: Query.pruneKeys)
                    .execute(arguments: [key.organization, now, limit])
            }
            try db.cachedStatement(sql: Query.insertKey).execute(arguments: [
                key.id, key.name, key.digest, key.organization, key.user, scopes,
                key.createdAt.microseconds, key.expiresAt?.microseconds,
                key.lastUsedAt?.microseconds, key.revokedAt?.microseconds,
            ])
            return true
        }
    }

    public func key(digest: Data) async throws -> IssuedKey? {
        try await read { db in
            try Row.fetchOne(db.cachedStatement(sql: Query.key), arguments: [digest])
                .map(IssuedKey.init(row:))
        }
    }

    public func key(id: String) async throws -> IssuedKey? {
        try await read { db in
            try Row.fetchOne(db.cachedStatement(sql: Query.keyByID), arguments: [id])
                .map(IssuedKey.init(row:))
        }
    }

    public func keys() async throws -> [IssuedKey] {
        try await read { db in
            try Row.fetchAll(db.cachedStatement(sql: Query.keys)).map(IssuedKey.init(row:))
        }
    }

    public func keys(organization: String, page: Page) async throws -> Listing<APIKey> {
        try await read { db in
            try db.listing(
                count: Query.keyCount,
                page: Query.keyPage,
                arguments: [organization],
                page
            ) { try APIKey(row: $0) }
        }
    }

    public func revokeKey(id: String, at date: Date) async throws -> Bool {
        try await write(surviving: .power) { db in
            let statement = try db.cachedStatement(sql: Query.revokeKey)
            return try Row.fetchOne(statement, arguments: [date.microseconds, id]) != nil
        }
    }

    /// Stores the date of the last use, unless a later one is stored.
    public func touchKey(id: String, at date: Date) async throws {
        try await write(surviving: .process) { db in
            try db.cachedStatement(sql: Query.touchKey).execute(arguments: [date.microseconds, id])
        }
    }
}

extension IssuedKey {
    fileprivate init(row: Row) throws {
        let key = try APIKey(row: row)
        self.init(
            key: key,
            organization: Organization(
                id: key.organization,
                name: row["organization_name"],
                plan: row["plan"],
                createdAt: row.date("organization_created_at")
            ),
            makerRole: (row["maker_role"] as String?).flatMap(Role.init(rawValue:))
        )
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
            user: row["user"],
            scopes: Set(scopes),
            createdAt: row.date("created_at"),
            expiresAt: row.optionalDate("expires_at"),
            lastUsedAt: row.optionalDate("last_used_at"),
            revokedAt: row.optionalDate("revoked_at")
        )
    }
}
