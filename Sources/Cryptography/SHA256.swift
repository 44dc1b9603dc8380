import CCrypto
public import Foundation

/// SHA-256 (FIPS 180-4) of bytes that arrive in parts.
public struct SHA256: ~Copyable {
    public static let byteCount = 32

    /// The algorithm, which is looked up once: a look-up takes a lock, and longer than hashing a
    /// short text.
    nonisolated(unsafe) private static let algorithm = EVP_MD_fetch(nil, "SHA256", nil)

    private let context: OpaquePointer

    public init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex2(context, Self.algorithm, nil) == 1
        else { Library.failed("EVP_DigestInit_ex2") }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    public mutating func update(_ bytes: some DataProtocol) {
        for region in bytes.regions {
            region.withUnsafeBytes { buffer in
                guard EVP_DigestUpdate(context, buffer.baseAddress, buffer.count) == 1 else {
                    Library.failed("EVP_DigestUpdate")
                }
            }
        }
    }

    public consuming func digest() -> Digest {
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        guard EVP_DigestFinal_ex(context, &bytes, nil) == 1 else {
            Library.failed("EVP_DigestFinal_ex")
        }
        return Digest(bytes: bytes)
    }

    /// Returns the digest of complete bytes.
    public static func digest(of bytes: some DataProtocol) -> Digest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.digest()
    }

    /// A digest, which is compared in constant time.
    public struct Digest: Sendable, Hashable {
        public let bytes: [UInt8]

        public static func == (left: Digest, right: Digest) -> Bool {
            ConstantTime.areEqual(left.bytes, right.bytes)
        }

        public var hexadecimal: String {
            let digits = Array("0123456789abcdef".utf8)
            return String(
                decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
                as: UTF8.self
            )
        }
    }
}

/// HMAC (RFC 2104) with SHA-256.
public enum HMACSHA256 {
    public static func code(of message: Data, key: Data) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: SHA256.byteCount)
        // A message may have megabytes, so it is not copied.
        let isMade = key.withUnsafeBytes { key in
            message.withUnsafeBytes { message in
                let bytes = message.assumingMemoryBound(to: UInt8.self).baseAddress
                let hash = EVP_sha256()
                return HMAC(
                    hash,
                    key.baseAddress,
                    Int32(key.count),
                    bytes,
                    message.count,
                    &code,
                    nil
                ) != nil
            }
        }
        guard isMade else { Library.failed("HMAC") }
        return code
    }
}

/// The comparison of secrets in a time that does not depend on how much of them is equal.
public enum ConstantTime {
    /// Returns whether both are equal.
    ///
    /// Their lengths are not secret.
    public static func areEqual(
        _ left: some Collection<UInt8>,
        _ right: some Collection<UInt8>
    ) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
