public import Foundation

/// A maker of identifiers that callers see, in the ULID layout.
///
/// An identifier is a prefix and 26 characters of Crockford base32. The first ten encode the time
/// in milliseconds, the others are random, so identifiers sort by creation and cannot be guessed.
public enum Identifier {
    public static func make(prefix: String, at date: Date) -> String {
        var generator = SystemRandomNumberGenerator()
        let milliseconds = UInt64(max(0, date.timeIntervalSince1970) * 1_000)
        let time = encode(milliseconds, characters: 10)
        let random =
            encode(generator.next(), characters: 8) + encode(generator.next(), characters: 8)
        return prefix + time + random
    }

    /// Encodes the low `5 × characters` bits of `value`, most significant first.
    private static func encode(_ value: UInt64, characters: Int) -> String {
        let digits = (0..<characters).reversed().map { place in
            alphabet[Int((value >> UInt64(5 * place)) & 31)]
        }
        return String(decoding: digits, as: UTF8.self)
    }

    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
}
