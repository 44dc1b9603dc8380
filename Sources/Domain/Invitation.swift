public import Foundation

/// An offer of a membership to the user with an e-mail address.
///
/// It makes nobody a member: a user with the address must accept it.
public struct Invitation: Sendable, Hashable {
    public static let lifetimeSeconds: TimeInterval = 14 * 86_400
    /// The most organizations of a user.
    public static let membershipsMax = 100

    /// `inv_` and 26 characters.
    public let id: String
    public let organization: Organization
    /// The address in lower case.
    public let email: String
    public let role: Role
    /// The user who made it; `nil` for an operator.
    ///
    /// Who is no owner any more has no invitations.
    public let inviter: String?
    public let createdAt: Date
    public let expiresAt: Date

    public init(
        id: String,
        organization: Organization,
        email: String,
        role: Role,
        inviter: String?,
        createdAt: Date,
        expiresAt: Date
    ) {
        self.id = id
        self.organization = organization
        self.email = email
        self.role = role
        self.inviter = inviter
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// A store of open invitations: those that nobody accepted, declined or withdrew, and that have not
/// expired at the given date.
public protocol InvitationStore: Sendable {
    /// - Parameter membersMax: the most members and open invitations of the organization together.
    /// - Throws: ``InvitationRefusal``
    func insert(_ invitation: Invitation, membersMax: Int) async throws
    /// Returns the organization's open invitations, newest first.
    func invitations(
        organization: String,
        at date: Date,
        page: Page
    ) async throws -> Listing<Invitation>
    /// Returns the open invitations of an address, newest first.
    func invitations(email: String, at date: Date, page: Page) async throws -> Listing<Invitation>
    /// Withdraws an invitation.
    /// - Returns: the invitation; `nil` if it is not open.
    func withdrawInvitation(
        id: String,
        organization: String,
        at date: Date
    ) async throws -> Invitation?
    /// Declines an invitation of the address.
    /// - Returns: the invitation; `nil` if it is not open.
    func declineInvitation(id: String, email: String, at date: Date) async throws -> Invitation?
    /// Makes the user a member, if the invitation is for its address.
    ///
    /// A member keeps its role.
    ///
    /// - Returns: the membership; `nil` if the invitation is not open.
    /// - Throws: ``InvitationRefusal/memberships(max:)``
    func acceptInvitation(id: String, by user: User, at date: Date) async throws -> Membership?
}

/// The reason why an invitation was not stored or not accepted.
public enum InvitationRefusal: Error, Sendable, Hashable {
    /// The organization has an open invitation for the address.
    case isOpen
    /// Members and open invitations are as many as the plan allows.
    case members(max: Int)
    /// The inviter is no owner of the organization any more.
    case inviterIsNoOwner
    /// The user is in as many organizations as a user may be.
    case memberships(max: Int)
}
