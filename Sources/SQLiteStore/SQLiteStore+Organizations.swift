public import Domain
public import Foundation
import GRDB

extension Query {
    static let insertOrganization = """
        INSERT INTO organization (id, name, plan, webhook_secret, created_at)
        VALUES (?, ?, ?, ?, ?)
        """
    static let organization = "SELECT * FROM organization WHERE id = ?"
    static let organizationCount = "SELECT COUNT(*) FROM organization"
    static let organizationPage =
        "SELECT * FROM organization ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?"
    static let updateOrganization =
        "UPDATE organization SET name = ?, plan = ? WHERE id = ? RETURNING id"
    private static let membershipColumns = """
        SELECT organization.*, membership.role FROM membership
        JOIN organization ON organization.id = membership.organization
        """
    static let memberships =
        membershipColumns + """
             WHERE membership.user = ?
            ORDER BY membership.is_own DESC, membership.created_at DESC,
                membership.organization DESC
            """
    static let membership =
        membershipColumns + " WHERE membership.organization = ? AND membership.user = ?"
    static let memberCount = "SELECT COUNT(*) FROM membership WHERE organization = ?"
    private static let memberColumns = """
        SELECT user.*, membership.role, membership.created_at AS since FROM membership
        JOIN user ON user.id = membership.user WHERE membership.organization = ?
        """
    static let member = memberColumns + " AND membership.user = ?"
    static let memberPage =
        memberColumns + """
                 ORDER BY membership.created_at, membership.user LIMIT ? OFFSET ?
            """
    static let insertMembership = """
        INSERT INTO membership (organization, user, role, is_own, created_at)
        VALUES (?, ?, ?, ?, ?)
        """
    static let setRole =
        "UPDATE membership SET role = ? WHERE organization = ? AND user = ? RETURNING user"
    static let removeMember =
        "DELETE FROM membership WHERE organization = ? AND user = ? RETURNING user"
    static let owner =
        "SELECT 1 FROM membership WHERE organization = ? AND role = 'owner' LIMIT 1"

    static let accountReads = [
        account, user, session, organization, organizationCount, organizationPage, memberships,
        membership, member, memberCount, memberPage,
    ]
    static let accountWrites = [
        insertUser, updateUser, insertSession, extendSession, deleteSession, pruneSessions,
        boundSessions, knowAddress, boundAddresses, insertOrganization,
        updateOrganization, insertMembership, setRole, removeMember, owner,
    ]
}

extension SQLiteStore {
    public func insert(_ organization: Organization) async throws {
        try await write(surviving: .power) { db in
            try db.cachedStatement(sql: Query.insertOrganization).execute(arguments: [
                organization.id, organization.name, organization.plan, nil,
                organization.createdAt.microseconds,
            ])
        }
    }

    public func organization(id: String) async throws -> Organization? {
        try await read { db in
            try Row.fetchOne(db.cachedStatement(sql: Query.organization), arguments: [id])
                .map(Organization.init(row:))
        }
    }

    public func organizations(page: Page) async throws -> Listing<Organization> {
        try await read { db in
            try db.listing(
                count: Query.organizationCount,
                page: Query.organizationPage,
                arguments: [],
                page,
                Organization.init(row:)
            )
        }
    }

    public func update(_ organization: Organization) async throws -> Bool {
        try await write(surviving: .power) { db in
            let arguments: StatementArguments = [
                organization.name, organization.plan, organization.id,
            ]
            let statement = try db.cachedStatement(sql: Query.updateOrganization)
            return try Row.fetchOne(statement, arguments: arguments) != nil
        }
    }

    public func memberships(user: String) async throws -> [Membership] {
        try await read { db in
            try Row.fetchAll(db.cachedStatement(sql: Query.memberships), arguments: [user])
                .map { try Membership(row: $0) }
        }
    }

    public func membership(user: String, organization: String) async throws -> Membership? {
        try await read { db in
            let statement = try db.cachedStatement(sql: Query.membership)
            return try Row.fetchOne(statement, arguments: [organization, user])
                .map { try Membership(row: $0) }
        }
    }

    public func members(organization: String, page: Page) async throws -> Listing<Member> {
        try await read { db in
            try db.listing(
                count: Query.memberCount,
                page: Query.memberPage,
                arguments: [organization],
                page,
                Member.init(row:)
            )
        }
    }

    public func member(_ user: String, organization: String) async throws -> Member? {
        try await read { db in
            let statement = try db.cachedStatement(sql: Query.member)
            return try Row.fetchOne(statement, arguments: [organization, user])
                .map(Member.init(row:))
        }
    }

    public func setRole(
        _ role: Role,
        user: String,
        organization: String
    ) async throws -> Bool {
        try await write(surviving: .power) { db in
            let statement = try db.cachedStatement(sql: Query.setRole)
            let arguments: StatementArguments = [role.rawValue, organization, user]
            guard try Row.fetchOne(statement, arguments: arguments) != nil else { return false }
            try Self.checkOwner(db, of: organization)
            if role != .owner { try Self.withdrawInvitations(db, of: user, organization) }
            return true
        }
    }

    public func removeMember(
        user: String,
        organization: String,
        at date: Date
    ) async throws -> [String]? {
        try await write(surviving: .power) { db in
            let statement = try db.cachedStatement(sql: Query.removeMember)
            let arguments: StatementArguments = [organization, user]
            guard try Row.fetchOne(statement, arguments: arguments) != nil else { return nil }
            try Self.checkOwner(db, of: organization)
            try Self.withdrawInvitations(db, of: user, organization)
            return try String.fetchAll(
                db.cachedStatement(sql: Query.revokeKeysOfUser),
                arguments: [date.microseconds, organization, user]
            )
        }
    }

    /// Undoes a transaction that removes the last owner, by throwing.
    private static func checkOwner(_ db: Database, of organization: String) throws {
        let statement = try db.cachedStatement(sql: Query.owner)
        guard try Row.fetchOne(statement, arguments: [organization]) != nil else {
            throw LastOwner()
        }
    }
}

extension Organization {
    init(row: Row) {
        self.init(
            id: row["id"],
            name: row["name"],
            plan: row["plan"],
            createdAt: row.date("created_at")
        )
    }
}

extension Membership {
    init(row: Row) throws {
        self.init(organization: Organization(row: row), role: try Role(row: row))
    }
}

extension Member {
    fileprivate init(row: Row) throws {
        self.init(user: User(row: row), role: try Role(row: row), since: row.date("since"))
    }
}

extension Role {
    init(row: Row) throws {
        guard let role = Role(rawValue: row["role"]) else {
            throw UnreadableRecord(contradictory: row["id"])
        }
        self = role
    }
}
