import JSON

/// A schema as rows for `fields.mustache`; rows of nested objects have their full path.
///
/// A schema with a name has its own table, and other tables link to it.
struct SchemaTable {
    /// The document's schemas, by name.
    let schemas: JSONValue

    func fields(_ schema: JSONValue) -> JSONValue { .array(rows(schema, at: "")) }

    private func rows(_ schema: JSONValue, at path: String) -> [JSONValue] {
        let alternatives = alternatives(schema)
        if alternatives.count > 1 {
            return alternatives.flatMap { alternative in
                let heading = JSONValue.string(alternative.text("description"))
                let rows = rows(alternative, at: path)
                return rows.isEmpty ? [] : [["heading": heading]] + rows
            }
        }
        let schema = alternatives[0]
        if let element = schema["items"] { return rows(element, at: path + "[]") }
        let required = Set((schema["required"]?.elements ?? []))
        return (schema["properties"]?.members ?? []).flatMap { member in
            let name = path.isEmpty ? member.name : "\(path).\(member.name)"
            let isRequired = required.contains(.string(member.name))
            return [row(name, member.value, isRequired: isRequired)]
                + (SchemaReference.name(member.value) == nil ? rows(member.value, at: name) : [])
        }
    }

    /// Returns the alternatives of a schema other than `null`.
    private func alternatives(_ schema: JSONValue) -> [JSONValue] {
        let choices = schema["oneOf"]?.elements ?? schema["anyOf"]?.elements ?? []
        let real = choices.filter { $0["type"] != "null" }
        return real.isEmpty ? [schema] : real
    }

    private func row(_ name: String, _ schema: JSONValue, isRequired: Bool) -> JSONValue {
        // Every optional member may be `null`, so the table does not say so.
        let schema = isRequired ? schema : schema.withoutNull
        let choices = schema["anyOf"]?.elements ?? [schema]
        let own = schema.text("description")
        let about = own.isEmpty && choices.count == 1 ? described(choices[0]) : own
        return [
            "name": .string(name), "required": .bool(isRequired), "schema": schema,
            "description": .string(about),
        ]
    }

    private func described(_ schema: JSONValue) -> String {
        SchemaReference.resolve(schema, in: schemas).text("description")
    }
}

extension JSONValue {
    /// The schema without the alternative `null`.
    fileprivate var withoutNull: JSONValue {
        var schema = self
        if case .array(let types)? = schema["type"] {
            schema["type"] = .array(types.filter { $0 != "null" })
        }
        for keyword in ["enum", "anyOf"] {
            guard case .array(let alternatives)? = schema[keyword] else { continue }
            schema[keyword] = .array(alternatives.filter { $0 != .null && $0["type"] != "null" })
        }
        return schema
    }
}

/// A short description of a schema's type.
enum SchemaInWords {
    static func type(_ schema: JSONValue) -> String {
        if let name = SchemaReference.name(schema) {
            let text = HTMLText.escaped(name)
            return "<a href=\"#schema-\(text)\">\(text)</a>"
        }
        if let constant = schema["const"] { return HTMLText.code(JSONLayout.plain(constant)) }
        if let words = schema["enum"]?.elements {
            return words.map { HTMLText.code(JSONLayout.plain($0)) }.joined(separator: ", ")
        }
        if let choices = schema["oneOf"] ?? schema["anyOf"] {
            return choices.elements.map(type).joined(separator: " or ")
        }
        let types = schema["type"].map { $0.elements.isEmpty ? [$0] : $0.elements } ?? []
        let words = types.map { single(JSONLayout.plain($0), schema) }
        return words.isEmpty ? "anything" : words.joined(separator: " or ")
    }

    private static func single(_ type: String, _ schema: JSONValue) -> String {
        switch type {
        case "array":
            let element = schema["items"].map { " of " + Self.type($0) } ?? ""
            return "list" + bounds(schema, "minItems", "maxItems") + element
        case "object":
            return schema["properties"] == nil
                ? "pairs" + bounds(schema, "", "maxProperties") : "object"
        case "string":
            let format = schema["format"].map { JSONLayout.plain($0) } ?? "text"
            return HTMLText.escaped(format)
                + bounds(schema, "minLength", "maxLength", of: " characters")
        case "integer", "number": return type + bounds(schema, "minimum", "maximum")
        default: return HTMLText.escaped(type)
        }
    }

    private static func bounds(
        _ schema: JSONValue,
        _ least: String,
        _ most: String,
        of unit: String = ""
    ) -> String {
        switch (schema[least].map(JSONLayout.plain), schema[most].map(JSONLayout.plain)) {
        case (nil, nil), ("0"?, nil): ""
        case (let least?, nil): " (\(least) or more\(unit))"
        case (nil, let most?): " (up to \(most)\(unit))"
        case (let least?, let most?): " (\(least) to \(most)\(unit))"
        }
    }
}
