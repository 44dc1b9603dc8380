import CCrypto

/// A private key for ECDSA on the curve P-256 with SHA-256: JWA's `ES256` (RFC 7518, 3.4).
///
/// No use of the key changes it, so threads may share it.
public final class P256SigningKey: @unchecked Sendable {
    /// The size in bytes of each of a signature's two numbers, and of each coordinate of a point.
    private static let numberBytes = 32

    private let key: OpaquePointer

    private init(_ key: OpaquePointer) { self.key = key }

    deinit { EVP_PKEY_free(key) }

    /// Creates a new key with the library's random generator.
    public convenience init() throws(CryptographyError) {
        guard let key = ccrypto_generate_p256() else {
            throw CryptographyError(call: "EVP_EC_gen")
        }
        self.init(key)
    }

    /// Reads a key from PEM.
    public convenience init(pem: String) throws(CryptographyError) {
        guard let source = BIO_new(BIO_s_mem()) else { throw CryptographyError(call: "BIO_new") }
        defer { BIO_free(source) }
        // The bytes are copied: a memory BIO over the array's own bytes would outlive the pointer
        // to them.
        let bytes = Array(pem.utf8)
        guard bytes.isEmpty || BIO_write(source, bytes, Int32(bytes.count)) == bytes.count else {
            throw CryptographyError(call: "BIO_write")
        }
        // This function refuses a passphrase: without it the library would ask the terminal for
        // one.
        let key = PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in -1 }, nil)
        guard let key else { throw CryptographyError(call: "PEM_read_bio_PrivateKey") }
        guard Self.isOfCurve(key) else {
            EVP_PKEY_free(key)
            throw CryptographyError(call: "EVP_PKEY_get_group_name")
        }
        self.init(key)
    }

    /// Returns whether the key is on P-256.
    ///
    /// Its size does not show that, since other curves have 256 bits.
    private static func isOfCurve(_ key: OpaquePointer) -> Bool {
        var name = [CChar](repeating: 0, count: 64)
        return EVP_PKEY_is_a(key, "EC") == 1
            && EVP_PKEY_get_group_name(key, &name, name.count, nil) == 1
            && strcmp(name, SN_X9_62_prime256v1) == 0
    }

    /// Returns the key as PKCS #8 in PEM, not encrypted.
    public func pem() throws(CryptographyError) -> String {
        guard let target = BIO_new(BIO_s_mem()) else { throw CryptographyError(call: "BIO_new") }
        defer { BIO_free(target) }
        guard PEM_write_bio_PrivateKey(target, key, nil, nil, 0, nil, nil) == 1 else {
            throw CryptographyError(call: "PEM_write_bio_PrivateKey")
        }
        var bytes: UnsafeMutablePointer<CChar>?
        let count = ccrypto_memory(target, &bytes)
        let text = UnsafeRawBufferPointer(start: bytes, count: count)
        return String(decoding: text, as: UTF8.self)
    }

    /// Returns the public key: the coordinates of its point, 32 bytes each.
    public func publicPoint() throws(CryptographyError) -> (x: [UInt8], y: [UInt8]) {
        (try coordinate(OSSL_PKEY_PARAM_EC_PUB_X), try coordinate(OSSL_PKEY_PARAM_EC_PUB_Y))
    }

    private func coordinate(_ name: String) throws(CryptographyError) -> [UInt8] {
        var number: OpaquePointer?
        defer { BN_free(number) }
        guard EVP_PKEY_get_bn_param(key, name, &number) == 1, let number else {
            throw CryptographyError(call: "EVP_PKEY_get_bn_param")
        }
        return try Self.bytes(of: number)
    }

    /// Returns the signature as JWS requires it: its two numbers one after the other, 64 bytes.
    public func signature(of message: [UInt8]) throws(CryptographyError) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else {
            throw CryptographyError(call: "EVP_MD_CTX_new")
        }
        defer { EVP_MD_CTX_free(context) }
        var encoded = [UInt8](repeating: 0, count: Int(EVP_PKEY_get_size(key)))
        var count = encoded.count
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1,
            EVP_DigestSign(context, &encoded, &count, message, message.count) == 1
        else { throw CryptographyError(call: "EVP_DigestSign") }
        return try Self.numbers(ofEncoded: Array(encoded.prefix(count)))
    }

    private static func numbers(ofEncoded bytes: [UInt8]) throws(CryptographyError) -> [UInt8] {
        let signature = bytes.withUnsafeBufferPointer { buffer in
            var start = buffer.baseAddress
            return d2i_ECDSA_SIG(nil, &start, buffer.count)
        }
        guard let signature else { throw CryptographyError(call: "d2i_ECDSA_SIG") }
        defer { ECDSA_SIG_free(signature) }
        return try self.bytes(of: ECDSA_SIG_get0_r(signature))
            + self.bytes(of: ECDSA_SIG_get0_s(signature))
    }

    private static func bytes(of number: OpaquePointer) throws(CryptographyError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: numberBytes)
        guard BN_bn2binpad(number, &bytes, Int32(numberBytes)) == numberBytes else {
            throw CryptographyError(call: "BN_bn2binpad")
        }
        return bytes
    }

    /// Returns whether this key made the signature, which is untrusted.
    public func isSignature(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard let encoded = Self.encoded(signature), let context = EVP_MD_CTX_new() else {
            return false
        }
        defer { EVP_MD_CTX_free(context) }
        return EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1
            && EVP_DigestVerify(context, encoded, encoded.count, message, message.count) == 1
    }

    /// Returns the signature in the library's encoding; `nil` if its size is wrong.
    private static func encoded(_ numbers: [UInt8]) -> [UInt8]? {
        guard numbers.count == 2 * numberBytes, let signature = ECDSA_SIG_new() else { return nil }
        defer { ECDSA_SIG_free(signature) }
        let r = BN_bin2bn(Array(numbers.prefix(numberBytes)), Int32(numberBytes), nil)
        let s = BN_bin2bn(Array(numbers.suffix(numberBytes)), Int32(numberBytes), nil)
        guard let r, let s, ECDSA_SIG_set0(signature, r, s) == 1 else {
            BN_free(r)
            BN_free(s)
            return nil
        }
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = i2d_ECDSA_SIG(signature, &bytes)
        guard count > 0, let bytes else { return nil }
        defer { CRYPTO_free(bytes, #file, 0) }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }
}
