import Identity

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

    /// The headers that such an answer has, beside those of every answer.
    var headers: [String] {
        switch self {
        // Who is asking is not known.
        case .unauthorized: ["WWW-Authenticate"]
        case .methodNotAllowed: ["Allow"]
        case .rateLimited, .overloaded: ["Retry-After"] + ResponseHeader.rates
        default: ResponseHeader.rates
        }
    }

    /// One that this server would say.
    var example: APIError {
        switch self {
        case .validation:
            .field("code", "is required")
        case .invalidScope: .invalidScopes(["projects:fly"])
        case .weakPassword: .weakPassword([.digit])
        case .unauthorized: .unauthorized
        case .forbidden: .forbidden(required: "projects:write")
        case .notFound: .notFound("execution")
        case .methodNotAllowed:
            APIError(
                code: self,
                message: "this path takes GET, HEAD, POST",
                details: [.init(name: "allowed", value: ["GET", "HEAD", "POST"])]
            )
        case .conflict: APIError(code: self, message: "the execution has already ended")
        case .payloadTooLarge: .payloadTooLarge(bytesMax: 5_937_561)
        case .unsupportedMediaType: BodyReader.unsupported("application/json")
        case .idempotencyMismatch: .idempotencyMismatch
        case .rateLimited:
            APIError(
                code: self,
                message: "the plan's limit per_minute of 60 is used up",
                details: [
                    .init(name: "policy", value: "per_minute"),
                    .init(name: "limit", value: .integer(60)),
                    .init(name: "reset", value: .integer(1_795_238_975)),
                ]
            )
        case .internalError: .internalError(requestID: "req_01m7y99nan8h4qysw2gw961my1")
        case .overloaded: APIError(code: self, message: "the queue is full")
        }
    }

    /// What `details` holds.
    fileprivate var details: JSONValue {
        switch self {
        case .validation: Self.flaw
        case .invalidScope: .record("", [("scopes", .list("", of: .text()))])
        case .weakPassword:
            .record(
                "",
                [("rules", .list("", of: .choice("", PasswordRule.allCases.map(\.rawValue))))]
            )
        case .forbidden:
            .record(
                "",
                [
                    ("required", .text("the scope, where it is one that is lacking")),
                    ("field", .text("what of the request is not for this credential")),
                ],
                optional: ["required", "field"]
            )
        case .methodNotAllowed:
            .record("", [("allowed", .list("", of: .text()))])
        case .conflict: Self.obstacle
        case .payloadTooLarge:
            .record("", [("limit", .whole("in bytes"))])
        case .rateLimited:
            .record(
                "",
                [
                    ("policy", .text("the rate's name in `GET /usage`")), ("limit", .whole()),
                    ("reset", .whole("when there will be more, in Unix seconds")),
                ],
                optional: ["reset"]
            )
        case .internalError:
            .record("", [("request_id", .text("as in `X-Request-Id`"))])
        case .unauthorized, .notFound, .unsupportedMediaType, .idempotencyMismatch, .overloaded:
            .record("", [])
        }
    }

    private static var obstacle: JSONValue {
        let fields: [JSONValue.Field] = [
            ("status", .text("what it is instead")),
            ("value", ["description": "what it would come to, or the path that is in the way"]),
            ("limit", .whole("of the plan, or of all")),
        ]
        return .record("", fields, optional: Set(fields.map(\.name)))
    }

    private static var flaw: JSONValue {
        let fields: [JSONValue.Field] = [
            ("field", .text("where in the request, such as `files[0].path`")),
            ("value", ["description": "what was sent, where it is short"]),
            ("limit", ["description": "what it may be at most, or at least"]),
            ("offset", .whole("of the first byte that is not acceptable JSON")),
            ("line", .whole("of it", min: 1)), ("column", .whole("of it, in bytes", min: 1)),
        ]
        return .record("", fields, optional: Set(fields.map(\.name)))
    }
}

extension Schemas {
    /// One for each code, in the one envelope of every refusal.
    static let refusals: [JSONValue.Member] = APIError.Code.allCases.map { code in
        let error = JSONValue.record(
            "",
            [
                ("code", .constant(.string(code.rawValue))),
                ("message", .text("for a person to read")), ("details", code.details),
            ]
        )
        let envelope = JSONValue.record(
            code.about + ".",
            [("success", .constant(false)), ("error", error)]
        )
        return .init(name: code.schemaName, value: envelope)
    }
}
