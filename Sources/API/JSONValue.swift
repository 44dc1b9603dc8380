/// A JSON text as a value: what ``StrictJSON`` reads and ``JSONWriter`` writes.
///
/// Objects keep the order of their members, so that an answer reads as its author laid it out.
enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A number without fraction or exponent that fits.
    case integer(Int64)
    /// Every other number.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([Member])

    struct Member: Sendable, Hashable {
        let name: String
        let value: JSONValue
    }

    /// What a caller would call this kind of value.
    var kind: String {
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
    subscript(name: String) -> JSONValue? {
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

    /// Of an object; none of anything else.
    var members: [Member] {
        if case .object(let members) = self { members } else { [] }
    }

    /// Of an array; none of anything else.
    var elements: [JSONValue] {
        if case .array(let elements) = self { elements } else { [] }
    }

    /// `null` where there is no text.
    init(_ text: String?) {
        self = text.map(JSONValue.string) ?? .null
    }

    init(_ number: Int) {
        self = .integer(Int64(number))
    }

    /// Names in order, so that the same pairs always make the same text.
    init(pairs: [String: String]) {
        let sorted = pairs.sorted { $0.key < $1.key }
        self = .object(sorted.map { Member(name: $0.key, value: .string($0.value)) })
    }
}

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
    init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Member(name: $0.0, value: $0.1) })
    }

    init(arrayLiteral elements: JSONValue...) {
        self = .array(elements)
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral {
    init(stringLiteral value: String) { self = .string(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
}
