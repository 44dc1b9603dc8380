public import Foundation

/// Users, their sessions, organizations and keys.
public protocol AccountStore: Sendable {
    // Users
    /// Writes a new user with the organization that is its own, which it is the owner of.
    ///
    /// - Parameters:
    ///   - password: hashed.
    ///   - webhookSecret: the organization's.
    /// - Throws: ``EmailTaken`` where another user has the address.
    func insert(
        _ user: User,
        password: String,
        organization: Organization,
        webhookSecret: String
    ) async throws
    /// The user with this address, which is compared as it is stored: in small letters.
    func account(email: String) async throws -> Account?
    func user(id: String) async throws -> User?
    /// Writes the user's name and image.
    func update(_ user: User) async throws

    // Sessions
    /// Old sessions of anybody are forgotten on the way.
    func insert(_ session: Session) async throws
    /// The session with this SHA-256, an expired one included, and whose it is.
    func session(digest: Data) async throws -> SignedIn?
    /// Moves the session's end.
    func extendSession(digest: Data, until date: Date) async throws
    /// - Returns: whether there was such a session.
    func deleteSession(digest: Data) async throws -> Bool

    // Organizations
    func insert(_ organization: Organization) async throws
    func organization(id: String) async throws -> Organization?
    /// All organizations, newest first.
    func organizations(page: Page) async throws -> Listing<Organization>
    /// Writes the organization's name and plan.
    /// - Returns: whether there is such an organization.
    func update(_ organization: Organization) async throws -> Bool
    /// The user's memberships: the personal organization first, then the newest.
    func memberships(user: String) async throws -> [Membership]
    func membership(user: String, organization: String) async throws -> Membership?
    /// In the order in which they came.
    func members(organization: String, page: Page) async throws -> Listing<Member>
    /// Makes the user a member, or changes its role.
    /// - Throws: ``LastOwner`` where the organization would have none left.
    func setRole(_ role: Role, user: String, organization: String, at date: Date) async throws
    /// - Returns: whether the user was a member.
    /// - Throws: ``LastOwner``
    func removeMember(user: String, organization: String) async throws -> Bool

    // Keys
    /// - Throws: where there is no such organization.
    func insert(_ key: APIKey) async throws
    /// The key with this SHA-256, revoked and expired ones included.
    func key(digest: Data) async throws -> IssuedKey?
    func key(id: String) async throws -> IssuedKey?
    /// The keys of all organizations, oldest first.
    func keys() async throws -> [IssuedKey]
    /// Newest first.
    func keys(organization: String, page: Page) async throws -> Listing<APIKey>
    /// - Returns: whether there was such a key. Revoking again keeps the first date.
    func revokeKey(id: String, at date: Date) async throws -> Bool
    func touchKey(id: String, at date: Date) async throws
}

/// The signing keys of access tokens, and revoked tokens.
public protocol TokenStore: Sendable {
    /// Newest first; the first signs.
    func signingKeys() async throws -> [SigningKey]
    /// Keeps a new key.
    ///
    /// - Parameters:
    ///   - isFirst: only where there is none yet.
    ///   - expiry: keys that were followed by another before this are forgotten.
    /// - Returns: whether it was kept.
    func insert(
        _ key: SigningKey,
        isFirst: Bool,
        forgettingBefore expiry: Date
    ) async throws
        -> Bool
    /// Remembers until `date`, when it expires by itself, that the token holds no more.
    func revokeToken(id: String, until date: Date, now: Date) async throws
    func isTokenRevoked(id: String) async throws -> Bool
}

/// The address belongs to a user already.
public struct EmailTaken: Error, Sendable, Hashable {
    public init() {}
}

/// An organization must keep an owner.
public struct LastOwner: Error, Sendable, Hashable {
    public init() {}
}

/// A user, and what its password is checked against.
public struct Account: Sendable, Hashable {
    public let user: User
    /// Hashed.
    public let password: String

    public init(user: User, password: String) {
        self.user = user
        self.password = password
    }
}

/// A session, and whose it is.
public struct SignedIn: Sendable, Hashable {
    public let session: Session
    public let user: User

    public init(session: Session, user: User) {
        self.session = session
        self.user = user
    }
}

/// A key, and the organization that it belongs to as it is now.
public struct IssuedKey: Sendable, Hashable {
    public let key: APIKey
    public let organization: Organization

    public init(key: APIKey, organization: Organization) {
        self.key = key
        self.organization = organization
    }
}
