// Target `Cryptography`: SHA-256, HMAC, scrypt and ES256, with the system's libcrypto.
// Border: it is the only importer of `CCrypto`. No error or raw pointer of libcrypto leaves it.

import CCrypto

/// Functions for the use of the system's libcrypto (OpenSSL 3) by Swift types.
///
/// This target is its only importer. libcurl depends on the library in any case, and the
/// distribution patches it; a copy of our own took two fifths of a build.
enum Library {
    /// Ends the process after a call that fails only if memory or the algorithm is missing;
    /// otherwise the digest would be wrong.
    static func failed(_ call: StaticString) -> Never {
        preconditionFailure("libcrypto: \(call) failed")
    }
}

/// The error for an input that libcrypto refused.
public struct CryptographyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The name of the libcrypto function.
    public let call: String

    public var description: String { "libcrypto: \(call) failed" }
}
