import CCrack
import Foundation
import Synchronization

/// Holds passwords to the rules, with cracklib's dictionary.
///
/// cracklib asks whether the whole password is a word of its dictionary, turned this way and that,
/// or too simple. It does not look inside: `Password1234!` passes. So what is left without the
/// digits and symbols at both ends, and with the usual ones inside read as letters, is asked as
/// well.
public final class PasswordRules: Sendable {
    /// Where Debian keeps it.
    public static var standardDictionary: String { String(cString: GetDefaultCracklibDict()) }

    private let dictionary: String
    /// cracklib keeps what it works on in variables of its own.
    private static let turn = Mutex(())

    /// - Parameter dictionary: the path without `.pwd`.
    /// - Returns: `nil` where it cannot be read.
    public init?(dictionary: String = PasswordRules.standardDictionary) {
        self.dictionary = dictionary
        guard FileManager.default.isReadableFile(atPath: dictionary + ".pwd") else { return nil }
    }

    /// The rules that `password` breaks, in their order.
    public func broken(by password: String) -> [PasswordRule] {
        let scalars = password.unicodeScalars
        return PasswordRule.allCases.filter { rule in
            switch rule {
            case .length: !PasswordRule.lengthRange.contains(scalars.count)
            case .lowercase: !scalars.contains { $0.properties.isLowercase }
            case .uppercase: !scalars.contains { $0.properties.isUppercase }
            case .digit: !scalars.contains { $0.properties.numericType == .decimal }
            case .symbol: scalars.allSatisfy(Self.isLetterOrDigit)
            case .uncommon: isTriedFirst(password)
            }
        }
    }

    private func isTriedFirst(_ password: String) -> Bool {
        // More than this cracklib does not read, and it is refused for its length.
        guard password.unicodeScalars.count <= PasswordRule.lengthRange.upperBound,
            !password.utf8.contains(0)
        else { return false }
        let words = Self.cores(of: password).filter { $0.count >= Self.coreLengthMin }
        return ([password] + words).contains(where: isCommon)
    }

    private func isCommon(_ word: String) -> Bool {
        Self.turn.withLock { _ in
            FascistCheckUser(word, dictionary, "", "") != nil
        }
    }

    /// cracklib takes shorter words for too short, whatever they are.
    private static let coreLengthMin = 6

    /// What is left of `P@ssw0rd1234!`: `password`.
    ///
    /// Twice, because `@` at the beginning may be an ornament or a letter.
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
