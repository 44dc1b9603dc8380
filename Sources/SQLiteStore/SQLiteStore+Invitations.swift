public import Domain
public import Foundation
import GRDB

extension Query {
    static let insertInvitation = """
        INSERT INTO invitation (id, organization, email, role, inviter, created_at, expires_at)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """
    static let pruneInvitations =
        "DELETE FROM invitation WHERE organization = ? AND expires_at <= ?"
    static let openInvitation = "SELECT 1 FROM invitation WHERE organization = ? AND email = ?"
    static let placesTaken = """
        SELECT (SELECT COUNT(*) FROM membership WHERE organization = ?1)
            + (SELECT COUNT(*) FROM invitation WHERE organization = ?1)
        """
    private static let columns = """
        SELECT invitation.id AS invitation_id, email, role, inviter,
            invitation.created_at AS invited_at, expires_at, organization.*
        FROM invitation JOIN organization ON organization.id = invitation.organization
        """
    static let invitation = columns + " WHERE invitation.id = ? AND expires_at > ?"
    private static let newest = """
         ORDER BY invitation.created_at DESC, invitation.id DESC LIMIT ? OFFSET ?
        """
    static let invitationsOfOrganizationCount =
        "SELECT COUNT(*) FROM invitation WHERE organization = ? AND expires_at > ?"
    static let invitationsOfOrganization =
        columns + " WHERE invitation.organization = ? AND expires_at > ?" + newest
    static let invitationsOfAddressCount =
        "SELECT COUNT(*) FROM invitation WHERE email = ? AND expires_at > ?"
    static let invitationsOfAddress = columns + " WHERE email = ? AND expires_at > ?" + newest
    static let deleteInvitation = "DELETE FROM invitation WHERE id = ?"
    static let withdrawInvitations =
        "DELETE FROM invitation WHERE inviter = ? AND organization = ?"
    static let membershipCount = "SELECT COUNT(*) FROM membership WHERE user = ?"

    static let invitationReads = [
        invitationsOfOrganizationCount, invitationsOfOrganization, invitationsOfAddressCount,
        invitationsOfAddress,
    ]
    static let invitationWrites = [
        insertInvitation, pruneInvitations, openInvitation, placesTaken, invitation,
        deleteInvitation, withdrawInvitations, membership, membershipCount,
    ]
}

extension SQLiteStore {
    public func insert(_ invitation: Invitation, membersMax: Int) async throws {
        let organization = invitation.organization.id
        try await write(surviving: .power) { db in
            try db.cachedStatement(sql: Query.pruneInvitations)
                .execute(arguments: [organization, invitation.createdAt.microseconds])
            // The inviter may have been removed since its request began.
            if let inviter = invitation.inviter {
                let role = try Self.membership(db, of: inviter, in: organization)?.role
                guard role == .owner else { throw InvitationRefusal.inviterIsNoOwner }
            }
            let open = try db.cachedStatement(sql: Query.openInvitation)
            guard try Row.fetchOne(open, arguments: [organization, invitation.email]) == nil else {
                throw InvitationRefusal.isOpen
            }
            let places = try db.cachedStatement(sql: Query.placesTaken)
            guard try Int.fetchOne(places, arguments: [organization]) ?? 0 < membersMax else {
                throw InvitationRefusal.members(max: membersMax)
            }
            try db.cachedStatement(sql: Query.insertInvitation).execute(arguments: [
                invitation.id, organization, invitation.email, invitation.role.rawValue,
                invitation.inviter, invitation.createdAt.microseconds,
                invitation.expiresAt.microseconds,
            ])
        }
    }

    public func invitations(
        organization: String,
        at date: Date,
        page: Page
    ) async throws -> Listing<Invitation> {
        try await read { db in
            try db.listing(
                count: Query.invitationsOfOrganizationCount,
                page: Query.invitationsOfOrganization,
                arguments: [organization, date.microseconds],
                page,
                Invitation.init(row:)
            )
        }
    }

    public func invitations(
        email: String,
        at date: Date,
        page: Page
    ) async throws -> Listing<Invitation> {
        try await read { db in
            try db.listing(
                count: Query.invitationsOfAddressCount,
                page: Query.invitationsOfAddress,
                arguments: [email, date.microseconds],
                page,
                Invitation.init(row:)
            )
        }
    }

    public func withdrawInvitation(
        id: String,
        organization: String,
        at date: Date
    ) async throws -> Invitation? {
        try await write(surviving: .power) { db in
            try Self.take(db, id, at: date) { $0.organization.id == organization }
        }
    }

    public func declineInvitation(
        id: String,
        email: String,
        at date: Date
    ) async throws -> Invitation? {
        try await write(surviving: .power) { db in
            try Self.take(db, id, at: date) { $0.email == email }
        }
    }

    public func acceptInvitation(
        id: String,
        by user: User,
        at date: Date
    ) async throws -> Membership? {
        try await write(surviving: .power) { db in
            let taken = try Self.take(db, id, at: date) { $0.email == user.email }
            guard let invitation = taken else { return nil }
            let organization = invitation.organization.id
            if let member = try Self.membership(db, of: user.id, in: organization) {
                return member
            }
            // What is thrown undoes the transaction, so the invitation stays.
            let count = try db.cachedStatement(sql: Query.membershipCount)
            guard
                try Int.fetchOne(count, arguments: [user.id]) ?? 0 < Invitation.membershipsMax
            else { throw InvitationRefusal.memberships(max: Invitation.membershipsMax) }
            // Keys that an earlier member left behind do not come back with the user.
            try db.cachedStatement(sql: Query.revokeKeysOfStranger).execute(arguments: [
                date.microseconds, organization, user.id,
            ])
            try db.cachedStatement(sql: Query.insertMembership).execute(arguments: [
                organization, user.id, invitation.role.rawValue, false, date.microseconds,
            ])
            return Membership(organization: invitation.organization, role: invitation.role)
        }
    }

    /// Withdraws all invitations that the user made in the organization.
    static func withdrawInvitations(
        _ db: Database,
        of user: String,
        _ organization: String
    ) throws {
        try db.cachedStatement(sql: Query.withdrawInvitations)
            .execute(arguments: [user, organization])
    }

    /// Deletes and returns an open invitation that meets the condition.
    private static func take(
        _ db: Database,
        _ id: String,
        at date: Date,
        where isMeant: (Invitation) -> Bool
    ) throws -> Invitation? {
        let statement = try db.cachedStatement(sql: Query.invitation)
        let row = try Row.fetchOne(statement, arguments: [id, date.microseconds])
        guard let invitation = try row.map(Invitation.init(row:)), isMeant(invitation) else {
            return nil
        }
        try db.cachedStatement(sql: Query.deleteInvitation).execute(arguments: [id])
        return invitation
    }

    private static func membership(
        _ db: Database,
        of user: String,
        in organization: String
    ) throws -> Membership? {
        let statement = try db.cachedStatement(sql: Query.membership)
        return try Row.fetchOne(statement, arguments: [organization, user])
            .map { try Membership(row: $0) }
    }
}

extension Invitation {
    fileprivate init(row: Row) throws {
        self.init(
            id: row["invitation_id"],
            organization: Organization(row: row),
            email: row["email"],
            role: try Role(row: row),
            inviter: row["inviter"],
            createdAt: row.date("invited_at"),
            expiresAt: row.date("expires_at")
        )
    }
}
