import Identity
import JSON

extension APIError.Code {
    /// The condition for this code, for the documentation.
    var about: String {
        switch self {
        case .validation: "A part of the request is wrong; `details` says which"
        case .invalidScope: "A scope is unknown; `details` lists it"
        case .weakPassword: "The password breaks the rules that `details` lists"
        case .unauthorized: "No credential, or one that is malformed, unknown, expired or revoked"
        case .forbidden: "The credential lacks the scope"
        case .notFound: "The object does not exist, or belongs to another organization"
        case .methodNotAllowed: "The path takes other methods; `Allow` names them"
        case .conflict: "The state of the object forbids the change"
        case .payloadTooLarge: "The body is larger than the plan allows"
        case .unsupportedMediaType: "The server does not read a body of this type"
        case .idempotencyMismatch: "The `Idempotency-Key` belongs to a request with another body"
        case .rateLimited: "A rate of the plan is used up; `Retry-After` has the seconds to wait"
        case .internalError: "A fault of the server; its log has `details.request_id`"
        case .overloaded:
            "The server cannot take or store work now; send the request again later"
        }
    }

    /// The name of the schema, and of the response in the document's components.
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

    /// The description of `details`.
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
                        optional: .text("the missing scope")
                    ),
                    Field(
                        "field",
                        \.field,
                        optional: .text("the field that this credential may not use")
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
        Field(
            "field",
            \.field,
            optional: .text("the place in the request, such as `files[0].path`")
        ),
        Field(
            "value",
            \.value,
            optional: .unread(["description": "the value that was sent, if it is short"])
        ),
        Field(
            "limit",
            \.limit,
            optional: .unread(["description": "the largest or smallest value allowed"])
        ),
        Field(
            "offset",
            \.offset,
            optional: .whole("of the first byte that is not valid JSON")
        ), Field("line", \.line, optional: .whole("of it", min: 1)),
        Field("column", \.column, optional: .whole("of it, in bytes", min: 1)),
    ]

    private static let obstacle: [Field<APIError.Details>] = [
        Field("status", \.status, optional: .text("the current status")),
        Field(
            "value",
            \.value,
            optional: .unread([
                "description": "the value above the limit, or the path in the way"
            ])
        ), Field("limit", \.limit, optional: .unread(.whole("of the plan, or of the server"))),
    ]

    private static let rate: [Field<APIError.Details>] = [
        Field("policy", \.policy, optional: .text("the rate's name in `GET /usage`")),
        Field("limit", \.limit, optional: .unread(.whole())),
        Field(
            "reset",
            \.reset,
            optional: .whole("when the rate has room again, in Unix seconds")
        ),
    ]

    private static let passwordRule = Codec.text()
        .documented(as: .choice("", PasswordRule.allCases.map(\.rawValue)))

    /// The envelope of a refusal with this code.
    var payload: ObjectDescription<APIError> {
        let error = ObjectDescription<APIError>.part(
            [
                .constant("code", .string(rawValue)),
                Field("message", \.message, .text("for people")),
                Field("details", \.details, .object(details)),
            ]
        )
        return .answer(
            schemaName,
            about + ".",
            [.constant("success", false), Field("error", \.self, .object(error))]
        )
    }

    /// The envelopes of all codes, made once, since every refusal is written with one.
    fileprivate static let payloads = Dictionary(
        uniqueKeysWithValues: allCases.map { ($0, $0.payload) }
    )
}

extension APIError {
    /// The body of the answer.
    var envelope: JSONValue { (Code.payloads[code] ?? code.payload).encode(self) }
}
