import Cryptography
public import Foundation

/// A secret in plain text, which the server has only while it creates or checks it.
///
/// Only its ``digest`` is ever stored. Only ``plaintext`` shows the secret: printing, interpolating
/// or dumping the value redacts it.
public protocol Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The prefix of every secret of this kind, so that scanners find a leaked one.
    static var prefix: String { get }
    /// The whole secret, which is shown once to its holder.
    var plaintext: String { get }
}

extension Secret {
    /// The SHA-256 of the whole secret, which is stored and used for look-ups.
    ///
    /// A slow hash would add nothing, since the secret has enough randomness.
    public var digest: Data { Data(SHA256.digest(of: Data(plaintext.utf8)).bytes) }

    public var description: String { Self.prefix + "[redacted]" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A session's token: `qst_` and 40 random base62 characters (238 bits).
public struct SessionToken: Secret {
    public static let prefix = "qst_"
    static let randomLength = 40

    public let plaintext: String

    /// Creates a new token with the system's random generator.
    public init() {
        var generator = SystemRandomNumberGenerator()
        plaintext = Self.prefix + Base62.random(Self.randomLength, using: &generator)
    }

    /// Reads the token of a request; `nil` if it has another form.
    public init?(_ text: String) {
        let length = Self.prefix.utf8.count + Self.randomLength
        guard text.utf8.count == length, text.hasPrefix(Self.prefix),
            text.utf8.dropFirst(Self.prefix.utf8.count).allSatisfy(Base62.digits.contains)
        else { return nil }
        plaintext = text
    }
}
