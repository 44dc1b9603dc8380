public import Foundation

/// The owner of executions, keys and a quota.
public struct Organization: Sendable, Hashable {
    /// `org_` and 26 characters.
    public let id: String
    public var name: String
    /// The name of a plan in `limits.json`.
    public var plan: String
    public let createdAt: Date

    public init(id: String, name: String, plan: String, createdAt: Date) {
        self.id = id
        self.name = name
        self.plan = plan
        self.createdAt = createdAt
    }
}

/// A user's role in an organization.
public enum Role: String, Sendable, CaseIterable {
    /// A member that may change the organization's members.
    case owner
    case member
}

/// An organization and the role of one of its users.
public struct Membership: Sendable, Hashable {
    public let organization: Organization
    public let role: Role

    public init(organization: Organization, role: Role) {
        self.organization = organization
        self.role = role
    }
}

/// A user and its role in the organization.
public struct Member: Sendable, Hashable {
    public let user: User
    public let role: Role
    public let since: Date

    public init(user: User, role: Role, since: Date) {
        self.user = user
        self.role = role
        self.since = since
    }
}
