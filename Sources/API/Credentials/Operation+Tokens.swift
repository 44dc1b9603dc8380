import Identity
import JSON

extension Operation {
    static let issueToken = Operation(
        id: "issueToken",
        group: .tokens,
        summary: "Get an access token",
        details: """
            The client credentials grant of OAuth 2.0. The client is a key's id and the key \
            itself, in the form or by HTTP Basic. The token is valid for an hour at most, and no \
            longer than its key. Refusals have OAuth's shape.
            """,
        access: .client,
        body: .form(
            schema: .schema("TokenRequest"),
            example: [
                "grant_type": "client_credentials", "client_id": "key_01m7y99na3satt7bdp1xyhtmkp",
                "client_secret": "sk_live_…", "scope": "projects:read",
            ]
        ),
        answers: [
            Answer(
                status: 200,
                summary: "The token",
                content: .plain(.schema("AccessToken")),
                example: [
                    "access_token": "eyJhbGciOiJFUzI1NiIsImtpZCI6Imp3a18wMW03eTk5In0.eyJ….MEUC…",
                    "token_type": "bearer", "expires_in": .integer(3_600),
                    "scope": "projects:read",
                ]
            ), refused, unknownClient,
        ]
    )

    static let revokeToken = Operation(
        id: "revokeToken",
        group: .tokens,
        summary: "Revoke an access token",
        details: "Also 200 for an unknown token (RFC 7009).",
        access: .client,
        body: .form(
            schema: .schema("RevocationRequest"),
            example: [
                "token": "eyJ…", "client_id": "key_01m7y99na3satt7bdp1xyhtmkp",
                "client_secret": "sk_live_…",
            ]
        ),
        answers: [
            Answer(status: 200, summary: "Revoked", content: .nothing), refused,
            unknownClient,
        ]
    )

    static let listSigningKeys = Operation(
        id: "listSigningKeys",
        group: .tokens,
        summary: "Get the public keys of access tokens",
        access: .anyone,
        answers: [
            Answer(
                status: 200,
                summary: "A JSON Web Key Set (RFC 7517)",
                content: .plain(.schema("KeySet")),
                example: [
                    "keys": [
                        [
                            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256",
                            "kid": "jwk_01m7y99na3satt7bdp1xyhtmkp",
                            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
                        ]
                    ]
                ]
            )
        ],
        refusals: [.internalError, .overloaded]
    )

    private static let refused = Answer(
        status: 400,
        summary: "Refused",
        content: .plain(.schema("OAuthError")),
        example: [
            "error": "unsupported_grant_type",
            "error_description": "grant_type must be client_credentials",
        ]
    )

    private static let unknownClient = Answer(
        status: 401,
        summary: "The client is unknown, or its key is not valid",
        content: .plain(.schema("OAuthError")),
        headers: ["WWW-Authenticate"],
        example: [
            "error": "invalid_client",
            "error_description": "the client is not known, or its key is not valid",
        ]
    )
}

extension Schemas {
    static let tokens = [
        JSONValue.Member(
            name: "TokenRequest",
            value: form(
                "A request for a token.",
                required: ["grant_type"],
                [
                    ("grant_type", .constant("client_credentials")),
                    ("scope", .text("Scopes, separated by spaces; by default all of the key.")),
                ]
            )
        ),
        JSONValue.Member(
            name: "RevocationRequest",
            value: form(
                "The token to revoke.",
                required: ["token"],
                [("token", .text()), ("token_type_hint", .text("Ignored."))]
            )
        ), TokenPayload.description.definition, OAuthError.payload.definition,
        KeySetPayload.description.definition,
    ]

    /// Returns the schema of a form for an OAuth endpoint.
    ///
    /// It is not an ``ObjectDescription``, since those endpoints ignore unknown fields (RFC 6749,
    /// 3.1).
    private static func form(
        _ about: String,
        required: [String],
        _ fields: [(name: String, schema: JSONValue)]
    ) -> JSONValue {
        let client: [(name: String, schema: JSONValue)] = [
            ("client_id", .text("The key's id, unless HTTP Basic has it.")),
            ("client_secret", .text("The key, unless HTTP Basic has it.")),
        ]
        var schema = JSONValue.closed(
            about,
            (fields + client).map { .init(name: $0.name, value: $0.schema) },
            required: required
        )
        schema["additionalProperties"] = .text()
        return schema
    }
}
