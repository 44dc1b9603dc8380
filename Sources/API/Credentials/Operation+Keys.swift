import Domain
import JSON

/// Operations on API keys.
extension Operation {
    static let createKey = Operation(
        id: "createKey",
        group: .keys,
        summary: "Create a key",
        details: """
            This answer alone shows the key; the server stores only its hash. A key has no scope \
            that its creator lacks. Above the plan's `keys` the answer is 409; revoked and expired \
            keys do not count.
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
        refusals: [.invalidScope, .conflict],
        cost: Operation.issuingCost
    )

    static let listKeys = Operation(
        id: "listKeys",
        group: .keys,
        summary: "List keys",
        details: "The organization's keys, newest first, with revoked and expired ones.",
        access: .scope("organizations:read"),
        parameters: Parameter.page,
        answers: [
            Answer(
                status: 200,
                summary: "One page",
                content: .list(.schema("Key")),
                example: Example.key
            )
        ]
    )

    static let getKey = Operation(
        id: "getKey",
        group: .keys,
        summary: "Get a key",
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
            The key and its access tokens stop working at once, and requests that wait with them \
            end with 401. Accepted asynchronous executions continue. The key stays in the list, \
            with `revoked_at`, until as many newer ones as the plan's `keys` are revoked or expired.
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
