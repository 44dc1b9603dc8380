import Foundation

/// The display name of a key, a user, an organization or a project.
///
/// Terminals and pages show names, so a name has no control characters, and no characters that
/// change the direction of text.
public enum DisplayName {
    /// The maximum length in Unicode scalars.
    public static let lengthMax = 100

    public static let rule =
        "has 1 to \(lengthMax) characters, none of them a control character"

    public static func isAcceptable(_ name: String) -> Bool {
        (1...lengthMax).contains(name.unicodeScalars.count) && isShowable(name)
    }

    /// Returns whether the text, of any length, can be shown in a list.
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
