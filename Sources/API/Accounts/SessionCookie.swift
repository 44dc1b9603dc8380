import Foundation
import HTTPTypes
import Hummingbird

/// The cookie that holds a session's token: scripts cannot read it (`HttpOnly`), and browsers do
/// not send it with requests from other sites (`SameSite=Lax`).
enum SessionCookie {
    static let name = "quicksand_session"

    static func token(_ request: Request) -> String? { request.cookies[name]?.value }

    /// - Parameter isSecure: whether the browser uses TLS; if so, the browser sends the cookie over
    ///   TLS only.
    static func field(token: String, maxAgeSeconds: Int, isSecure: Bool) -> String {
        "\(name)=\(token); Path=/; Max-Age=\(maxAgeSeconds); HttpOnly; SameSite=Lax"
            + (isSecure ? "; Secure" : "")
    }

    static let expired = field(token: "", maxAgeSeconds: 0, isSecure: false)
}

/// The origin of a request, as its `Origin` header says (RFC 6454).
struct RequestOrigin {
    let isSecure: Bool
    /// Whether the origin is the address that the request was sent to.
    let isOwn: Bool

    /// - Parameter host: the host that the client sent the request to.
    /// - Returns: `nil` if the request does not have exactly one `Origin`, or if that is `null`.
    init?(_ request: Request, to host: String?) {
        let values = request.headers[values: .origin]
        guard values.count == 1, let match = values[0].wholeMatch(of: /(https?):\/\/([^\/\s]+)/)
        else { return nil }
        isSecure = match.1 == "https"
        isOwn = match.2.lowercased() == host?.lowercased()
    }
}
