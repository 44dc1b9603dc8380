import JSON

/// The declaration of an API object: its name, its members and its documentation.
///
/// Its writer, its reader and its schema are all derived from ``fields``, so they cannot differ.
struct ObjectDescription<Object: Sendable>: Sendable {
    enum Kind: Sendable {
        /// An object that this server writes, with exactly these members. A reader ignores other
        /// members, since a newer server may send more.
        case answer
        /// An object that this server reads. Any other member is refused by name, and `null` means
        /// the same as absent.
        case request
    }

    let kind: Kind
    /// The name among the document's schemas; `nil` for a schema that is written inline.
    let name: String?
    let about: String
    let fields: [Field<Object>]
    /// The members that must be present although their properties are optional.
    let required: Set<String>
    /// Keywords of the schema about several members together.
    let rules: [JSONValue.Member]
    /// The object that the reader starts from; `nil` for an object that is only written.
    let blank: Object?

    static func answer(
        _ name: String,
        _ about: String,
        from blank: Object? = nil,
        _ fields: [Field<Object>]
    ) -> Self {
        Self(
            kind: .answer,
            name: name,
            about: about,
            fields: fields,
            required: [],
            rules: [],
            blank: blank
        )
    }

    /// Returns a description that is part of another one, and has no name.
    static func part(
        about: String = "",
        from blank: Object? = nil,
        required: Set<String> = [],
        _ fields: [Field<Object>]
    ) -> Self {
        Self(
            kind: .answer,
            name: nil,
            about: about,
            fields: fields,
            required: required,
            rules: [],
            blank: blank
        )
    }

    static func request(
        _ name: String?,
        _ about: String = "",
        from blank: Object,
        required: Set<String> = [],
        _ fields: [Field<Object>],
        rules: [JSONValue.Member] = []
    ) -> Self {
        Self(
            kind: .request,
            name: name,
            about: about,
            fields: fields,
            required: required,
            rules: rules,
            blank: blank
        )
    }

    private func isRequired(_ field: Field<Object>) -> Bool {
        field.presence == .always || required.contains(field.name)
    }
}

// MARK: - Schema

extension ObjectDescription {
    /// The schema under its name, for the list in the document.
    var definition: JSONValue.Member { .init(name: name ?? "", value: schema) }

    var schema: JSONValue {
        let members = fields.map { field in
            let isNullable =
                kind == .request && field.presence == .optional && !isRequired(field)
            return JSONValue.Member(
                name: field.name,
                value: isNullable ? field.schema.orNull : field.schema
            )
        }
        var schema = JSONValue.closed(
            about,
            members,
            required: fields.filter(isRequired).map(\.name)
        )
        for rule in rules { schema[rule.name] = rule.value }
        return schema
    }

    /// The form in which other schemas refer to it: a reference if it has a name, else the schema.
    var reference: JSONValue { name.map(JSONValue.schema) ?? schema }
}

// MARK: - Writing and reading

extension ObjectDescription {
    func encode(_ object: Object) -> JSONValue {
        .object(
            fields.compactMap { field in
                field.encode(object).map { .init(name: field.name, value: $0) }
            }
        )
    }

    /// - Parameter path: the place of the object in the body; empty for the body itself.
    func decode(_ value: JSONValue, at path: String = "") throws(APIError) -> Object {
        guard var object = blank else { throw .field(path, "cannot be read") }
        let known = kind == .request ? fields.map(\.name) : nil
        let members = try ObjectReader(value, at: path, known: known)
        for field in fields {
            let given = members[field.name]
            if isRequired(field), kind == .request, given == nil || given == .null {
                throw .field(members.path(field.name), "is required")
            }
            try field.decode(&object, given, members.path(field.name))
        }
        return object
    }
}

extension ObjectDescription {
    var codec: Codec<Object> {
        Codec(schema: reference, encode: encode) { value, path throws(APIError) in
            try decode(value, at: path)
        }
    }
}

extension Codec where Value: Sendable {
    /// Returns the codec of an object with this declaration.
    static func object(_ description: ObjectDescription<Value>) -> Codec { description.codec }

    static func objectOrNull<Object>(
        _ description: ObjectDescription<Object>
    ) -> Codec where Value == Object? {
        Codec<Object>.object(description).orNull
            .documented(as: ["anyOf": [description.reference, ["type": "null"]]])
    }

    /// Returns the codec of an object that has one of two forms.
    static func either(
        _ first: ObjectDescription<Value>,
        _ second: ObjectDescription<Value>,
        isFirst: @escaping @Sendable (Value) -> Bool
    ) -> Codec {
        Codec(
            schema: ["oneOf": [first.reference, second.reference]],
            encode: { isFirst($0) ? first.encode($0) : second.encode($0) },
            decode: { value, path throws(APIError) in
                if let object = try? first.decode(value, at: path) { return object }
                return try second.decode(value, at: path)
            }
        )
    }
}
