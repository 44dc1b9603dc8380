public import Foundation

/// A store of users, sessions, organizations and keys.
public protocol AccountStore: Sendable {
    // Users
    /// Writes a new user and the user's personal organization, with the user as its owner.
    ///
    /// - Parameters:
    ///   - password: the hashed password.
    ///   - webhookSecret: the secret of the organization.
    /// - Throws: ``EmailTaken`` where another user has this e-mail address.
    func insert(
        _ user: User,
        password: String,
        organization: Organization,
        webhookSecret: String
    ) async throws
    /// Returns the user with this e-mail address, which is stored and compared in lower case.
    ///
    /// - Parameters:
    ///   - address: the client's address; the answer says whether a session began there.
    ///   - date: earlier sessions do not count.
    func account(
        email: String,
        from address: String,
        since date: Date
    ) async throws -> Account?
    func user(id: String) async throws -> User?
    /// Writes the user's name and image.
    func update(_ user: User) async throws

    // Sessions
    /// Writes a new session and the client's address, and deletes some expired sessions of any
    /// user.
    ///
    /// A user keeps ``Session/perUserMax`` sessions, those that end last, and
    /// ``Session/addressesPerUserMax`` addresses, the newest.
    func insert(_ session: Session, from address: String) async throws
    /// Returns the session with this SHA-256 digest, expired or not, and its user.
    func session(digest: Data) async throws -> SignedIn?
    /// Changes the end of the session.
    func extendSession(digest: Data, until date: Date) async throws
    /// - Returns: whether there was such a session.
    func deleteSession(digest: Data) async throws -> Bool

    // Organizations
    func insert(_ organization: Organization) async throws
    func organization(id: String) async throws -> Organization?
    /// Returns all organizations, newest first.
    func organizations(page: Page) async throws -> Listing<Organization>
    /// Writes the organization's name and plan.
    /// - Returns: whether there is such an organization.
    func update(_ organization: Organization) async throws -> Bool
    /// Returns the user's memberships: the personal organization first, then the newest.
    func memberships(user: String) async throws -> [Membership]
    func membership(user: String, organization: String) async throws -> Membership?
    /// Returns the members in the order in which they joined.
    func members(organization: String, page: Page) async throws -> Listing<Member>
    func member(_ user: String, organization: String) async throws -> Member?
    /// Changes the role of a member.
    ///
    /// Who becomes a mere member loses its open invitations.
    ///
    /// - Returns: whether the user is a member.
    /// - Throws: ``LastOwner`` where the organization would have no owner left.
    func setRole(_ role: Role, user: String, organization: String) async throws -> Bool
    /// Removes a member, revokes the keys that the member made in the organization, and withdraws
    /// the member's open invitations.
    ///
    /// - Returns: the ids of the keys that this revoked; `nil` if the user was no member.
    /// - Throws: ``LastOwner`` where the user is the organization's only owner.
    func removeMember(
        user: String,
        organization: String,
        at date: Date
    ) async throws -> [String]?

    // Keys
    /// Writes a new key, unless its organization has `limit` keys that work already.
    ///
    /// Of the organization's revoked and expired keys, the newest `limit` are kept.
    ///
    /// - Parameter limit: `nil` for no limit.
    /// - Returns: whether the key was stored.
    /// - Throws: where there is no such organization.
    func insert(_ key: APIKey, limit: Int?) async throws -> Bool
    /// Returns the key with this SHA-256 digest, revoked and expired keys included.
    func key(digest: Data) async throws -> IssuedKey?
    func key(id: String) async throws -> IssuedKey?
    /// Returns the keys of all organizations, oldest first.
    func keys() async throws -> [IssuedKey]
    /// Returns the organization's keys, newest first.
    func keys(organization: String, page: Page) async throws -> Listing<APIKey>
    /// - Returns: whether there was such a key. Revoking a key again keeps the first date.
    func revokeKey(id: String, at date: Date) async throws -> Bool
    func touchKey(id: String, at date: Date) async throws
}

extension AccountStore {
    /// Writes a new key, without a limit.
    public func insert(_ key: APIKey) async throws { _ = try await insert(key, limit: nil) }
}

/// The signing keys of access tokens, and revoked tokens.
public protocol TokenStore: Sendable {
    /// Returns the signing keys, newest first; the first one signs.
    func signingKeys() async throws -> [SigningKey]
    /// Keeps a new key.
    ///
    /// - Parameters:
    ///   - isFirst: keeps the key only if there is none yet.
    ///   - expiry: keys that a newer key replaced before this date are deleted.
    /// - Returns: whether the key was kept.
    func insert(
        _ key: SigningKey,
        isFirst: Bool,
        forgettingBefore expiry: Date
    ) async throws
        -> Bool
    /// Records that the token is revoked, until `date`, when the token expires anyway.
    func revokeToken(id: String, until date: Date, now: Date) async throws
    func isTokenRevoked(id: String) async throws -> Bool
}

/// An error: another user has this e-mail address already.
public struct EmailTaken: Error, Sendable, Hashable {
    public init() {}
}

/// An error: the organization would be left without an owner.
public struct LastOwner: Error, Sendable, Hashable {
    public init() {}
}

/// A user and the hash of the user's password.
public struct Account: Sendable, Hashable {
    public let user: User
    /// Hashed.
    public let password: String
    /// Whether a session of the user began at the client's address.
    public let isAddressKnown: Bool

    public init(user: User, password: String, isAddressKnown: Bool) {
        self.user = user
        self.password = password
        self.isAddressKnown = isAddressKnown
    }
}

/// A session and its user.
public struct SignedIn: Sendable, Hashable {
    public let session: Session
    public let user: User

    public init(session: Session, user: User) {
        self.session = session
        self.user = user
    }
}

/// A key, and the present state of its organization.
public struct IssuedKey: Sendable, Hashable {
    public let key: APIKey
    public let organization: Organization
    /// The role that the key's user has in the organization now; `nil` if the user is no member, or
    /// an operator made the key.
    public let makerRole: Role?

    public init(key: APIKey, organization: Organization, makerRole: Role? = nil) {
        self.key = key
        self.organization = organization
        self.makerRole = makerRole
    }

    /// Whether the user who made the key has left the organization.
    public var isMakerGone: Bool { key.user != nil && makerRole == nil }
}
