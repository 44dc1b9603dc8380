/// An API key in plain text, as its holder has it.
///
/// It is `sk_live_`, 30 random base62 characters (178 bits), and 6 base62 characters of checksum:
/// the layout of GitHub's tokens, so that scanners find a leaked key, and a typing error is refused
/// without asking the store. The checksum is the CRC-32 of zlib and PNG (reflected polynomial
/// `EDB88320`, all ones before and after) over the 38 bytes before it, including the prefix. It is
/// written as a number in base62, most significant digit first, padded with `0` to six digits. The
/// digits are `0-9A-Za-z`, in this order. The checksum is not a defence: anybody can compute it.
public struct KeySecret: Secret {
    public let plaintext: String

    /// Creates a new key with the system's random generator.
    public init() {
        var generator = SystemRandomNumberGenerator()
        let random = Base62.random(Self.randomLength, using: &generator)
        let body = Self.prefix + random
        plaintext = body + Self.checksum(of: body)
    }

    /// Reads a key from a request.
    ///
    /// - Returns: `nil` if the text does not have the form of a key, or if its checksum is wrong.
    public init?(_ text: String) {
        let characters = Array(text.utf8)
        guard characters.count == Self.length, text.hasPrefix(Self.prefix) else { return nil }
        let variable = characters.dropFirst(Self.prefix.utf8.count)
        guard variable.allSatisfy(Base62.digits.contains) else { return nil }
        let body = String(decoding: characters.dropLast(Self.checksumLength), as: UTF8.self)
        guard Self.checksum(of: body) == text.suffix(Self.checksumLength) else { return nil }
        plaintext = text
    }

    public static let prefix = "sk_live_"
    static let randomLength = 30
    static let checksumLength = 6
    static let length = 44

    static func checksum(of body: String) -> String {
        Base62.encode(CRC32.checksum(of: body.utf8), digits: checksumLength)
    }
}

/// Base62 text: the digits, then the upper-case letters, then the lower-case letters.
enum Base62 {
    static let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// Returns random characters, each with the same probability: the standard library's ranged
    /// `random` rejects draws that would bias the result.
    static func random(_ count: Int, using generator: inout some RandomNumberGenerator) -> String {
        let characters = (0..<count).map { _ in
            digits[Int.random(in: digits.indices, using: &generator)]
        }
        return String(decoding: characters, as: UTF8.self)
    }

    /// Returns the low digits of `value`, most significant first, padded with `0`.
    static func encode(_ value: UInt32, digits count: Int) -> String {
        var rest = Int(value)
        var characters: [UInt8] = []
        for _ in 0..<count {
            characters.append(digits[rest % digits.count])
            rest /= digits.count
        }
        return String(decoding: characters.reversed(), as: UTF8.self)
    }
}

/// The checksum of zlib, PNG and Ethernet (CRC-32/ISO-HDLC).
///
/// It works bit by bit, since its input is always 38 bytes.
enum CRC32 {
    static func checksum(of bytes: some Sequence<UInt8>) -> UInt32 {
        var register = UInt32.max
        for byte in bytes {
            register ^= UInt32(byte)
            for _ in 0..<8 {
                register = register & 1 == 1 ? register >> 1 ^ 0xEDB8_8320 : register >> 1
            }
        }
        return ~register
    }
}
