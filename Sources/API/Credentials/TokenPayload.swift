import Identity
import JSON

// The answers of the OAuth endpoints: tokens, refusals and public keys.

struct TokenPayload: Sendable {
    let text: String
    let expiresInSeconds: Int
    let scopes: Set<String>

    static let description = ObjectDescription<TokenPayload>.answer(
        "AccessToken",
        "A token, used like a key.",
        [
            Field("access_token", \.text, .text("a JSON Web Token, signed with ES256")),
            .constant("token_type", "bearer"),
            Field(
                "expires_in",
                \.expiresInSeconds,
                .whole("in seconds", max: Int64(AccessTokens.lifetimeSeconds))
            ), Field("scope", \.scope, .text("its scopes, separated by spaces")),
        ]
    )

    private var scope: String { scopes.sorted().joined(separator: " ") }
}

extension OAuthError {
    static let payload = ObjectDescription<OAuthError>.answer(
        "OAuthError",
        "A refusal in OAuth's shape.",
        [
            Field("error", \.code, .choice("", Code.allCases)),
            Field("error_description", \.plainDescription, .text("for people")),
        ]
    )

    /// The description without quotation marks and backslashes, which RFC 6749 (5.2) does not
    /// allow.
    private var plainDescription: String {
        String(description.map { $0 == "\"" || $0 == "\\" ? "'" : $0 })
    }
}

/// A JSON Web Key Set (RFC 7517).
struct KeySetPayload: Sendable {
    let keys: [AccessTokens.PublicKey]

    static let description = ObjectDescription<KeySetPayload>.answer(
        "KeySet",
        "The keys that sign access tokens.",
        [Field("keys", \.keys, .list("", of: .object(AccessTokens.PublicKey.payload)))]
    )
}

extension AccessTokens.PublicKey {
    fileprivate static let payload = ObjectDescription<AccessTokens.PublicKey>.part(
        [
            .constant("kty", "EC"), .constant("crv", "P-256"), .constant("use", "sig"),
            .constant("alg", "ES256"), Field("kid", \.id, .identifier("jwk_")),
            Field("x", \.x, .text()), Field("y", \.y, .text()),
        ]
    )
}
