import Domain
import JSON

struct NewKeyBody: Sendable {
    var name = ""
    var scopes: [String] = []
    var expiresAt: Moment?

    static let description = ObjectDescription.request(
        "NewKey",
        "A new key.",
        from: NewKeyBody(),
        [
            Field("name", \.name, .name()), Field("scopes", \.scopes, .scopes),
            Field(
                "expires_at",
                \.expiresAt,
                optional: .moment("When the key expires; by default never.")
            ),
        ]
    )
}

extension APIKey {
    /// Everything but the secret, which is not stored.
    static let payload = ObjectDescription<APIKey>.answer(
        "Key",
        "A key, without its secret.",
        fields
    )

    fileprivate static let fields: [Field<APIKey>] = [
        Field("id", \.id, .identifier("key_")), Field("name", \.name, .name()),
        Field("scopes", \.scopeNames, .scopes),
        Field("organization_id", \.organization, .organizationID()),
        Field("created_at", \.createdAt, .timestamp()),
        Field("expires_at", \.expiresAt, orNull: .timestamp()),
        Field("last_used_at", \.lastUsedAt, orNull: .timestamp("to the minute")),
        Field("revoked_at", \.revokedAt, orNull: .timestamp()),
    ]

    private var scopeNames: [String] { scopes.sorted() }

    var json: JSONValue { Self.payload.encode(self) }
}

/// A new key and its secret, which no later answer shows.
struct IssuedKeyPayload: Sendable {
    let secret: String
    let key: APIKey

    static let description = ObjectDescription<IssuedKeyPayload>.answer(
        "IssuedKey",
        "A new key, with its secret.",
        [
            Field(
                "key",
                \.secret,
                .text("the key, shown once", pattern: "^sk_live_[0-9A-Za-z]{36}$")
            )
        ] + APIKey.fields.map { $0.of(\IssuedKeyPayload.key) }
    )
}
