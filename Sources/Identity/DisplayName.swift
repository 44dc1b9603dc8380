import Foundation

/// A name that people read: of a key, a user, an organization, a project.
///
/// Names are listed on terminals and pages: no control characters, nor those that turn the
/// direction of text.
public enum DisplayName {
    /// In Unicode scalars.
    public static let lengthMax = 100

    public static let rule =
        "has 1 to \(lengthMax) characters, none of them a control character"

    public static func isAcceptable(_ name: String) -> Bool {
        (1...lengthMax).contains(name.unicodeScalars.count) && isShowable(name)
    }

    /// Whether the text disturbs no listing, of whatever length it is.
    public static func isShowable(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            let properties = scalar.properties
            let isLineEnd = [.lineSeparator, .paragraphSeparator].contains(
                properties.generalCategory
            )
            return properties.generalCategory != .control && !properties.isBidiControl
                && !isLineEnd
        }
    }
}

/// An address for e-mail, in small letters.
///
/// Whether anybody reads what is sent there is not asked.
public struct EmailAddress: Sendable, Hashable {
    /// RFC 5321, 4.5.3.1.3, less the angle brackets.
    public static let bytesMax = 254
    private static let localBytesMax = 64

    public let text: String

    /// - Returns: `nil` where the text is no address of the usual form, `name@host.example`.
    public init?(_ text: String) {
        let text = text.lowercased()
        let sides = text.split(separator: "@", omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.bytesMax, sides.count == 2, Self.isLocal(sides[0]),
            Self.isHost(sides[1])
        else { return nil }
        self.text = text
    }

    private static func isLocal(_ text: Substring) -> Bool {
        (1...localBytesMax).contains(text.utf8.count) && DisplayName.isShowable(String(text))
            && !text.contains { $0.isWhitespace || "<>()[],;:\\\"".contains($0) }
    }

    /// At least two labels of letters, digits and hyphens.
    private static func isHost(_ text: Substring) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= 2
            && labels.allSatisfy { label in
                !label.isEmpty && label.first != "-" && label.last != "-"
                    && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            }
    }
}
