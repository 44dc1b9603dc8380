import JSON

/// One member of an API object: its name, its schema, and the property that is its value.
struct Field<Object>: Sendable {
    let name: String
    let schema: JSONValue
    let presence: FieldPresence
    /// - Returns: `nil` if the object leaves the member out.
    let encode: @Sendable (Object) -> JSONValue?
    /// Sets the property; the value is `nil` if the member is absent.
    let decode: @Sendable (inout Object, JSONValue?, _ path: String) throws(APIError) -> Void
}

enum FieldPresence: Sendable {
    case always
    /// The member may be left out; in a request `null` means the same.
    case optional
    /// The member may be left out of a request, but it cannot be `null`.
    case neverNull
}

extension Field {
    /// Creates the member of a property that always has a value.
    init<Value>(
        _ name: String,
        _ property: any WritableKeyPath<Object, Value> & Sendable,
        _ codec: Codec<Value>
    ) {
        self.init(
            name: name,
            schema: codec.schema,
            presence: .always,
            encode: { codec.encode($0[keyPath: property]) },
            decode: { object, value, path throws(APIError) in
                guard let value else { throw .field(path, "is required") }
                object[keyPath: property] = try codec.decode(value, path)
            }
        )
    }

    /// Creates the member of an optional property; no value is written as `null`.
    init<Value>(
        _ name: String,
        _ property: any WritableKeyPath<Object, Value?> & Sendable,
        orNull codec: Codec<Value>
    ) {
        self.init(name, property, codec.orNull)
    }

    /// Creates the member of an optional property; without a value the member is left out.
    init<Value>(
        _ name: String,
        _ property: any WritableKeyPath<Object, Value?> & Sendable,
        optional codec: Codec<Value>
    ) {
        self.init(
            name: name,
            schema: codec.schema,
            presence: .optional,
            encode: { $0[keyPath: property].map(codec.encode) },
            decode: { object, value, path throws(APIError) in
                guard let value, value != .null else { return }
                object[keyPath: property] = try codec.decode(value, path)
            }
        )
    }

    /// Creates a member that may be left out of a request, but not cleared with `null`.
    init<Value>(
        _ name: String,
        _ property: any WritableKeyPath<Object, Value?> & Sendable,
        neverNull codec: Codec<Value>
    ) {
        self.init(
            name: name,
            schema: codec.schema,
            presence: .neverNull,
            encode: { $0[keyPath: property].map(codec.encode) },
            decode: { object, value, path throws(APIError) in
                guard let value else { return }
                guard value != .null else { throw .field(path, "is required") }
                object[keyPath: property] = try codec.decode(value, path)
            }
        )
    }

    /// Creates a member of a change; `null` clears the property.
    init<Value>(
        _ name: String,
        _ property: any WritableKeyPath<Object, Change<Value>?> & Sendable,
        clearable codec: Codec<Value>
    ) {
        self.init(
            name: name,
            schema: codec.schema,
            presence: .optional,
            encode: { $0[keyPath: property].map { codec.orNull.encode($0.value) } },
            decode: { object, value, path throws(APIError) in
                guard let value else { return }
                object[keyPath: property] =
                    value == .null ? .cleared : .set(try codec.decode(value, path))
            }
        )
    }

    /// The same field, but the reader leaves the property as it is if the member is absent.
    var orBlank: Field {
        let decode = decode
        return Field(
            name: name,
            schema: schema,
            presence: presence,
            encode: encode,
            decode: { object, value, path throws(APIError) in
                if value != nil { try decode(&object, value, path) }
            }
        )
    }

    /// Returns the same member as a field of an object that contains this one.
    func of<Outer>(_ property: any WritableKeyPath<Outer, Object> & Sendable) -> Field<Outer> {
        let (encode, decode) = (encode, decode)
        return Field<Outer>(
            name: name,
            schema: schema,
            presence: presence,
            encode: { encode($0[keyPath: property]) },
            decode: { object, value, path throws(APIError) in
                try decode(&object[keyPath: property], value, path)
            }
        )
    }
}

/// The effect of a change on a property that it names.
enum Change<Value: Sendable>: Sendable {
    case set(Value)
    case cleared

    var value: Value? {
        if case .set(let value) = self { value } else { nil }
    }
}

// MARK: - Members that are written and never read

extension Field {
    @_disfavoredOverload
    init<Value>(
        _ name: String,
        _ property: any KeyPath<Object, Value> & Sendable,
        _ codec: Codec<Value>
    ) {
        self.init(written: name, codec.schema) { codec.encode($0[keyPath: property]) }
    }

    @_disfavoredOverload
    init<Value>(
        _ name: String,
        _ property: any KeyPath<Object, Value?> & Sendable,
        orNull codec: Codec<Value>
    ) {
        self.init(name, property, codec.orNull)
    }

    /// Returns a member with the same value for every object.
    static func constant(_ name: String, _ value: JSONValue) -> Field {
        Field(written: name, .constant(value)) { _ in value }
    }

    static func null(_ name: String) -> Field {
        Field(written: name, ["type": "null"]) { _ in .null }
    }

    private init(
        written name: String,
        _ schema: JSONValue,
        _ encode: @escaping @Sendable (Object) -> JSONValue
    ) {
        self.init(
            name: name,
            schema: schema,
            presence: .always,
            encode: encode,
            decode: { _, _, _ in }
        )
    }

    @_disfavoredOverload
    func of<Outer>(_ property: any KeyPath<Outer, Object> & Sendable) -> Field<Outer> {
        let encode = encode
        return Field<Outer>(
            name: name,
            schema: schema,
            presence: presence,
            encode: { encode($0[keyPath: property]) },
            decode: { _, _, _ in }
        )
    }
}
