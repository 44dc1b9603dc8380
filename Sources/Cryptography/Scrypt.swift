import CCrypto
public import Foundation

/// scrypt (RFC 7914): a key from a password, made to take time and memory.
public enum Scrypt {
    /// - Parameters:
    ///   - rounds: a power of two; with `blockSize` it says how much memory is taken: 128 bytes ×
    ///     both.
    ///   - byteCount: how long the key is.
    /// - Throws: ``CryptographyError`` where the parameters are no such numbers, or there is no
    ///   memory.
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
