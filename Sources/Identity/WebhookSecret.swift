import Foundation

/// What an organization's callbacks are signed with: `whsec_` and base64, as Standard Webhooks 1.0
/// writes it.
public enum WebhookSecret {
    /// The standard asks for 24 to 64.
    static let byteCount = 32

    /// A new secret, from the system's random generator.
    public static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<byteCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return "whsec_" + Data(bytes).base64EncodedString()
    }
}
