import Domain
import JSON

/// Keys for programs.
extension Operation {
    static let createKey = Operation(
        id: "createKey",
        group: .keys,
        summary: "Make a key",
        details: """
            The key is shown this once; only its hash is kept. Nobody can give away a scope that it \
            does not have itself.
            """,
        access: .scope("organizations:write"),
        body: .json(
            schema: .schema("NewKey"),
            example: ["name": "ci", "scopes": ["projects:read", "projects:write"]]
        ),
        answers: [
            Answer(
                status: 201,
                summary: "The key, with its secret",
                content: .data(.schema("IssuedKey")),
                headers: ["Location"],
                example: Example.issuedKey
            )
        ],
        refusals: [.invalidScope]
    )

    static let listKeys = Operation(
        id: "listKeys",
        group: .keys,
        summary: "List keys",
        details: "The organization's, newest first, revoked and expired ones included.",
        access: .scope("organizations:read"),
        parameters: Parameter.page,
        answers: [
            Answer(
                status: 200,
                summary: "A page of them",
                content: .list(.schema("Key")),
                example: Example.key
            )
        ]
    )

    static let getKey = Operation(
        id: "getKey",
        group: .keys,
        summary: "Look at a key",
        access: .scope("organizations:read"),
        parameters: [.id("key", prefix: "key_")],
        answers: [
            Answer(
                status: 200,
                summary: "The key",
                content: .data(.schema("Key")),
                example: Example.key
            )
        ]
    )

    static let revokeKey = Operation(
        id: "revokeKey",
        group: .keys,
        summary: "Revoke a key",
        details: """
            At once: what waits for an answer with this key is ended with 401, and so are its access \
            tokens. Executions that were accepted for later go on. It stays in the list, with \
            `revoked_at`.
            """,
        access: .scope("organizations:write"),
        parameters: [.id("key", prefix: "key_")],
        answers: [
            Answer(
                status: 200,
                summary: "The key",
                content: .data(.schema("Key")),
                example: Example.key
            )
        ]
    )
}

extension Schemas {
    static let keys = [
        NewKeyBody.description.definition, APIKey.payload.definition,
        IssuedKeyPayload.description.definition,
    ]
}
