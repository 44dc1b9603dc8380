import Cryptography
import Foundation

/// A JSON Web Token (RFC 7519) in its compact form (RFC 7515), signed with ES256.
///
/// This server signs and checks only its own tokens, so the algorithm is a constant, and the key is
/// looked up in the server's own list. A token's header can choose neither, which avoids the usual
/// attacks on JWT libraries.
struct SignedToken<Claims: Codable & Sendable>: Sendable {
    private struct Header: Codable {
        var alg: String
        var typ: String?
        var kid: String
        /// Extensions that a reader of the token must understand; this server knows none.
        var crit: [String]?
    }

    private static var algorithm: String { "ES256" }
    /// The maximum size in bytes; the server's own tokens are far shorter.
    private static var lengthMax: Int { 16_384 }

    let text: String

    /// Creates a token by signing claims.
    /// - Parameter type: the header's `typ`, such as `at+jwt`.
    init(
        _ claims: Claims,
        type: String,
        keyID: String,
        key: P256SigningKey
    ) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let header = Header(alg: Self.algorithm, typ: type, kid: keyID, crit: nil)
        let signed = [try encoder.encode(header), try encoder.encode(claims)]
            .map(Base64URL.encode).joined(separator: ".")
        let signature = Data(try key.signature(of: Array(signed.utf8)))
        text = signed + "." + Base64URL.encode(signature)
    }

    /// Returns the claims of a token.
    ///
    /// - Parameter key: returns a key by its identifier.
    /// - Returns: `nil` if none of these keys signed it.
    static func claims(of text: String, key: (_ keyID: String) -> P256SigningKey?) -> Claims? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= lengthMax, parts.count == 3 else { return nil }
        let decoder = JSONDecoder()
        guard let head = Base64URL.decode(parts[0]), let body = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2]),
            let header = try? decoder.decode(Header.self, from: head),
            header.alg == algorithm, header.crit == nil, let key = key(header.kid),
            key.isSignature(Array(signature), of: Array((parts[0] + "." + parts[1]).utf8))
        else { return nil }
        return try? decoder.decode(Claims.self, from: body)
    }
}

/// The encoding base64url without padding (RFC 7515, appendix C).
enum Base64URL {
    static func encode(_ bytes: Data) -> String {
        bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }

    /// - Returns: `nil` for a text that ``encode(_:)`` would not write.
    static func decode(_ text: some StringProtocol) -> Data? {
        let digits = String(text).replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - digits.utf8.count % 4) % 4)
        guard let bytes = Data(base64Encoded: digits + padding), encode(bytes) == text else {
            return nil
        }
        return bytes
    }
}
