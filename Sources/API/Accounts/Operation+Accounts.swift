import Domain
import Identity
import JSON

extension Operation {
    static let signUp = Operation(
        id: "signUp",
        group: .accounts,
        summary: "Sign up",
        details: """
            Creates a user, an organization on the plan `\(Accounts.plan)` and a session. The \
            token is a Bearer credential; a browser also gets it as a cookie.
            """,
        access: .anyone,
        parameters: [.origin],
        body: .json(
            schema: .schema("SignUp"),
            example: [
                "name": "Ada Lovelace", "email": "ada@example.com",
                "password": "Difference-Engine-1837",
            ]
        ),
        answers: [
            Answer(
                status: 200,
                summary: "Signed up",
                content: .plain(.schema("SessionToken")),
                headers: ["Set-Cookie"],
                example: Example.sessionToken
            )
        ],
        refusals: [
            .weakPassword, .forbidden, .conflict, .rateLimited, .internalError, .overloaded,
        ]
    )

    static let signIn = Operation(
        id: "signIn",
        group: .accounts,
        summary: "Sign in",
        details: "An unknown address and a wrong password get the same answer.",
        access: .anyone,
        parameters: [.origin],
        body: .json(
            schema: .schema("SignIn"),
            example: ["email": "ada@example.com", "password": "Difference-Engine-1837"]
        ),
        answers: [
            Answer(
                status: 200,
                summary: "Signed in",
                content: .plain(.schema("SessionToken")),
                headers: ["Set-Cookie"],
                example: Example.sessionToken
            )
        ],
        refusals: [.unauthorized, .forbidden, .rateLimited, .internalError, .overloaded]
    )

    static let getSession = Operation(
        id: "getSession",
        group: .accounts,
        summary: "Get the session and its user",
        details: "`null` without a session.",
        access: .optional,
        answers: [
            Answer(
                status: 200,
                summary: "The session and its user, or `null`",
                content: .plain(["anyOf": [.schema("SignedIn"), ["type": "null"]]]),
                example: Example.signedIn
            )
        ]
    )

    static let signOut = Operation(
        id: "signOut",
        group: .accounts,
        summary: "Sign out",
        access: .session,
        parameters: [.origin],
        answers: [
            Answer(
                status: 200,
                summary: "Signed out",
                content: .plain(Envelope.success.schema),
                headers: ["Set-Cookie"],
                example: Envelope.success.encode(())
            )
        ],
        refusals: [.forbidden]
    )

    static let getUser = Operation(
        id: "getUser",
        group: .accounts,
        summary: "Get your user",
        details: "404 for a key that the operator made: it has no user.",
        access: .scope("users:read"),
        answers: [
            Answer(
                status: 200,
                summary: "The user",
                content: .data(.schema("User")),
                example: Example.user
            )
        ],
        refusals: [.notFound]
    )

    static let updateUser = Operation(
        id: "updateUser",
        group: .accounts,
        summary: "Change your name or picture",
        access: .scope("users:write"),
        body: .json(schema: .schema("UserChange"), example: ["name": "Ada King"]),
        answers: [
            Answer(
                status: 200,
                summary: "The user",
                content: .data(.schema("User")),
                example: Example.user
            )
        ],
        refusals: [.notFound]
    )
}

extension Operation.Parameter {
    static let origin = Self(
        name: "Origin",
        place: .header,
        summary: "The origin of the request, such as this server's address; browsers send it",
        schema: .text(pattern: #"^https?://[^/\s]+$"#, example: "http://127.0.0.1:8080"),
        isRequired: true
    )
}

extension Schemas {
    static let accounts = [
        SignUpBody.description.definition, SignInBody.description.definition,
        User.sessionPayload.definition, Accounts.Entry.payload.definition,
        SignedIn.payload.definition, UserPayload.description.definition,
        Membership.payload.definition, UserChange.description.definition,
    ]
}
