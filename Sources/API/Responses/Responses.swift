import Foundation
import HTTPTypes
import Hummingbird
import JSON
import NIOCore

/// Constructors of the responses that all routes share.
enum Responses {
    static let json = "application/json; charset=utf-8"

    /// Returns a response with `data` in the envelope.
    static func data(
        _ data: JSONValue,
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:]
    ) -> Response {
        envelope(Envelope.anyData.encode(data), status: status, headers: headers)
    }

    static func envelope(
        _ value: JSONValue,
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:]
    ) -> Response {
        text(JSONWriter.bytes(of: value), type: json, status: status, headers: headers)
    }

    static func error(_ error: APIError) -> Response {
        envelope(error.envelope, status: error.code.status, headers: error.headers)
    }

    static func text(
        _ bytes: some Sequence<UInt8>,
        type: String,
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = type
        return Response(
            status: status,
            headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    /// Adds the headers of every response.
    static func finish(_ headers: inout HTTPFields, requestID: String) {
        headers[.xRequestID] = requestID
        headers[.xContentTypeOptions] = "nosniff"
        if headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
    }

    /// Returns the response to a request that no route sees; it ends the connection.
    static func refused(_ error: APIError) -> (head: HTTPResponse, body: ByteBuffer) {
        let body = ByteBuffer(bytes: JSONWriter.bytes(of: error.envelope))
        var headers = error.headers
        headers[.contentType] = json
        headers[.contentLength] = String(body.readableBytes)
        headers[.connection] = "close"
        finish(&headers, requestID: RequestID.choose([:], at: Date()))
        return (HTTPResponse(status: error.code.status, headerFields: headers), body)
    }
}
