import Crypto
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// A body that has been read whole, and what it says.
struct RequestContent {
    let value: JSONValue
    /// SHA-256 of the kind of body and its bytes: the same for the same request made again.
    let fingerprint: Data
}

/// Reads bodies, never more of one than the caller's plan can have a use for.
enum BodyReader {
    /// Room for everything beside the sources.
    private static let overheadBytes = 65_536

    /// The largest body that is read: the plan's ceiling for sources, times 1.4 for base64 or
    /// escapes, and 64 KiB.
    static func bytesMax(_ plan: Plan) -> Int {
        let sources = plan.ceilings[.sourceBytes]
        return Int(sources + sources * 2 / 5) + overheadBytes
    }

    static func read(_ request: Request, plan: Plan) async throws -> RequestContent {
        let isForm = try isForm(request.headers)
        let bytesMax = bytesMax(plan)
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        guard announced ?? 0 <= bytesMax else { throw APIError.payloadTooLarge(bytesMax: bytesMax) }
        let bytes: [UInt8]
        do {
            bytes = Array(try await request.body.collect(upTo: bytesMax).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw APIError.payloadTooLarge(bytesMax: bytesMax)
        } catch  where !(error is CancellationError) {
            // The end of the connection in the middle of a body, or a broken chunk.
            throw APIError(
                code: .validation,
                message: "the body did not arrive whole",
                headers: [.connection: "close"]
            )
        }
        guard !bytes.isEmpty else { throw APIError.body("is empty") }
        var digest = SHA256()
        digest.update(data: Data((isForm ? "form\n" : "json\n").utf8))
        digest.update(data: bytes)
        let value = isForm ? try form(bytes) : try json(bytes)
        return RequestContent(value: value, fingerprint: Data(digest.finalize()))
    }

    private static func json(_ bytes: [UInt8]) throws(APIError) -> JSONValue {
        do throws(StrictJSON.Flaw) {
            return try StrictJSON.parse(bytes)
        } catch {
            throw .body(error)
        }
    }

    private static func form(_ bytes: [UInt8]) throws(APIError) -> JSONValue {
        // What `curl -d` sends unless told otherwise.
        guard bytes.first != UInt8(ascii: "{") else {
            throw .body("looks like JSON: send it with `Content-Type: application/json`")
        }
        return try FormBody.parse(bytes)
    }

    /// - Throws: where the body is neither a form nor JSON, or is not in UTF-8.
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
        let message = "send application/json or application/x-www-form-urlencoded, in UTF-8"
        throw APIError(
            code: .unsupportedMediaType,
            message: message
        )
    }
}

/// Reads the query of a list.
struct QueryReader {
    static let offsetMax = 1_000_000_000

    private var values: [String: String] = [:]

    /// - Throws: where a parameter is not in `known`, or is given twice.
    init(_ request: Request, known: [String]) throws(APIError) {
        for (name, value) in request.uri.queryParameters {
            let shown = APIError.shortened(String(name))
            // The one parameter that is not a list's; it was dealt with at the door.
            if name == "apiKey" { continue }
            guard known.contains(String(name)) else {
                let hint = Fields.nearest(to: String(name), among: known)
                let suffix = hint.map { "; did you mean `\($0)`?" } ?? ""
                throw .field(shown, "is not a known parameter" + suffix)
            }
            guard values.updateValue(String(value), forKey: String(name)) == nil else {
                throw .field(shown, "is given twice")
            }
        }
    }

    subscript(name: String) -> String? { values[name] }

    func page() throws(APIError) -> Page {
        Page(
            limit: try integer("limit", in: 1...100) ?? 20,
            offset: try integer("offset", in: 0...Self.offsetMax) ?? 0
        )
    }

    private func integer(_ name: String, in range: ClosedRange<Int>) throws(APIError) -> Int? {
        guard let text = values[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .field(
                name,
                "must be an integer from \(range.lowerBound) to \(range.upperBound)",
                value: .string(text),
                limit: JSONValue(range.upperBound)
            )
        }
        return number
    }
}
