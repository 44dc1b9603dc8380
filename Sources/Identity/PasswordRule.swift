/// The rules for passwords.
///
/// The raw value is the rule's name in the answer `WEAK_PASSWORD`.
public enum PasswordRule: String, Sendable, CaseIterable {
    case length, lowercase, uppercase, digit, symbol
    /// The password is not one that attackers try first.
    case uncommon

    /// The permitted lengths, in Unicode scalars.
    public static let lengthRange = 12...128

    /// One sentence for the user.
    public var sentence: String {
        switch self {
        case .length: "12 to 128 characters"
        case .lowercase: "a lower-case letter"
        case .uppercase: "an upper-case letter"
        case .digit: "a digit"
        case .symbol: "a character that is neither a letter nor a digit"
        case .uncommon: "not a common password, nor a dictionary word with digits around it"
        }
    }
}
