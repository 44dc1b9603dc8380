// Target `JSON`: JSON as values, a strict reader with bounds, and a writer.
// Border: it knows no object of ours. `API` reads requests with it, `Catalog` the operator's files.

/// A JSON text as a value: what ``StrictJSON`` reads and ``JSONWriter`` writes.
///
/// Objects keep the order of their members, so that an answer reads as its author laid it out.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A number without fraction or exponent that fits.
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

    /// The kind of value, as a caller would call it.
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

    /// The member of an object with this name.
    ///
    /// One that is set keeps its place, or comes last; `nil` takes it away.
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

    /// `null` where there is no text.
    public init(_ text: String?) {
        self = text.map(JSONValue.string) ?? .null
    }

    public init(_ number: Int) {
        self = .integer(Int64(number))
    }

    /// Names in order, so that the same pairs always make the same text.
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
