import Foundation

/// The secret that signs an organization's callbacks: `whsec_` and base64, as in Standard Webhooks
/// 1.0.
public enum WebhookSecret {
    /// The number of random bytes; the standard requires 24 to 64.
    static let byteCount = 32

    /// Returns a new secret from the system's random generator.
    public static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<byteCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return "whsec_" + Data(bytes).base64EncodedString()
    }
}
