// Target `JSON`: JSON as values, a strict reader with limits, and a writer.
// Border: it knows no API object. `API` reads requests with it, and `Catalog` reads the operator's
// files.

/// A JSON value, which ``StrictJSON`` reads and ``JSONWriter`` writes.
///
/// Objects keep the order of their members, so that an answer has the order of its declaration.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A number without fraction or exponent that fits into 64 bits.
    case integer(Int64)
    /// Every other number.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([Member])

    public struct Member: Sendable, Hashable {
        public let name: String
        public let value: JSONValue

        public init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// The kind of value, in words for a caller.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// Gets or sets the member of an object with this name.
    ///
    /// A replaced member keeps its place, and a new one comes last; `nil` removes the member.
    public subscript(name: String) -> JSONValue? {
        get { members.first { $0.name == name }?.value }
        set {
            var members = members
            let place = members.firstIndex { $0.name == name }
            if let place { members.remove(at: place) }
            if let newValue {
                let member = Member(name: name, value: newValue)
                members.insert(member, at: place ?? members.endIndex)
            }
            self = .object(members)
        }
    }

    /// The members of an object; empty for any other value.
    public var members: [Member] {
        if case .object(let members) = self { members } else { [] }
    }

    /// The elements of an array; empty for any other value.
    public var elements: [JSONValue] {
        if case .array(let elements) = self { elements } else { [] }
    }

    /// Creates a string; `nil` becomes `null`.
    public init(_ text: String?) {
        self = text.map(JSONValue.string) ?? .null
    }

    public init(_ number: Int) {
        self = .integer(Int64(number))
    }

    /// Creates an object with sorted names, so that equal pairs always make the same text.
    public init(pairs: [String: String]) {
        let sorted = pairs.sorted { $0.key < $1.key }
        self = .object(sorted.map { Member(name: $0.key, value: .string($0.value)) })
    }
}

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Member(name: $0.0, value: $0.1) })
    }

    public init(arrayLiteral elements: JSONValue...) {
        self = .array(elements)
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}
