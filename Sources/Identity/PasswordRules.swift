import CCrack
import Foundation
import Synchronization

/// Checks passwords against the rules, with cracklib's dictionary.
///
/// cracklib checks whether the whole password is a word of its dictionary (also reversed or
/// otherwise transformed), or too simple. It does not look inside the password: `Password1234!`
/// passes. So this type also checks the password without the digits and symbols at both ends, and
/// with the usual substitutes inside read as letters.
public final class PasswordRules: Sendable {
    /// The path of Debian's dictionary.
    public static var standardDictionary: String { String(cString: GetDefaultCracklibDict()) }

    private let dictionary: String
    /// The lock around cracklib, which uses global variables.
    private static let turn = Mutex(())

    /// - Parameter dictionary: the path without `.pwd`.
    /// - Returns: `nil` if the dictionary cannot be read.
    public init?(dictionary: String = PasswordRules.standardDictionary) {
        self.dictionary = dictionary
        guard FileManager.default.isReadableFile(atPath: dictionary + ".pwd") else { return nil }
    }

    /// Returns the rules that `password` breaks, in their order.
    ///
    /// The dictionary is asked only about passwords that keep every other rule. It takes long, so
    /// ``PasswordPool`` does this.
    public func broken(by password: String) -> [PasswordRule] {
        let plain = Self.plainlyBroken(by: password)
        return plain.isEmpty && isTriedFirst(password) ? [.uncommon] : plain
    }

    /// Returns the broken rules that need no dictionary.
    static func plainlyBroken(by password: String) -> [PasswordRule] {
        let scalars = password.unicodeScalars
        return PasswordRule.allCases.filter { rule in
            switch rule {
            case .length: !PasswordRule.lengthRange.contains(scalars.count)
            case .lowercase: !scalars.contains { $0.properties.isLowercase }
            case .uppercase: !scalars.contains { $0.properties.isUppercase }
            case .digit: !scalars.contains { $0.properties.numericType == .decimal }
            case .symbol: scalars.allSatisfy(isLetterOrDigit)
            case .uncommon: false
            }
        }
    }

    private func isTriedFirst(_ password: String) -> Bool {
        // cracklib reads a C string, which would end at a zero byte.
        guard !password.utf8.contains(0) else { return false }
        let words = Self.cores(of: password).filter { $0.count >= Self.coreLengthMin }
        return ([password] + words).contains(where: isCommon)
    }

    private func isCommon(_ word: String) -> Bool {
        Self.turn.withLock { _ in
            FascistCheckUser(word, dictionary, "", "") != nil
        }
    }

    /// The minimum length of a word for cracklib, which refuses every shorter one as too short.
    private static let coreLengthMin = 6

    /// Returns the words inside a password: for `P@ssw0rd1234!`, `password`.
    ///
    /// There are two results, because `@` at the beginning may be a decoration or a letter.
    static func cores(of password: String) -> [String] {
        let isEdge = { (character: Character) in !character.isLetter }
        var inner = Substring(password.lowercased())
        while let last = inner.last, isEdge(last) { inner.removeLast() }
        let plain = inner.drop(while: isEdge)
        let spelled = inner.drop { isEdge($0) && substitutes[$0] == nil }
        return [plain, spelled].map { String($0.map { substitutes[$0] ?? $0 }) }
    }

    private static let substitutes: [Character: Character] = [
        "0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i",
    ]

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
}
