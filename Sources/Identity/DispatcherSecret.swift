import Cryptography
import Foundation

/// The secret that the dispatcher for all organizations shares with this server.
///
/// The server keeps only its digest and compares it in constant time, so that neither a memory dump
/// nor the time of an answer reveals it.
public struct DispatcherSecret: Sendable {
    /// The permitted lengths, in characters.
    public static let lengths = 16...Credentials.lengthMax

    private let digest: SHA256.Digest

    /// - Returns: `nil` if the text is too short or too long, or has a character that no credential
    ///   has.
    public init?(_ text: String) {
        let isVisible = text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
        guard isVisible, Self.lengths.contains(text.utf8.count) else { return nil }
        digest = SHA256.digest(of: Data(text.utf8))
    }

    public func matches(_ credential: String) -> Bool {
        SHA256.digest(of: Data(credential.utf8)) == digest
    }
}

extension DispatcherSecret: CustomStringConvertible {
    public var description: String { "[redacted]" }
}
