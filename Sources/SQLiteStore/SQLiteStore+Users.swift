public import Domain
public import Foundation
import GRDB

extension Query {
    static let insertUser = """
        INSERT INTO user (id, name, email, image, password, created_at, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """
    static let account = """
        SELECT user.*, EXISTS (SELECT 1 FROM known_address
            WHERE user = user.id AND address = ?2 AND seen_at >= ?3) AS is_address_known
        FROM user WHERE email = ?1
        """
    static let user = "SELECT * FROM user WHERE id = ?"
    static let updateUser = "UPDATE user SET name = ?, image = ?, updated_at = ? WHERE id = ?"
    static let insertSession = """
        INSERT INTO session (digest, id, user, created_at, expires_at) VALUES (?, ?, ?, ?, ?)
        """
    static let session = """
        SELECT session.digest AS session_digest, session.id AS session_id,
            session.created_at AS session_created_at, session.expires_at AS session_expires_at,
            user.*
        FROM session JOIN user ON user.id = session.user WHERE session.digest = ?
        """
    static let extendSession = "UPDATE session SET expires_at = ? WHERE digest = ?"
    static let deleteSession = "DELETE FROM session WHERE digest = ? RETURNING id"
    static let pruneSessions = """
        DELETE FROM session WHERE digest IN
            (SELECT digest FROM session WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)
        """
    /// Deletes all sessions of a user but those that end last; the newest comes before its equals.
    static let boundSessions = """
        DELETE FROM session WHERE digest IN
            (SELECT digest FROM session WHERE user = ?1
                ORDER BY expires_at DESC, created_at DESC, id DESC LIMIT -1 OFFSET ?2)
        """
    static let knowAddress = """
        INSERT INTO known_address (user, address, seen_at) VALUES (?, ?, ?)
        ON CONFLICT (user, address) DO UPDATE SET seen_at = excluded.seen_at
        """
    static let boundAddresses = """
        DELETE FROM known_address WHERE user = ?1 AND address IN
            (SELECT address FROM known_address WHERE user = ?1
                ORDER BY seen_at DESC, address DESC LIMIT -1 OFFSET ?2)
        """
}

extension SQLiteStore {
    /// The expired sessions that each new session deletes: more than it adds, but few.
    static let sessionsPrunedMax = 4

    public func insert(
        _ user: User,
        password: String,
        organization: Organization,
        webhookSecret: String
    ) async throws {
        try await write(surviving: .power) { db in
            do {
                try db.cachedStatement(sql: Query.insertUser).execute(arguments: [
                    user.id, user.name, user.email, user.image, password,
                    user.createdAt.microseconds, user.updatedAt.microseconds,
                ])
            } catch let error as DatabaseError
                where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE
            {
                throw EmailTaken()
            }
            try db.cachedStatement(sql: Query.insertOrganization).execute(arguments: [
                organization.id, organization.name, organization.plan, webhookSecret,
                organization.createdAt.microseconds,
            ])
            try db.cachedStatement(sql: Query.insertMembership).execute(arguments: [
                organization.id, user.id, Role.owner.rawValue, true, user.createdAt.microseconds,
            ])
        }
    }

    public func account(
        email: String,
        from address: String,
        since date: Date
    ) async throws -> Account? {
        try await read { db in
            let arguments: StatementArguments = [email, address, date.microseconds]
            let statement = try db.cachedStatement(sql: Query.account)
            return try Row.fetchOne(statement, arguments: arguments).map { row in
                Account(
                    user: User(row: row),
                    password: row["password"],
                    isAddressKnown: row["is_address_known"]
                )
            }
        }
    }

    public func user(id: String) async throws -> User? {
        try await read { db in
            try Row.fetchOne(db.cachedStatement(sql: Query.user), arguments: [id])
                .map(User.init(row:))
        }
    }

    public func update(_ user: User) async throws {
        try await write(surviving: .process) { db in
            try db.cachedStatement(sql: Query.updateUser).execute(arguments: [
                user.name, user.image, user.updatedAt.microseconds, user.id,
            ])
        }
    }

    public func insert(_ session: Session, from address: String) async throws {
        try await write(surviving: .process) { db in
            try db.cachedStatement(sql: Query.insertSession).execute(arguments: [
                session.digest, session.id, session.user, session.createdAt.microseconds,
                session.expiresAt.microseconds,
            ])
            try db.cachedStatement(sql: Query.pruneSessions)
                .execute(arguments: [session.createdAt.microseconds, Self.sessionsPrunedMax])
            try db.cachedStatement(sql: Query.boundSessions)
                .execute(arguments: [session.user, Session.perUserMax])
            try db.cachedStatement(sql: Query.knowAddress)
                .execute(arguments: [session.user, address, session.createdAt.microseconds])
            try db.cachedStatement(sql: Query.boundAddresses)
                .execute(arguments: [session.user, Session.addressesPerUserMax])
        }
    }

    public func session(digest: Data) async throws -> SignedIn? {
        try await read { db in
            let statement = try db.cachedStatement(sql: Query.session)
            guard let row = try Row.fetchOne(statement, arguments: [digest]) else { return nil }
            let user = User(row: row)
            let session = Session(
                id: row["session_id"],
                digest: row["session_digest"],
                user: user.id,
                createdAt: row.date("session_created_at"),
                expiresAt: row.date("session_expires_at")
            )
            return SignedIn(session: session, user: user)
        }
    }

    public func extendSession(digest: Data, until date: Date) async throws {
        try await write(surviving: .process) { db in
            try db.cachedStatement(sql: Query.extendSession)
                .execute(arguments: [date.microseconds, digest])
        }
    }

    public func deleteSession(digest: Data) async throws -> Bool {
        try await write(surviving: .power) { db in
            let statement = try db.cachedStatement(sql: Query.deleteSession)
            return try Row.fetchOne(statement, arguments: [digest]) != nil
        }
    }
}

extension User {
    init(row: Row) {
        self.init(
            id: row["id"],
            name: row["name"],
            email: row["email"],
            image: row["image"],
            createdAt: row.date("created_at"),
            updatedAt: row.date("updated_at")
        )
    }
}
