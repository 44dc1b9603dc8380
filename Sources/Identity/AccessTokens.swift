public import Domain
public import Foundation
import JWTKit
import Synchronization

/// Access tokens (RFC 6749, 4.4): signed statements that somebody showed a key an hour ago at most.
///
/// A token is a JWT (RFC 9068 in its claims), so that others can read it; here it is checked
/// against the store every time all the same, for revoking a key or a token holds at once. The key
/// that signs is made when it is first needed, and a new one by command; the older ones stay
/// published until the last token that they signed has expired.
public final class AccessTokens: Sendable {
    public static let lifetimeSeconds: TimeInterval = 3_600
    static let issuer = "quicksand"

    private let store: any TokenStore
    private let clock: WallClock
    /// What was read of the store's keys, by the identifier: a key never changes.
    private let parsed = Mutex<[String: ES256PrivateKey]>([:])

    public init(store: any TokenStore, clock: WallClock) {
        self.store = store
        self.clock = clock
    }

    /// A token that was just made.
    public struct Issued: Sendable {
        public let text: String
        public let expiresInSeconds: Int
    }

    /// What a token says, once it is known to be ours and not to have expired.
    public struct Statement: Sendable, Hashable {
        public let id: String
        public let keyID: String
        public let scopes: Set<String>
        public let expiresAt: Date
    }

    /// - Parameter scopes: of the key's, those that the token has.
    public func issue(for key: APIKey, scopes: Set<String>) async throws -> Issued {
        let now = clock.now()
        let latest = now.addingTimeInterval(Self.lifetimeSeconds)
        let end = min(latest, key.expiresAt ?? latest)
        let claims = Claims(
            iss: IssuerClaim(value: Self.issuer),
            sub: SubjectClaim(value: key.id),
            exp: ExpirationClaim(value: end),
            iat: IssuedAtClaim(value: now),
            jti: IDClaim(value: Identifier.make(prefix: "tok_", at: now)),
            clientID: key.id,
            organization: key.organization,
            scope: scopes.sorted().joined(separator: " ")
        )
        let signing = try await signingKey()
        let keys = await JWTKeyCollection()
            .add(ecdsa: signing.key, kid: JWKIdentifier(string: signing.id))
        let text = try await keys.sign(
            claims,
            kid: JWKIdentifier(string: signing.id),
            header: ["typ": "at+jwt"]
        )
        return Issued(text: text, expiresInSeconds: Int(end.timeIntervalSince(now)))
    }

    /// Whether the text has the form of a token: three parts, none of them empty.
    public static func isToken(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 3 && parts.allSatisfy { !$0.isEmpty }
    }

    /// What the token says.
    /// - Returns: `nil` where it is not ours, has expired or was revoked.
    public func statement(_ token: String) async throws -> Statement? {
        let keys = JWTKeyCollection()
        for key in try await parse(store.signingKeys()) {
            await keys.add(ecdsa: key.key, kid: JWKIdentifier(string: key.id))
        }
        guard let claims = try? await keys.verify(token, as: Claims.self),
            claims.iss.value == Self.issuer, clock.now() < claims.exp.value,
            try await !store.isTokenRevoked(id: claims.jti.value)
        else { return nil }
        return Statement(
            id: claims.jti.value,
            keyID: claims.clientID,
            scopes: Set(claims.scope.split(separator: " ").map(String.init)),
            expiresAt: claims.exp.value
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

    /// The keys that tokens of today may be signed with.
    public func publicKeys() async throws -> [PublicKey] {
        _ = try await signingKey()
        return try await parse(store.signingKeys()).compactMap { id, key in
            key.parameters.map {
                PublicKey(id: id, x: Self.urlSafe($0.x), y: Self.urlSafe($0.y))
            }
        }
    }

    /// Makes a new key that signs from now on.
    /// - Returns: its identifier.
    public func rotate() async throws -> String {
        let key = Self.make(at: clock.now())
        _ = try await store.insert(key, isFirst: false, forgettingBefore: expiry)
        return key.id
    }

    private func signingKey() async throws -> (id: String, key: ES256PrivateKey) {
        if let newest = try await parse(store.signingKeys()).first { return newest }
        let key = Self.make(at: clock.now())
        // Another process may be first.
        _ = try await store.insert(key, isFirst: true, forgettingBefore: expiry)
        guard let newest = try await parse(store.signingKeys()).first else {
            throw NoSigningKey()
        }
        return newest
    }

    /// What a key that was followed by another before this has signed has expired.
    private var expiry: Date { clock.now().addingTimeInterval(-Self.lifetimeSeconds) }

    private func parse(_ stored: [SigningKey]) throws -> [(id: String, key: ES256PrivateKey)] {
        try stored.map { stored in
            if let known = parsed.withLock({ $0[stored.id] }) { return (stored.id, known) }
            let key = try ES256PrivateKey(pem: stored.pem)
            parsed.withLock { $0[stored.id] = key }
            return (stored.id, key)
        }
    }

    private static func make(at date: Date) -> SigningKey {
        SigningKey(
            id: Identifier.make(prefix: "jwk_", at: date),
            pem: ES256PrivateKey().pemRepresentation,
            createdAt: date
        )
    }

    /// base64url without padding (RFC 7515, appendix C).
    private static func urlSafe(_ base64: String) -> String {
        base64.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

/// The store did not keep the first key.
struct NoSigningKey: Error {}

private struct Claims: JWTPayload {
    let iss: IssuerClaim
    let sub: SubjectClaim
    let exp: ExpirationClaim
    let iat: IssuedAtClaim
    let jti: IDClaim
    let clientID: String
    let organization: String
    let scope: String

    enum CodingKeys: String, CodingKey {
        case iss, sub, exp, iat, jti, scope, organization
        case clientID = "client_id"
    }

    /// Time and issuer are judged by the caller, whose clock a test can set.
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}
