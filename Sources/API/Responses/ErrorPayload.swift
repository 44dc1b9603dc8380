import Identity
import JSON

extension APIError.Code {
    /// When it is said, for the documentation.
    var about: String {
        switch self {
        case .validation: "Something of the request is not as it must be; `details` says what"
        case .invalidScope: "A scope that there is none of; `details` names it"
        case .weakPassword: "The password does not keep the rules that `details` names"
        case .unauthorized: "No credential, or one that is malformed, unknown, expired or revoked"
        case .forbidden: "The credential lacks the scope"
        case .notFound: "There is no such thing, or it is another organization's"
        case .methodNotAllowed: "The path takes other methods; `Allow` names them"
        case .conflict: "What is there already does not allow it"
        case .payloadTooLarge: "The body is larger than the plan has a use for"
        case .unsupportedMediaType: "The body is of a type that is not read here"
        case .idempotencyMismatch: "The `Idempotency-Key` belongs to a request with another body"
        case .rateLimited: "A rate of the plan is used up; `Retry-After` says for how long"
        case .internalError: "Our fault; `details.request_id` names the request in our log"
        case .overloaded:
            "Nothing can be taken or stored at the moment; the request may be sent again"
        }
    }

    /// The name of its schema, and of the answer that carries it.
    var schemaName: String {
        switch self {
        case .validation: "ValidationError"
        case .invalidScope: "InvalidScope"
        case .weakPassword: "WeakPassword"
        case .unauthorized: "Unauthorized"
        case .forbidden: "Forbidden"
        case .notFound: "NotFound"
        case .methodNotAllowed: "MethodNotAllowed"
        case .conflict: "Conflict"
        case .payloadTooLarge: "PayloadTooLarge"
        case .unsupportedMediaType: "UnsupportedMediaType"
        case .idempotencyMismatch: "IdempotencyMismatch"
        case .rateLimited: "RateLimited"
        case .internalError: "InternalError"
        case .overloaded: "Overloaded"
        }
    }

    /// What `details` holds.
    private var details: ObjectDescription<APIError.Details> {
        switch self {
        case .validation: .part(Self.flaw)
        case .invalidScope:
            .part(
                required: ["scopes"],
                [Field("scopes", \.scopes, optional: .list("", of: .text()))]
            )
        case .weakPassword:
            .part(
                required: ["rules"],
                [Field("rules", \.rules, optional: .list("", of: Self.passwordRule))]
            )
        case .forbidden:
            .part(
                [
                    Field(
                        "required",
                        \.required,
                        optional: .text("the scope, where it is one that is lacking")
                    ),
                    Field(
                        "field",
                        \.field,
                        optional: .text("what of the request is not for this credential")
                    ),
                ]
            )
        case .methodNotAllowed:
            .part(
                required: ["allowed"],
                [Field("allowed", \.allowed, optional: .list("", of: .text()))]
            )
        case .conflict: .part(Self.obstacle)
        case .payloadTooLarge:
            .part(
                required: ["limit"],
                [Field("limit", \.limit, optional: .unread(.whole("in bytes")))]
            )
        case .rateLimited: .part(required: ["policy", "limit"], Self.rate)
        case .internalError:
            .part(
                required: ["request_id"],
                [Field("request_id", \.requestID, optional: .text("as in `X-Request-Id`"))]
            )
        case .unauthorized, .notFound, .unsupportedMediaType, .idempotencyMismatch, .overloaded:
            .part([])
        }
    }

    private static let flaw: [Field<APIError.Details>] = [
        Field("field", \.field, optional: .text("where in the request, such as `files[0].path`")),
        Field(
            "value",
            \.value,
            optional: .unread(["description": "what was sent, where it is short"])
        ),
        Field(
            "limit",
            \.limit,
            optional: .unread(["description": "what it may be at most, or at least"])
        ),
        Field(
            "offset",
            \.offset,
            optional: .whole("of the first byte that is not acceptable JSON")
        ), Field("line", \.line, optional: .whole("of it", min: 1)),
        Field("column", \.column, optional: .whole("of it, in bytes", min: 1)),
    ]

    private static let obstacle: [Field<APIError.Details>] = [
        Field("status", \.status, optional: .text("what it is instead")),
        Field(
            "value",
            \.value,
            optional: .unread([
                "description": "what it would come to, or the path that is in the way"
            ])
        ), Field("limit", \.limit, optional: .unread(.whole("of the plan, or of all"))),
    ]

    private static let rate: [Field<APIError.Details>] = [
        Field("policy", \.policy, optional: .text("the rate's name in `GET /usage`")),
        Field("limit", \.limit, optional: .unread(.whole())),
        Field(
            "reset",
            \.reset,
            optional: .whole("when there will be more, in Unix seconds")
        ),
    ]

    private static let passwordRule = Codec.text()
        .documented(as: .choice("", PasswordRule.allCases.map(\.rawValue)))

    /// The one envelope of every refusal.
    var payload: ObjectDescription<APIError> {
        let error = ObjectDescription<APIError>.part(
            [
                .constant("code", .string(rawValue)),
                Field("message", \.message, .text("for a person to read")),
                Field("details", \.details, .object(details)),
            ]
        )
        return .answer(
            schemaName,
            about + ".",
            [.constant("success", false), Field("error", \.self, .object(error))]
        )
    }

    /// Made once: answers are written by them.
    fileprivate static let payloads = Dictionary(
        uniqueKeysWithValues: allCases.map { ($0, $0.payload) }
    )
}

extension APIError {
    /// The body of the answer.
    var envelope: JSONValue { (Code.payloads[code] ?? code.payload).encode(self) }
}
