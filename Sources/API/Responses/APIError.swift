import HTTPTypes
import JSON

/// A refusal that the caller is told of: one of the codes of the contract, what is wrong, and
/// where.
struct APIError: Error, Sendable {
    enum Code: String, Sendable, CaseIterable {
        case validation = "VALIDATION_ERROR"
        case invalidScope = "invalid_scope"
        case weakPassword = "WEAK_PASSWORD"
        case unauthorized = "UNAUTHORIZED"
        case forbidden = "FORBIDDEN"
        case notFound = "NOT_FOUND"
        case methodNotAllowed = "METHOD_NOT_ALLOWED"
        case conflict = "CONFLICT"
        case payloadTooLarge = "PAYLOAD_TOO_LARGE"
        case unsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE"
        case idempotencyMismatch = "IDEMPOTENCY_MISMATCH"
        case rateLimited = "RATE_LIMITED"
        case internalError = "INTERNAL_ERROR"
        case overloaded = "OVERLOADED"

        var status: HTTPResponse.Status {
            switch self {
            case .validation, .invalidScope, .weakPassword: .badRequest
            case .unauthorized: .unauthorized
            case .forbidden: .forbidden
            case .notFound: .notFound
            case .methodNotAllowed: .methodNotAllowed
            case .conflict: .conflict
            case .payloadTooLarge: .contentTooLarge
            case .unsupportedMediaType: .unsupportedMediaType
            case .idempotencyMismatch: .unprocessableContent
            case .rateLimited: .tooManyRequests
            case .internalError: .internalServerError
            case .overloaded: .serviceUnavailable
            }
        }
    }

    let code: Code
    let message: String
    var details = Details()
    var headers: HTTPFields = [:]

    /// What is to be known beside the message; each code has
    /// some of it, by the declaration of its answer.
    struct Details: Sendable {
        var field: String?
        var value: JSONValue?
        var limit: JSONValue?
        var offset: Int?
        var line: Int?
        var column: Int?
        var scopes: [String]?
        var rules: [String]?
        var required: String?
        var allowed: [String]?
        var status: String?
        var policy: String?
        /// In Unix seconds.
        var reset: Int?
        var requestID: String?
    }
}

extension APIError {
    /// A field that is missing or not as it must be.
    ///
    /// The message is a sentence without its subject, which is the field. The value is what the
    /// caller sent, where it is short; the limit is what it may be at most, or at least.
    static func field(
        _ field: String,
        _ message: String,
        value: JSONValue? = nil,
        limit: JSONValue? = nil
    ) -> APIError {
        APIError(
            code: .validation,
            message: "\(field) \(message)",
            details: Details(field: field, value: value.map(shortened), limit: limit)
        )
    }

    /// A body that cannot be read at all.
    static func body(_ message: String, details: Details = Details()) -> APIError {
        APIError(code: .validation, message: "the body \(message)", details: details)
    }

    static func body(_ flaw: StrictJSON.Flaw) -> APIError {
        var details = Details(offset: flaw.offset, line: flaw.line, column: flaw.column)
        guard let member = flaw.member else {
            let place = "line \(flaw.line), column \(flaw.column)"
            return body("is not acceptable JSON: it \(flaw.reason) (\(place))", details: details)
        }
        details.field = shortened(member)
        return body("names the member `\(shortened(member))` twice", details: details)
    }

    static func notFound(_ what: String) -> APIError {
        APIError(code: .notFound, message: "there is no such \(what)")
    }

    /// Also for another organization's.
    static let projectGone = notFound("project")

    /// One answer for a credential that is absent, malformed, unknown, expired or revoked, so that
    /// nothing can be learnt from the difference.
    static let unauthorized = APIError(
        code: .unauthorized,
        message: "a valid API key is required",
        headers: [.wwwAuthenticate: "Bearer"]
    )

    static func forbidden(required scope: String) -> APIError {
        APIError(
            code: .forbidden,
            message: "the credential lacks the scope \(scope)",
            details: Details(required: scope)
        )
    }

    /// A cookie is sent by whatever page a browser shows, so a page must be ours to act by it.
    static let foreignOrigin = APIError(
        code: .forbidden,
        message: "the Origin of the request must be this server"
    )

    static func payloadTooLarge(bytesMax: Int) -> APIError {
        APIError(
            code: .payloadTooLarge,
            message: "the body is larger than \(bytesMax) bytes",
            details: Details(limit: JSONValue(bytesMax)),
            // What was not read is still on its way, so the connection is of no further use.
            headers: [.connection: "close"]
        )
    }

    static let idempotencyMismatch = APIError(
        code: .idempotencyMismatch,
        message: "this Idempotency-Key belongs to a request with another body"
    )

    /// Nothing of the request was kept; it may be sent again as it is.
    static let storeUnavailable = APIError(
        code: .overloaded,
        message: "the store cannot write now; try again",
        headers: [.retryAfter: "5"]
    )

    /// A refusal for too many requests; `policy` names the broken rule.
    static func rateLimited(
        _ message: String,
        policy: String,
        limit: Int,
        retryAfterSeconds: Int
    ) -> APIError {
        APIError(
            code: .rateLimited,
            message: message,
            details: Details(limit: JSONValue(limit), policy: policy),
            headers: [.retryAfter: String(max(1, retryAfterSeconds))]
        )
    }

    static func internalError(requestID: String) -> APIError {
        APIError(
            code: .internalError,
            message: "something went wrong on our side",
            details: Details(requestID: requestID)
        )
    }
}

extension APIError {
    private static let echoedScalarsMax = 100

    /// A caller's own text, short enough to be repeated to it.
    ///
    /// By scalars: one `Character` may be a letter and a megabyte of accents.
    static func shortened(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard
            let end = scalars.index(
                scalars.startIndex,
                offsetBy: echoedScalarsMax,
                limitedBy: scalars.endIndex
            ), end < scalars.endIndex
        else { return text }
        return String(scalars[..<end]) + "…"
    }

    private static func shortened(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): .string(shortened(text))
        case .array, .object: .string(value.kind)
        case .null, .bool, .integer, .number: value
        }
    }
}
