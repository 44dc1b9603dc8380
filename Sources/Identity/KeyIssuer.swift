public import Domain
public import Foundation

/// Makes keys.
///
/// Everything that can be refused is refused before the store hears of it.
///
/// The caller checks the requester's rights: a key gets no scope that its creator lacks.
public struct KeyIssuer: Sendable {
    private let store: any AccountStore
    private let clock: WallClock

    public init(store: any AccountStore, clock: WallClock) {
        self.store = store
        self.clock = clock
    }

    /// Makes a key and stores all of it but the secret, which is shown once.
    ///
    /// - Parameters:
    ///   - name: as ``DisplayName`` has it.
    ///   - scopes: names of ``Scope``, at least one.
    ///   - organization: the owner of the key; it must exist.
    ///   - user: who makes it; `nil` is the operator.
    ///   - expiresAt: `nil` is never.
    /// - Returns: the key as it was stored, and the secret to be shown once.
    /// - Throws: ``KeyIssueError``, or what the store throws.
    public func create(
        name: String,
        scopes: [String],
        organization: String,
        user: String? = nil,
        expiresAt: Date? = nil
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
        try await store.insert(key)
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

/// Why no key was made.
public enum KeyIssueError: Error, Sendable, Hashable {
    /// Empty, too long, or with characters that would disturb a listing.
    case name
    case noScopes
    case scopes(InvalidScopes)
    /// Already over.
    case expiry
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
        }
    }
}
