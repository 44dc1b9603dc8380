import CCrypto
public import Foundation

/// The function scrypt (RFC 7914), which derives a key from a password and is made to take time and
/// memory.
public enum Scrypt {
    /// - Parameters:
    ///   - rounds: a power of two; it determines the memory together with `blockSize`: 128 bytes ×
    ///     both.
    ///   - byteCount: the size of the key.
    /// - Throws: ``CryptographyError`` if the parameters are invalid, or if there is no memory.
    public static func key(
        from password: Data,
        salt: [UInt8],
        rounds: Int,
        blockSize: Int,
        parallelism: Int,
        byteCount: Int
    ) throws(CryptographyError) -> [UInt8] {
        guard rounds > 1, blockSize > 0, parallelism > 0, byteCount > 0 else {
            throw CryptographyError(call: "EVP_PBE_scrypt")
        }
        let password = Array(password)
        var key = [UInt8](repeating: 0, count: byteCount)
        let result = password.withUnsafeBytes { bytes in
            EVP_PBE_scrypt(
                bytes.assumingMemoryBound(to: CChar.self).baseAddress,
                bytes.count,
                salt,
                salt.count,
                UInt64(rounds),
                UInt64(blockSize),
                UInt64(parallelism),
                .max,  // the parameters bound the memory
                &key,
                byteCount
            )
        }
        guard result == 1 else { throw CryptographyError(call: "EVP_PBE_scrypt") }
        return key
    }
}
