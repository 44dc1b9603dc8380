import Foundation
import JSON

/// A Swift value's form in JSON: its schema, its writer and its reader.
///
/// Each member of an API object is declared with one codec, so its documentation, its writer and
/// its reader cannot differ. A reader throws the error that the caller gets; `path` is the place of
/// the value in the body.
struct Codec<Value>: Sendable {
    typealias Reader = @Sendable (JSONValue, _ path: String) throws(APIError) -> Value

    var schema: JSONValue
    let encode: @Sendable (Value) -> JSONValue
    let decode: Reader

    /// Returns a codec whose reader also checks rules that the type cannot express.
    func checked(
        _ check: @escaping @Sendable (Value, _ path: String) throws(APIError) -> Void
    ) -> Codec {
        let decode = decode
        return Codec(schema: schema, encode: encode) { value, path throws(APIError) in
            let value = try decode(value, path)
            try check(value, path)
            return value
        }
    }

    /// Returns a codec for the same JSON and another Swift type.
    func map<Other>(
        _ read: @escaping @Sendable (Value, _ path: String) throws(APIError) -> Other,
        _ write: @escaping @Sendable (Other) -> Value
    ) -> Codec<Other> {
        let (encode, decode) = (encode, decode)
        return Codec<Other>(
            schema: schema,
            encode: { encode(write($0)) },
            decode: { value, path throws(APIError) in
                try read(try decode(value, path), path)
            }
        )
    }

    /// Returns the same codec with another schema.
    func documented(as schema: JSONValue) -> Codec {
        Codec(schema: schema, encode: encode, decode: decode)
    }

    /// The codec that also accepts `null`, for no value.
    var orNull: Codec<Value?> {
        let (encode, decode) = (encode, decode)
        return Codec<Value?>(
            schema: schema.orNull,
            encode: { $0.map(encode) ?? .null },
            decode: { value, path throws(APIError) in
                value == .null ? nil : try decode(value, path)
            }
        )
    }
}

extension Codec<String> {
    /// - Parameter bytesMax: the maximum size that the reader accepts, in UTF-8; the default is
    ///   `max`.
    static func text(
        _ about: String = "",
        min: Int? = nil,
        max: Int? = nil,
        bytesMax: Int? = nil,
        pattern: String? = nil,
        format: String? = nil,
        example: String? = nil
    ) -> Codec {
        let schema = JSONValue.text(
            about,
            min: min,
            max: max,
            pattern: pattern,
            format: format,
            example: example
        )
        let bytesMax = bytesMax ?? max ?? .max
        return Codec(schema: schema, encode: JSONValue.string) { value, path throws(APIError) in
            try value.string(at: path, bytesMax: bytesMax)
        }
    }

    /// Returns a text whose length is counted in Unicode scalars, not in bytes.
    static func prose(charactersMax most: Int, pattern: String? = nil) -> Codec {
        Codec.text(max: most, bytesMax: .max, pattern: pattern).checked {
            text,
            path throws(APIError) in
            let length = text.unicodeScalars.count
            guard length > most else { return }
            throw .field(
                path,
                "is \(length) characters long, above the limit of \(most)",
                value: JSONValue(length),
                limit: JSONValue(most)
            )
        }
    }

    /// Returns an identifier that ``Identifier`` made.
    static func identifier(_ prefix: String, _ about: String = "") -> Codec {
        Codec.text(about).documented(as: .identifier(prefix, about))
    }
}

extension Codec where Value: BinaryInteger & Sendable {
    static func whole(
        _ about: String = "",
        min: Int64? = 0,
        max: Int64? = nil,
        default standard: Int64? = nil
    ) -> Codec {
        let range = (min ?? .min)...(max ?? .max)
        return Codec(
            schema: .whole(about, min: min, max: max, default: standard),
            encode: { .integer(Int64($0)) },
            decode: { value, path throws(APIError) in
                guard case .integer(let number) = value, range.contains(number),
                    let whole = Value(exactly: number)
                else {
                    throw .field(
                        path,
                        "must be an integer from \(range.lowerBound) to \(range.upperBound)",
                        value: value
                    )
                }
                return whole
            }
        )
    }
}

extension Codec<Double> {
    static func real(_ about: String = "") -> Codec {
        Codec(schema: .real(about), encode: JSONValue.number) { value, path throws(APIError) in
            switch value {
            case .integer(let whole): Double(whole)
            case .number(let number): number
            default: throw .field(path, "must be a number, not \(value.kind)")
            }
        }
    }
}

extension Codec<Bool> {
    static func flag(_ about: String = "") -> Codec {
        Codec(schema: .flag(about), encode: JSONValue.bool) { value, path throws(APIError) in
            guard case .bool(let flag) = value else {
                throw .field(path, "must be a boolean, not \(value.kind)")
            }
            return flag
        }
    }
}

extension Codec where Value: RawRepresentable & Sendable, Value.RawValue == String {
    /// Returns one of these words; the schema lists them in this order.
    static func choice(_ about: String, _ choices: [Value], bytesMax: Int = .max) -> Codec {
        let words = choices.map(\.rawValue)
        return Codec(
            schema: .choice(about, words),
            encode: { .string($0.rawValue) },
            decode: { value, path throws(APIError) in
                let text = try value.string(at: path, bytesMax: bytesMax)
                guard let choice = choices.first(where: { $0.rawValue == text }) else {
                    let list = words.joined(separator: ", ")
                    throw .field(path, "must be one of: \(list)", value: .string(text))
                }
                return choice
            }
        )
    }
}

extension Codec {
    /// - Parameters:
    ///   - max: the maximum number of elements, for the schema and for the reader.
    ///   - readsEmpty: whether the reader accepts an empty list, for later code to refuse.
    static func list<Element>(
        _ about: String,
        of element: Codec<Element>,
        min: Int? = nil,
        max: Int? = nil,
        readsEmpty: Bool = false
    ) -> Codec where Value == [Element] {
        Codec(
            schema: .list(about, of: element.schema, min: min, max: max),
            encode: { .array($0.map(element.encode)) },
            decode: { value, path throws(APIError) in
                let elements = try value.array(at: path, countMax: max ?? .max)
                guard readsEmpty || elements.count >= min ?? 0 else {
                    throw .field(path, "must have at least one element", limit: .integer(1))
                }
                var read: [Element] = []
                for (index, value) in elements.enumerated() {
                    read.append(try element.decode(value, "\(path)[\(index)]"))
                }
                return read
            }
        )
    }

    /// Returns an object whose names the caller chooses; it is written in the order of the names.
    static func map<Element>(
        _ about: String,
        names: JSONValue? = nil,
        of element: Codec<Element>,
        max: Int? = nil,
        checkingNames check:
            @escaping @Sendable (
                _ name: String, _ path: String, _ memberPath: String
            ) throws(APIError) -> Void = { _, _, _ in }
    ) -> Codec where Value == [String: Element] {
        Codec(
            schema: .map(about, names: names, of: element.schema, max: max),
            encode: { pairs in
                let sorted = pairs.sorted { $0.key < $1.key }
                return .object(
                    sorted.map { .init(name: $0.key, value: element.encode($0.value)) }
                )
            },
            decode: { value, path throws(APIError) in
                var read: [String: Element] = [:]
                for member in try value.object(at: path, countMax: max ?? .max) {
                    let memberPath = path + "." + APIError.shortened(member.name)
                    try check(member.name, path, memberPath)
                    read[member.name] = try element.decode(member.value, memberPath)
                }
                return read
            }
        )
    }
}
