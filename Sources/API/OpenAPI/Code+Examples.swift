import Identity
import JSON

extension APIError.Code {
    /// The headers of an answer with this code, in addition to those of every answer.
    var headers: [String] {
        switch self {
        // The caller is unknown, so there are no rate headers.
        case .unauthorized: ["WWW-Authenticate"]
        case .methodNotAllowed: ["Allow"]
        case .rateLimited, .overloaded: ["Retry-After"] + ResponseHeader.rates
        default: ResponseHeader.rates
        }
    }

    /// An example error with this code.
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
                details: .init(allowed: ["GET", "HEAD", "POST"])
            )
        case .conflict: APIError(code: self, message: "the execution has already ended")
        case .payloadTooLarge: .payloadTooLarge(bytesMax: 5_937_561)
        case .unsupportedMediaType: BodyReader.unsupported("application/json")
        case .idempotencyMismatch: .idempotencyMismatch
        case .rateLimited:
            APIError(
                code: self,
                message: "the plan's limit per_minute of 60 is used up",
                details: .init(limit: .integer(60), policy: "per_minute", reset: 1_795_238_975)
            )
        case .internalError: .internalError(requestID: "req_01m7y99nan8h4qysw2gw961my1")
        case .overloaded: APIError(code: self, message: "the queue is full")
        }
    }
}

extension Schemas {
    /// The schemas of all errors, one for each code.
    static let refusals = APIError.Code.allCases.map(\.payload.definition)
}
