import JSON

@testable import API

/// Checks values against schemas.
///
/// It supports exactly the keywords of JSON Schema that the document uses.
struct SchemaCheck {
    /// The document's schemas, by name.
    let schemas: JSONValue

    /// Returns the differences between `value` and `schema`; empty if there are none.
    func flaws(_ value: JSONValue, _ schema: JSONValue, at path: String = "$") -> [String] {
        schema.members.flatMap { keyword in
            flaws(value, keyword, of: schema, at: path).map { path + " " + $0 }
        } + below(value, schema, at: path)
    }

    func isValid(_ value: JSONValue, _ schema: JSONValue) -> Bool {
        flaws(value, schema).isEmpty
    }

    /// Returns the differences of the value itself.
    private func flaws(
        _ value: JSONValue,
        _ keyword: JSONValue.Member,
        of schema: JSONValue,
        at path: String
    ) -> [String] {
        let operand = keyword.value
        let isKept: Bool
        switch keyword.name {
        case "$ref": return reference(value, operand, at: path)
        case "allOf": return operand.elements.flatMap { flaws(value, $0, at: path) }
        case "if":
            guard isValid(value, operand), let then = schema["then"] else { return [] }
            return flaws(value, then, at: path)
        case "const": isKept = value == operand
        case "enum": isKept = operand.elements.contains(value)
        case "type":
            let types = operand.elements.isEmpty ? [operand] : operand.elements
            isKept = types.contains { Self.isOfType(value, $0.text ?? "") }
        case "oneOf": isKept = operand.elements.count { isValid(value, $0) } == 1
        case "anyOf": isKept = operand.elements.contains { isValid(value, $0) }
        case "minLength", "minItems", "minimum": isKept = Self.size(value, keyword) >= operand.size
        case "maxLength", "maxItems", "maximum", "maxProperties":
            isKept = Self.size(value, keyword) <= operand.size
        case "pattern": isKept = Self.matches(value, operand)
        case "required":
            let names = value.members.map { JSONValue.string($0.name) }
            isKept = !Self.isObject(value) || operand.elements.allSatisfy(names.contains)
        case "properties", "additionalProperties", "propertyNames", "items", "then":
            return []  // checked for members and elements
        case "description", "title", "format", "default", "examples": return []
        default: return ["has a schema with the keyword \(keyword.name)"]
        }
        return isKept ? [] : ["is \(value), against \(keyword.name) \(operand)"]
    }

    private func reference(_ value: JSONValue, _ operand: JSONValue, at path: String) -> [String] {
        guard let name = SchemaReference.name(["$ref": operand]), let schema = schemas[name] else {
            return ["has a schema that refers to nothing: \(operand)"]
        }
        return flaws(value, schema, at: path)
    }

    /// Returns the differences of its members and elements.
    private func below(_ value: JSONValue, _ schema: JSONValue, at path: String) -> [String] {
        let elements = value.elements.enumerated().flatMap { index, element in
            schema["items"].map { flaws(element, $0, at: "\(path)[\(index)]") } ?? []
        }
        let members = value.members.flatMap { member -> [String] in
            let place = "\(path).\(member.name)"
            let name = schema["propertyNames"].map { flaws(.string(member.name), $0, at: place) }
            if let known = schema["properties"]?[member.name] {
                return flaws(member.value, known, at: place)
            }
            switch schema["additionalProperties"] {
            case nil, .bool(true)?: return name ?? []
            case .bool(false)?: return [place + " is no member"]
            case let other?: return (name ?? []) + flaws(member.value, other, at: place)
            }
        }
        return elements + members
    }
}

extension SchemaCheck {
    private static func isOfType(_ value: JSONValue, _ type: String) -> Bool {
        switch (type, value) {
        case ("null", .null), ("boolean", .bool), ("integer", .integer), ("number", .integer),
            ("number", .number), ("string", .string), ("array", .array), ("object", .object):
            true
        default: false
        }
    }

    private static func isObject(_ value: JSONValue) -> Bool {
        if case .object = value { true } else { false }
    }

    /// Returns the size that the keyword limits; a value of another kind is within the limit.
    private static func size(_ value: JSONValue, _ keyword: JSONValue.Member) -> Double {
        switch (value, keyword.name) {
        case (.string(let text), "minLength"), (.string(let text), "maxLength"):
            Double(text.unicodeScalars.count)
        case (.array(let elements), "minItems"), (.array(let elements), "maxItems"):
            Double(elements.count)
        case (.object(let members), "maxProperties"): Double(members.count)
        case (.integer, "minimum"), (.integer, "maximum"), (.number, "minimum"),
            (.number, "maximum"):
            value.size
        default: keyword.value.size
        }
    }

    /// Returns whether the value matches the pattern.
    ///
    /// The pattern of identifiers is not checked: tests use shorter ones, which are easier to read.
    private static func matches(_ value: JSONValue, _ pattern: JSONValue) -> Bool {
        guard case .string(let text) = value, pattern.text?.hasSuffix("{26}$") != true else {
            return true
        }
        guard let regex = try? Regex(pattern.text ?? "").matchingSemantics(.unicodeScalar) else {
            return false
        }
        return text.contains(regex)
    }
}

extension JSONValue {
    fileprivate var size: Double {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: .nan
        }
    }
}
