import Cryptography
public import Domain
public import Foundation
import Synchronization

/// Access tokens (RFC 6749, 4.4): signed proofs that a client presented a key at most an hour ago.
///
/// A token is a JWT (claims by RFC 9068), so that other servers can read it. This server still asks
/// the store each time, so that revoking a key or a token works at once. The first signing key is
/// created at first use, and later ones by command. An older key stays published until its last
/// token has expired.
public final class AccessTokens: Sendable {
    public static let lifetimeSeconds: TimeInterval = 3_600
    static let issuer = "quicksand"

    private let store: any TokenStore
    private let clock: WallClock
    /// The cache of parsed signing keys by identifier; a key never changes.
    private let parsed = Mutex<[String: P256SigningKey]>([:])

    public init(store: any TokenStore, clock: WallClock) {
        self.store = store
        self.clock = clock
    }

    /// A new token.
    public struct Issued: Sendable {
        public let text: String
        public let expiresInSeconds: Int
    }

    /// The claims of a valid token of this server.
    public struct Statement: Sendable, Hashable {
        public let id: String
        public let keyID: String
        public let scopes: Set<String>
        public let expiresAt: Date
    }

    /// - Parameter scopes: the scopes of the token, all of which the key has.
    public func issue(for key: APIKey, scopes: Set<String>) async throws -> Issued {
        let now = clock.now()
        let latest = now.addingTimeInterval(Self.lifetimeSeconds)
        let end = min(latest, key.expiresAt ?? latest)
        let claims = Claims(
            iss: Self.issuer,
            sub: key.id,
            exp: Self.seconds(end),
            iat: Self.seconds(now),
            jti: Identifier.make(prefix: "tok_", at: now),
            clientID: key.id,
            organization: key.organization,
            scope: scopes.sorted().joined(separator: " ")
        )
        let signing = try await signingKey()
        let token = try SignedToken(claims, type: "at+jwt", keyID: signing.id, key: signing.key)
        return Issued(text: token.text, expiresInSeconds: Int(end.timeIntervalSince(now)))
    }

    /// Returns whether the text has the form of a token: three parts, none of them empty.
    public static func isToken(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 3 && parts.allSatisfy { !$0.isEmpty }
    }

    /// Returns the claims of a token.
    /// - Returns: `nil` if the token is not of this server, has expired or was revoked.
    public func statement(_ token: String) async throws -> Statement? {
        let keys = try await parse(store.signingKeys())
        guard
            let claims = SignedToken<Claims>.claims(
                of: token,
                key: { id in keys.first { $0.id == id }?.key }
            ),
            claims.iss == Self.issuer, clock.now() < Date(timeIntervalSince1970: claims.exp),
            try await !store.isTokenRevoked(id: claims.jti)
        else { return nil }
        return Statement(
            id: claims.jti,
            keyID: claims.clientID,
            scopes: Set(claims.scope.split(separator: " ").map(String.init)),
            expiresAt: Date(timeIntervalSince1970: claims.exp)
        )
    }

    public func revoke(_ statement: Statement) async throws {
        try await store.revokeToken(
            id: statement.id,
            until: statement.expiresAt,
            now: clock.now()
        )
    }

    /// A public key, in the members of a JSON Web Key (RFC 7517).
    public struct PublicKey: Sendable, Hashable {
        public let id: String
        public let x: String
        public let y: String
    }

    /// Returns the public keys of all signing keys whose tokens may still be valid.
    public func publicKeys() async throws -> [PublicKey] {
        _ = try await signingKey()
        return try await parse(store.signingKeys()).map { id, key in
            let point = try key.publicPoint()
            return PublicKey(
                id: id,
                x: Base64URL.encode(Data(point.x)),
                y: Base64URL.encode(Data(point.y))
            )
        }
    }

    /// Creates a new key, which signs all further tokens.
    /// - Returns: the identifier of the key.
    public func rotate() async throws -> String {
        let key = try Self.make(at: clock.now())
        _ = try await store.insert(key, isFirst: false, forgettingBefore: expiry)
        return key.id
    }

    private func signingKey() async throws -> (id: String, key: P256SigningKey) {
        if let newest = try await parse(store.signingKeys()).first { return newest }
        let key = try Self.make(at: clock.now())
        // Another process may have inserted a key first.
        _ = try await store.insert(key, isFirst: true, forgettingBefore: expiry)
        guard let newest = try await parse(store.signingKeys()).first else {
            throw NoSigningKey()
        }
        return newest
    }

    /// If a key was replaced before this time, all its tokens have expired.
    private var expiry: Date { clock.now().addingTimeInterval(-Self.lifetimeSeconds) }

    private func parse(_ stored: [SigningKey]) throws -> [(id: String, key: P256SigningKey)] {
        try stored.map { stored in
            if let known = parsed.withLock({ $0[stored.id] }) { return (stored.id, known) }
            let key = try P256SigningKey(pem: stored.pem)
            parsed.withLock { $0[stored.id] = key }
            return (stored.id, key)
        }
    }

    private static func make(at date: Date) throws -> SigningKey {
        SigningKey(
            id: Identifier.make(prefix: "jwk_", at: date),
            pem: try P256SigningKey().pem(),
            createdAt: date
        )
    }

    /// A NumericDate in whole seconds (RFC 7519, 2).
    private static func seconds(_ date: Date) -> TimeInterval {
        date.timeIntervalSince1970.rounded(.down)
    }
}

/// The error for a store that did not keep the first key.
struct NoSigningKey: Error {}

private struct Claims: Codable, Sendable {
    let iss: String
    let sub: String
    let exp: TimeInterval
    let iat: TimeInterval
    let jti: String
    let clientID: String
    let organization: String
    let scope: String

    enum CodingKeys: String, CodingKey {
        case iss, sub, exp, iat, jti, scope, organization
        case clientID = "client_id"
    }
}
