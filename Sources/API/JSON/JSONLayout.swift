import JSON

/// The layout of JSON for people: a value is on one line if it fits, else each element has a line.
enum JSONLayout {
    private static let columnsMax = 72

    static func text(_ value: JSONValue) -> String { text(value, indentation: 0, column: 0) }

    private static func text(_ value: JSONValue, indentation: Int, column: Int) -> String {
        let compact = line(value)
        guard column + compact.utf8.count > columnsMax else { return compact }
        switch value {
        case .array(let elements) where !elements.isEmpty:
            return block("[", elements.map { ("", $0) }, "]", indentation)
        case .object(let members) where !members.isEmpty:
            return block(
                "{",
                members.map { (line(.string($0.name)) + ": ", $0.value) },
                "}",
                indentation
            )
        default: return compact
        }
    }

    private static func block(
        _ start: String,
        _ parts: [(prefix: String, value: JSONValue)],
        _ end: String,
        _ indentation: Int
    ) -> String {
        let inner = indentation + 2
        let lines = parts.map { part in
            String(repeating: " ", count: inner) + part.prefix
                + text(
                    part.value,
                    indentation: inner,
                    column: inner + part.prefix.utf8.count
                )
        }
        let last = String(repeating: " ", count: indentation) + end
        return start + "\n" + lines.joined(separator: ",\n") + "\n" + last
    }

    private static func line(_ value: JSONValue) -> String {
        switch value {
        case .array(let elements): "[" + elements.map(line).joined(separator: ", ") + "]"
        case .object(let members):
            "{"
                + members.map { line(.string($0.name)) + ": " + line($0.value) }
                .joined(separator: ", ") + "}"
        case .null, .bool, .integer, .number, .string:
            String(decoding: JSONWriter.bytes(of: value), as: UTF8.self)
        }
    }
}

extension JSONLayout {
    /// Returns a string without quotation marks, and any other value laid out.
    static func plain(_ value: JSONValue) -> String {
        if case .string(let text) = value { text } else { text(value) }
    }
}
