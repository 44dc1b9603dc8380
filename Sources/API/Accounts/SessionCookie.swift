import Foundation
import HTTPTypes
import Hummingbird

/// A session's token as browsers keep it: out of the reach of scripts, and not sent along from
/// other sites.
enum SessionCookie {
    static let name = "quicksand_session"

    static func token(_ request: Request) -> String? { request.cookies[name]?.value }

    /// - Parameter isSecure: whether the browser speaks to us over TLS, and must go on to.
    static func field(token: String, maxAgeSeconds: Int, isSecure: Bool) -> String {
        "\(name)=\(token); Path=/; Max-Age=\(maxAgeSeconds); HttpOnly; SameSite=Lax"
            + (isSecure ? "; Secure" : "")
    }

    static let expired = field(token: "", maxAgeSeconds: 0, isSecure: false)
}

/// Where a request says that it was made (RFC 6454).
struct RequestOrigin {
    let isSecure: Bool
    /// Whether that is the address at which we are asked.
    let isOwn: Bool

    /// - Returns: `nil` where the request says nothing of the kind, or `null`.
    init?(_ request: Request) {
        let values = request.headers[values: .origin]
        guard values.count == 1, let match = values[0].wholeMatch(of: /(https?):\/\/([^\/\s]+)/)
        else { return nil }
        isSecure = match.1 == "https"
        isOwn = match.2.lowercased() == request.head.authority?.lowercased()
    }
}
