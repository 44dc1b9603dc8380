import Domain
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import NIOCore

/// Reads bodies, up to the size that the caller's plan permits.
enum BodyReader {
    /// The size that is reserved for everything except the sources.
    private static let overheadBytes = 65_536

    /// Returns the maximum size of a body: the plan's ceiling for sources, times 1.4 for base64 or
    /// escapes, plus 64 KiB.
    static func bytesMax(_ plan: Plan) -> Int {
        let sources = plan.ceilings[.sourceBytes]
        return Int(sources + sources * 2 / 5) + overheadBytes
    }

    /// Reads JSON or a form.
    ///
    /// - Parameter mayBeEmpty: whether an absent body is read as an empty object.
    static func read(
        _ request: Request,
        _ context: APIContext,
        plan: Plan,
        mayBeEmpty: Bool = false
    ) async throws -> RequestContent {
        try await read(request, context, bytesMax: bytesMax(plan), mayBeEmpty: mayBeEmpty)
    }

    /// Reads JSON; a form is refused.
    static func json(
        _ request: Request,
        _ context: APIContext,
        plan: Plan
    ) async throws -> RequestContent {
        guard try !isForm(request.headers) else { throw unsupported("application/json") }
        return try await read(request, context, bytesMax: bytesMax(plan))
    }

    /// Reads a JSON body, of at most 64 KiB unless `bytesMax` says otherwise.
    static func object(
        _ request: Request,
        _ context: APIContext,
        bytesMax: Int = overheadBytes
    ) async throws -> JSONValue {
        guard try !isForm(request.headers) else { throw unsupported("application/json") }
        return try await read(request, context, bytesMax: bytesMax).value
    }

    /// Reads a form of at most 64 KiB.
    static func form(_ request: Request, _ context: APIContext) async throws -> JSONValue {
        guard try isForm(request.headers) else {
            throw unsupported("application/x-www-form-urlencoded")
        }
        return try await read(request, context, bytesMax: overheadBytes).value
    }

    private static func read(
        _ request: Request,
        _ context: APIContext,
        bytesMax: Int,
        mayBeEmpty: Bool = false
    ) async throws -> RequestContent {
        // An absent body has no content type either.
        let isUntyped = mayBeEmpty && request.headers[.contentType] == nil
        let isForm = isUntyped ? nil : try isForm(request.headers)
        let bytes = try await bytes(of: request, context, bytesMax: bytesMax)
        if bytes.isEmpty && mayBeEmpty {
            let fingerprint = RequestContent.fingerprint(of: bytes, isForm: false)
            return RequestContent(value: [:], fingerprint: fingerprint)
        }
        guard !bytes.isEmpty else { throw APIError.body("is empty") }
        guard let isForm else { throw unsupported(either) }
        return RequestContent(
            value: isForm ? try form(bytes) : try json(bytes),
            fingerprint: RequestContent.fingerprint(of: bytes, isForm: isForm)
        )
    }

    /// Reads the raw body, of any type.
    ///
    /// Its memory is taken before it is read: for a body of unknown length as it comes.
    static func bytes(
        of request: Request,
        _ context: APIContext,
        bytesMax: Int
    ) async throws -> [UInt8] {
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        guard announced ?? 0 <= bytesMax else { throw APIError.payloadTooLarge(bytesMax: bytesMax) }
        var room = min(announced ?? pieceBytes, bytesMax)
        try await context.memory.takeBody(room, for: context.owner)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(room)
        do {
            for try await piece in request.body {
                let count = bytes.count + piece.readableBytes
                guard count <= bytesMax else { throw APIError.payloadTooLarge(bytesMax: bytesMax) }
                if count > room {
                    room = min(max(count, room * 2), bytesMax)
                    try context.memory.growBody(to: room)
                    bytes.reserveCapacity(room)
                }
                bytes += piece.readableBytesView
            }
            return bytes
        } catch  where !(error is CancellationError || error is APIError) {
            // The connection closed in the middle of the body, or a chunk is malformed.
            throw APIError(
                code: .validation,
                message: "the body is incomplete",
                headers: [.connection: "close"]
            )
        }
    }

    /// The size that is reserved for the beginning of a body of unknown length.
    private static let pieceBytes = 65_536

    private static func json(_ bytes: [UInt8]) throws(APIError) -> JSONValue {
        do throws(StrictJSON.Flaw) {
            return try StrictJSON.parse(bytes)
        } catch {
            throw .body(error)
        }
    }

    private static func form(_ bytes: [UInt8]) throws(APIError) -> JSONValue {
        // `curl -d` sends JSON with the content type of a form unless told otherwise.
        guard bytes.first != UInt8(ascii: "{") else {
            throw .body("looks like JSON: send it with `Content-Type: application/json`")
        }
        return try FormBody.parse(bytes)
    }

    /// - Throws: if the body is neither a form nor JSON, or not in UTF-8.
    private static func isForm(_ headers: HTTPFields) throws(APIError) -> Bool {
        let parts = (headers[.contentType] ?? "").lowercased().split(separator: ";")
        let parameters = parts.dropFirst().map { $0.trimming(" \t") }
        let charset = parameters.first { $0.hasPrefix("charset=") }?.dropFirst(8).trimming("\"")
        if charset == nil || charset == "utf-8" {
            switch parts.first?.trimming(" \t") {
            case "application/json": return false
            case "application/x-www-form-urlencoded": return true
            default: break
            }
        }
        throw unsupported(either)
    }

    private static let either = "application/json or application/x-www-form-urlencoded"

    static func unsupported(_ types: String) -> APIError {
        APIError(code: .unsupportedMediaType, message: "send \(types), in UTF-8")
    }
}
