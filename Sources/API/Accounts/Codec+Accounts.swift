import Domain
import Identity
import JSON

extension Codec<String> {
    /// A display name that keeps the rules of `DisplayName`.
    ///
    /// - Parameter bytesMax: the size in bytes above which a name is refused for its size alone.
    static func name(bytesMax: Int = 4 * DisplayName.lengthMax) -> Codec {
        Codec.text(
            min: 1,
            max: DisplayName.lengthMax,
            bytesMax: bytesMax,
            pattern: "^[^\(unshowable)]*$",
            example: "Ada Lovelace"
        ).checked { text, path throws(APIError) in
            guard DisplayName.isAcceptable(text) else {
                throw .field(
                    path,
                    DisplayName.rule,
                    value: .string(text),
                    limit: JSONValue(DisplayName.lengthMax)
                )
            }
        }
    }

    /// Control characters, line ends and characters that change the direction of text.
    fileprivate static let unshowable =
        "\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069"

    /// The pattern is wider than that of generated identifiers: operators could choose an
    /// organization's name before sign-ups created organizations.
    static func organizationID(_ about: String = "") -> Codec {
        .text(about, pattern: "^org_[0-9A-Za-z_-]+$", example: "org_01m7y99na36pfjsmd1a1a162hm")
    }

    static var email: Codec {
        let label = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
        return Codec.text(
            max: EmailAddress.lengthMax,
            pattern:
                "^[^\\s<>()\\[\\],;:\\\\\"@\(unshowable)]{1,64}@(?:\(label)\\.)+\(label)$",
            example: "ada@example.com"
        )
    }

    static var image: Codec {
        Codec.text(
            "the address of a picture",
            max: CallbackURL.bytesMax,
            pattern: URLPattern.web,
            format: "uri",
            example: "https://example.com/ada.png"
        ).checked { text, path throws(APIError) in
            do throws(CallbackURLError) {
                _ = try CallbackURL(text)
            } catch {
                throw .field(path, "\(error)", value: .string(text))
            }
        }
    }
}

extension Codec<EmailAddress> {
    static var address: Codec {
        Codec<String>.email.map(
            { text, path throws(APIError) in
                guard let email = EmailAddress(text) else {
                    throw .field(path, "is not an e-mail address", value: .string(text))
                }
                return email
            },
            \.text
        )
    }
}

extension Codec<[String]> {
    /// Scopes; one error of its own kind reports all unknown names together.
    static var scopes: Codec {
        .list(
            "The scopes of the key.",
            of: Codec<String>.text(bytesMax: KeyRoutes.scopeBytesMax)
                .documented(as: .choice("", Scope.all.map(\.name))),
            min: 1,
            max: KeyRoutes.scopesMax
        )
    }
}
