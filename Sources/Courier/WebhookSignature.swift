import Cryptography
public import Foundation

/// Signs messages as Standard Webhooks 1.0 specifies.
///
/// The signed content is `id.timestamp.body`, so a receiver can detect a forged, altered or
/// replayed message: <https://www.standardwebhooks.com>.
public struct WebhookSignature: Sendable {
    private let key: Data

    /// - Parameter secret: `whsec_` and the base64 of 24 to 64 bytes; anything else is refused.
    public init?(secret: String) {
        let prefix = "whsec_"
        guard secret.hasPrefix(prefix),
            let key = Data(base64Encoded: String(secret.dropFirst(prefix.count))),
            (24...64).contains(key.count)
        else { return nil }
        self.key = key
    }

    /// Returns the value of `webhook-signature`, for a `webhook-timestamp` in Unix seconds.
    public func sign(id: String, timestamp: Int, body: Data) -> String {
        let content = Data("\(id).\(timestamp).".utf8) + body
        let code = HMACSHA256.code(of: content, key: key)
        return "v1,\(Data(code).base64EncodedString())"
    }

    /// Returns the three headers of one attempt.
    func headers(id: String, at date: Date, body: Data) -> [String] {
        let timestamp = Int(date.timeIntervalSince1970)
        return [
            "webhook-id: \(id)",
            "webhook-timestamp: \(timestamp)",
            "webhook-signature: \(sign(id: id, timestamp: timestamp, body: body))",
        ]
    }
}
