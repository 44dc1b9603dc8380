import JSON

/// Text as HTML, escaped so that none of it becomes a tag.
enum HTMLText {
    static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.append(character)
            }
        }
    }

    static func code(_ text: String) -> String { "<code>\(escaped(text))</code>" }

    /// Returns a line of CommonMark as HTML; the documentation uses only backticks.
    static func line(_ text: String) -> String {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        return parts.enumerated().map { index, part in
            index.isMultiple(of: 2) ? escaped(String(part)) : code(String(part))
        }.joined()
    }

    /// Returns the paragraphs of a text as HTML, each as one line.
    static func paragraphs(_ text: String) -> [String] {
        text.split(separator: "\n\n").map { line(String($0)) }
    }
}

extension JSONValue {
    /// Returns the member if it is a string, else an empty string.
    func text(_ name: String) -> String {
        if case .string(let text)? = self[name] { text } else { "" }
    }
}
