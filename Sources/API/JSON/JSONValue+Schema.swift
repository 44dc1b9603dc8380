import JSON

/// Constructors for JSON Schema (2020-12).
///
/// `about` is the description in the documentation, as a sentence or a few words.
extension JSONValue {
    /// Returns the schema of an object with these members and no others.
    static func closed(_ about: String, _ members: [Member], required: [String]) -> JSONValue {
        var schema = described(about, "object")
        schema["properties"] = .object(members)
        schema["required"] = required.isEmpty ? nil : .array(required.map(JSONValue.string))
        schema["additionalProperties"] = false
        return schema
    }

    static func text(
        _ about: String = "",
        min: Int? = nil,
        max: Int? = nil,
        pattern: String? = nil,
        format: String? = nil,
        example: String? = nil
    ) -> JSONValue {
        var schema = described(about, "string")
        schema["minLength"] = min.map { JSONValue($0) }
        schema["maxLength"] = max.map { JSONValue($0) }
        schema["pattern"] = pattern.map(JSONValue.string)
        schema["format"] = format.map(JSONValue.string)
        schema["examples"] = example.map { [.string($0)] }
        return schema
    }

    static func whole(
        _ about: String = "",
        min: Int64? = 0,
        max: Int64? = nil,
        default standard: Int64? = nil
    ) -> JSONValue {
        var schema = described(about, "integer")
        schema["minimum"] = min.map(JSONValue.integer)
        schema["maximum"] = max.map(JSONValue.integer)
        schema["default"] = standard.map(JSONValue.integer)
        return schema
    }

    static func real(_ about: String = "", min: Int64? = 0) -> JSONValue {
        var schema = described(about, "number")
        schema["minimum"] = min.map(JSONValue.integer)
        return schema
    }

    static func flag(_ about: String = "") -> JSONValue { described(about, "boolean") }

    /// Returns the schema of one of these words.
    static func choice(_ about: String, _ words: [String]) -> JSONValue {
        var schema = described(about, "string")
        // An empty `enum` is not a valid schema.
        schema["enum"] = words.isEmpty ? nil : .array(words.map(JSONValue.string))
        return schema
    }

    static func list(
        _ about: String,
        of element: JSONValue,
        min: Int? = nil,
        max: Int? = nil
    ) -> JSONValue {
        var schema = described(about, "array")
        schema["items"] = element
        schema["minItems"] = min.map { JSONValue($0) }
        schema["maxItems"] = max.map { JSONValue($0) }
        return schema
    }

    /// Returns the schema of an object whose names the caller chooses.
    static func map(
        _ about: String,
        names: JSONValue? = nil,
        of value: JSONValue,
        max: Int? = nil
    ) -> JSONValue {
        var schema = described(about, "object")
        schema["propertyNames"] = names
        schema["additionalProperties"] = value
        schema["maxProperties"] = max.map { JSONValue($0) }
        return schema
    }

    /// Returns the schema of a time as the server writes it: RFC 3339 in UTC with milliseconds.
    static func timestamp(_ about: String = "") -> JSONValue {
        text(about, format: "date-time", example: "2026-11-21T05:29:34.710Z")
    }

    /// Returns the schema of a time as callers may write it: RFC 3339 in any time zone.
    static func moment(_ about: String) -> JSONValue {
        text(
            about,
            max: TimestampReader.bytesMax,
            format: "date-time",
            example: "2099-01-31T12:00:00Z"
        )
    }

    /// Returns the schema of an identifier that ``Identifier`` made.
    static func identifier(_ prefix: String, _ about: String = "") -> JSONValue {
        text(
            about,
            pattern: "^\(prefix)[0-9a-hjkmnp-tv-z]{26}$",
            example: prefix + "01m7y99nan8h4qysw2gw961my1"
        )
    }

    static func constant(_ value: JSONValue) -> JSONValue { ["const": value] }

    /// Returns a reference to the schema of this name in the document's components.
    static func schema(_ name: String) -> JSONValue {
        ["$ref": .string("#/components/schemas/" + name)]
    }

    /// The same schema, which also permits `null`.
    var orNull: JSONValue {
        guard case .string(let type)? = self["type"] else {
            // A schema without a type already permits `null`.
            return self["$ref"] == nil ? self : ["anyOf": [self, ["type": "null"]]]
        }
        var schema = self
        schema["type"] = [.string(type), "null"]
        if case .array(let words)? = self["enum"] { schema["enum"] = .array(words + [.null]) }
        return schema
    }

    private static func described(_ about: String, _ type: String) -> JSONValue {
        var schema: JSONValue = ["type": .string(type)]
        schema["description"] = about.isEmpty ? nil : .string(about)
        return schema
    }
}
