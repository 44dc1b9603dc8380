import Domain
import Identity

extension Operation {
    static let signUp = Operation(
        id: "signUp",
        group: .accounts,
        summary: "Sign up",
        details: """
            Makes a user, an organization of its own on the plan `\(Accounts.plan)`, and a session. \
            The token is a Bearer credential; a browser also gets it as a cookie.
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
        details: "An unknown address and a wrong password are answered the same.",
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
        summary: "See whose session it is",
        details: "`null` where there is none.",
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
                content: .plain(.record("", [("success", .constant(true))])),
                headers: ["Set-Cookie"],
                example: ["success": true]
            )
        ],
        refusals: [.forbidden]
    )

    static let getUser = Operation(
        id: "getUser",
        group: .accounts,
        summary: "See who you are",
        details: "404 for a key that the operator made: nobody stands behind it.",
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
        summary: "Where the request is made, such as this server's own address; a browser says it",
        schema: .text(pattern: #"^https?://[^/\s]+$"#, example: "http://127.0.0.1:8080"),
        isRequired: true
    )
}

extension Schemas {
    static let accounts: [JSONValue.Member] = [
        .init(
            name: "SignUp",
            value: .input(
                "Who signs up.",
                required: ["name", "email", "password"],
                [("name", name()), ("email", email), ("password", newPassword)]
                    + ignored + [("image", ignoredValue)]
            )
        ),
        .init(
            name: "SignIn",
            value: .input(
                "Who signs in.",
                required: ["email", "password"],
                [
                    ("email", email), ("password", .text(max: SessionRoutes.passwordBytesMax)),
                ] + ignored
            )
        ),
        .init(
            name: "SessionUser",
            value: .record(
                "A user, in the words of better-auth.",
                [
                    ("id", .identifier("usr_")), ("name", name()), ("email", email),
                    ("image", image.orNull),
                ]
            )
        ),
        .init(
            name: "SessionToken",
            value: .record(
                "A new session's token, and whose it is.",
                [
                    (
                        "token",
                        .text("a Bearer credential", pattern: "^qst_[0-9A-Za-z]{40}$")
                    ),
                    ("user", .schema("SessionUser")),
                ]
            )
        ),
        .init(
            name: "SignedIn",
            value: .record(
                "A session, and whose it is.",
                [("session", session), ("user", .schema("SessionUser"))]
            )
        ),
        .init(
            name: "User",
            value: .record(
                "A person, or an agent, who signed up.",
                [
                    ("id", .identifier("usr_")), ("name", name()), ("email", email),
                    ("image", image.orNull), ("created_at", .timestamp()),
                    ("updated_at", .timestamp()),
                    ("organizations", .list("", of: .schema("Membership"))),
                ]
            )
        ),
        .init(
            name: "Membership",
            value: .record(
                "An organization, as one of its users sees it.",
                [
                    ("id", organizationID()), ("name", name()), ("plan", .text()),
                    ("role", role),
                ]
            )
        ),
        .init(
            name: "UserChange",
            value: .input(
                "What is to be changed.",
                [("name", name()), ("image", image)]
            )
        ),
    ]

    static let role = JSONValue.choice("", Role.allCases.map(\.rawValue))

    private static let session = JSONValue.record(
        "",
        [
            ("id", .identifier("ses_")), ("userId", .identifier("usr_")),
            ("createdAt", .timestamp()), ("expiresAt", .timestamp()),
        ]
    )

    private static let email = JSONValue.text(
        max: EmailAddress.bytesMax,
        pattern: "^[^\\s<>()\\[\\],;:\\\\\"@\(unshowable)]{1,64}@(?:\(hostLabel)\\.)+\(hostLabel)$",
        format: "email",
        example: "ada@example.com"
    )

    private static let hostLabel = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"

    private static let newPassword = JSONValue.text(
        "With a lower-case and an upper-case letter, a digit and a symbol, and not a common one.",
        min: PasswordRule.lengthRange.lowerBound,
        max: PasswordRule.lengthRange.upperBound
    )

    private static let image = JSONValue.text(
        "the address of a picture",
        max: CallbackURL.bytesMax,
        pattern: URLPattern.web,
        format: "uri",
        example: "https://example.com/ada.png"
    )

    /// What better-auth's clients may send beside the rest.
    private static let ignored: [JSONValue.Field] = [
        ("callbackURL", ignoredValue), ("rememberMe", ignoredValue),
    ]
    private static let ignoredValue: JSONValue = ["description": "not looked at"]
}
