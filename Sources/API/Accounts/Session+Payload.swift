import Domain
import Foundation
import Identity
import JSON

// The bodies of sign-up and sign-in, with the member names of better-auth.

struct SignUpBody: Sendable {
    var name = ""
    var email: EmailAddress?
    var password = ""

    static let description = ObjectDescription.request(
        "SignUp",
        "A new user.",
        from: SignUpBody(),
        required: ["email"],
        [
            Field("name", \.name, .name()), Field("email", \.email, optional: .address),
            Field(
                "password",
                \.password,
                .text(
                    "With a lower-case and an upper-case letter, a digit and a symbol, and not a"
                        + " common one.",
                    min: PasswordRule.lengthRange.lowerBound,
                    max: PasswordRule.lengthRange.upperBound,
                    bytesMax: SessionRoutes.passwordBytesMax
                )
            ), .ignored("callbackURL"), .ignored("rememberMe"), .ignored("image"),
        ]
    )
}

struct SignInBody: Sendable {
    var email: EmailAddress?
    var password = ""

    static let description = ObjectDescription.request(
        "SignIn",
        "A user's credentials.",
        from: SignInBody(),
        required: ["email"],
        [
            Field("email", \.email, optional: .address),
            Field("password", \.password, .text(max: SessionRoutes.passwordBytesMax)),
            .ignored("callbackURL"), .ignored("rememberMe"),
        ]
    )
}

extension Field {
    /// A member that clients of better-auth send and this server ignores.
    fileprivate static func ignored(_ name: String) -> Field {
        Field(
            name: name,
            schema: ["description": "ignored"],
            presence: .optional,
            encode: { _ in nil },
            decode: { _, _, _ in }
        )
    }
}

extension User {
    static let sessionPayload = ObjectDescription<User>.answer(
        "SessionUser",
        "A user, as better-auth has it.",
        [
            Field("id", \.id, .identifier("usr_")), Field("name", \.name, .name()),
            Field("email", \.email, .email), Field("image", \.image, orNull: .image),
        ]
    )
}

extension Accounts.Entry {
    static let payload = ObjectDescription<Accounts.Entry>.answer(
        "SessionToken",
        "A new session's token and its user.",
        [
            Field(
                "token",
                \.token.plaintext,
                .text("a Bearer credential", pattern: "^qst_[0-9A-Za-z]{40}$")
            ), Field("user", \.user, .object(User.sessionPayload)),
        ]
    )
}

extension SignedIn {
    static let payload = ObjectDescription<SignedIn>.answer(
        "SignedIn",
        "A session and its user.",
        [
            Field("session", \.session, .object(Session.payload)),
            Field("user", \.user, .object(User.sessionPayload)),
        ]
    )
}

extension Session {
    fileprivate static let payload = ObjectDescription<Session>.part(
        [
            Field("id", \.id, .identifier("ses_")), Field("userId", \.user, .identifier("usr_")),
            Field("createdAt", \.createdAt, .timestamp()),
            Field("expiresAt", \.expiresAt, .timestamp()),
        ]
    )
}
