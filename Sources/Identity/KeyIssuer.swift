public import Domain
public import Foundation

/// Creates keys.
///
/// It checks every input before it calls the store.
///
/// The caller checks the requester's rights: a key gets no scope that its creator lacks.
public struct KeyIssuer: Sendable {
    private let store: any AccountStore
    private let clock: WallClock

    public init(store: any AccountStore, clock: WallClock) {
        self.store = store
        self.clock = clock
    }

    /// Creates a key, and stores all of it except the secret.
    ///
    /// - Parameters:
    ///   - name: a name that ``DisplayName`` accepts.
    ///   - scopes: names of ``Scope``, at least one.
    ///   - organization: the owner of the key; it must exist.
    ///   - user: the creator; `nil` means the operator.
    ///   - expiresAt: the expiry; `nil` means never.
    ///   - limit: the most keys that work of the organization; `nil` means no limit.
    /// - Returns: the key as it was stored, and the secret, which is shown once.
    /// - Throws: ``KeyIssueError``, or what the store throws.
    public func create(
        name: String,
        scopes: [String],
        organization: String,
        user: String? = nil,
        expiresAt: Date? = nil,
        limit: Int? = nil
    ) async throws -> (key: APIKey, secret: KeySecret) {
        let now = clock.now()
        guard DisplayName.isAcceptable(name) else { throw KeyIssueError.name }
        let scopes = try Self.scopes(scopes)
        guard expiresAt.map({ $0 > now }) ?? true else { throw KeyIssueError.expiry }
        let secret = KeySecret()
        let key = APIKey(
            id: Identifier.make(prefix: "key_", at: now),
            name: name,
            digest: secret.digest,
            organization: organization,
            user: user,
            scopes: scopes.names,
            createdAt: now,
            expiresAt: expiresAt
        )
        guard try await store.insert(key, limit: limit) else {
            throw KeyIssueError.tooMany(limit: limit ?? 0)
        }
        return (key, secret)
    }

    private static func scopes(_ names: [String]) throws(KeyIssueError) -> ScopeSet {
        guard !names.isEmpty else { throw .noScopes }
        do throws(InvalidScopes) {
            return try ScopeSet(parsing: names)
        } catch {
            throw .scopes(error)
        }
    }
}

/// The reason why no key was created.
public enum KeyIssueError: Error, Sendable, Hashable {
    /// The name is empty, too long, or has characters that cannot be shown in a list.
    case name
    case noScopes
    case scopes(InvalidScopes)
    /// The expiry is in the past.
    case expiry
    /// The organization has as many keys as its plan allows.
    case tooMany(limit: Int)
}

extension KeyIssueError: CustomStringConvertible {
    /// One sentence for the requester.
    public var description: String {
        switch self {
        case .name:
            "a key's name " + DisplayName.rule
        case .noScopes: "a key needs at least one scope"
        case .scopes(let invalid): invalid.description
        case .expiry: "the key would have expired already"
        case .tooMany(let limit): "the plan's limit of \(limit) keys is used up; revoke one"
        }
    }
}
