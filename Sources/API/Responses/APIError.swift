import HTTPTypes
import JSON

/// A refusal that the caller gets: one of the codes of the contract, the fault, and its place.
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

    /// The details beside the message; the description of each code says which members it has.
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
        /// The time of the reset, in Unix seconds.
        var reset: Int?
        var requestID: String?
    }
}

extension APIError {
    /// Returns the error for a field that is missing or invalid.
    ///
    /// `message` is a sentence without its subject, which is the field. `value` is the caller's
    /// value, shortened; `limit` is the maximum or minimum.
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

    /// Returns the error for a body that cannot be read at all.
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

    /// The error for a project that does not exist, or belongs to another organization.
    static let projectGone = notFound("project")

    /// The same error for a credential that is absent, malformed, unknown, expired or revoked, so
    /// that the difference discloses nothing.
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

    /// The error for a request by cookie from another origin: a browser sends the cookie for pages
    /// of any site, so only this server's own pages may use it.
    static let foreignOrigin = APIError(
        code: .forbidden,
        message: "the Origin of the request must be this server"
    )

    static func payloadTooLarge(bytesMax: Int) -> APIError {
        APIError(
            code: .payloadTooLarge,
            message: "the body is larger than \(bytesMax) bytes",
            details: Details(limit: JSONValue(bytesMax)),
            // The unread bytes are still arriving, so the connection cannot be used again.
            headers: [.connection: "close"]
        )
    }

    /// The error for bytes that are not a request.
    static let notHTTP = APIError(
        code: .validation,
        message: "the request is not valid HTTP/1.1"
    )

    /// The error for a request on a connection above the bounds.
    static func tooManyConnections(_ excess: ConnectionPool.Excess) -> APIError {
        let holder = excess == .holder ? "your address" : "the server"
        return APIError(
            code: .overloaded,
            message: "\(holder) has too many open connections",
            headers: [.retryAfter: "1"]
        )
    }

    static let idempotencyMismatch = APIError(
        code: .idempotencyMismatch,
        message: "this Idempotency-Key belongs to a request with another body"
    )

    /// The error for a store that cannot write.
    ///
    /// Nothing of the request was stored, so the caller may send it again.
    static let storeUnavailable = APIError(
        code: .overloaded,
        message: "the store cannot write now; try again",
        headers: [.retryAfter: "5"]
    )

    /// Returns the error for too many requests; `policy` names the exceeded limit.
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

    /// Returns the caller's text, shortened for an error message.
    ///
    /// The limit counts scalars, since one `Character` may be a letter with a megabyte of accents.
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
