/// An e-mail address in lower case.
///
/// Nothing checks whether the address receives mail.
public struct EmailAddress: Sendable, Hashable {
    /// The maximum length of RFC 5321, 4.5.3.1.3, without the angle brackets, in Unicode characters
    /// as JSON Schema counts them.
    public static let lengthMax = 254
    private static let localLengthMax = 64

    public let text: String

    /// - Returns: `nil` if the text is not an address of the usual form, `name@host.example`.
    public init?(_ text: String) {
        let sides = text.split(separator: "@", omittingEmptySubsequences: false)
        guard text.unicodeScalars.count <= Self.lengthMax, sides.count == 2,
            Self.isLocal(sides[0]), Self.isHost(sides[1])
        else { return nil }
        self.text = text.lowercased()
    }

    private static func isLocal(_ text: Substring) -> Bool {
        (1...localLengthMax).contains(text.unicodeScalars.count)
            && DisplayName.isShowable(String(text))
            && !text.unicodeScalars.contains {
                $0.properties.isWhitespace || "<>()[],;:\\\"".unicodeScalars.contains($0)
            }
    }

    /// Returns whether the text has at least two labels of letters, digits and hyphens.
    private static func isHost(_ text: Substring) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= 2
            && labels.allSatisfy { label in
                !label.isEmpty && label.first != "-" && label.last != "-"
                    && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            }
    }
}
