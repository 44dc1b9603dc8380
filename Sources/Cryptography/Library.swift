// Target `Cryptography`: SHA-256, HMAC, scrypt and ES256, by the system's libcrypto.
// Border: it is the only importer of `CCrypto`. Errors and raw pointers of libcrypto end here.

import CCrypto

/// The system's libcrypto (OpenSSL 3), by way of Swift types.
///
/// This target is its only importer. libcurl brings the library along in any case, and the
/// distribution mends it; a copy of our own took two fifths of a build.
enum Library {
    /// For calls that fail only where there is no memory or no such algorithm: going on would mean
    /// a digest that is none.
    static func failed(_ call: StaticString) -> Never {
        preconditionFailure("libcrypto: \(call) failed")
    }
}

/// libcrypto refused what it was given.
public struct CryptographyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The function's name.
    public let call: String

    public var description: String { "libcrypto: \(call) failed" }
}
