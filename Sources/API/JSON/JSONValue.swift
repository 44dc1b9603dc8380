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

// MARK: - Reading what a caller sent

extension JSONValue {
    /// - Throws: where this is no text, or a longer one.
    func string(at path: String, bytesMax: Int) throws(APIError) -> String {
        guard case .string(let text) = self else {
            throw .field(path, "must be a string, not \(kind)")
        }
        let bytes = text.utf8.count
        guard bytes <= bytesMax else {
            throw .field(
                path,
                "is \(bytes) bytes long, above the limit of \(bytesMax)",
                value: JSONValue(bytes),
                limit: JSONValue(bytesMax)
            )
        }
        return text
    }

    /// The elements of an array of at most `countMax`.
    func array(at path: String, countMax: Int) throws(APIError) -> [JSONValue] {
        guard case .array(let elements) = self else {
            throw .field(path, "must be an array, not \(kind)")
        }
        try Self.check(elements.count, "elements", at: path, countMax: countMax)
        return elements
    }

    /// The members of an object of at most `countMax`, in the caller's order.
    func object(at path: String, countMax: Int) throws(APIError) -> [Member] {
        guard case .object(let members) = self else {
            throw .field(path, "must be an object, not \(kind)")
        }
        try Self.check(members.count, "members", at: path, countMax: countMax)
        return members
    }

    /// - Throws: where there are more than `countMax`.
    static func check(
        _ count: Int,
        _ what: String,
        at path: String,
        countMax: Int
    ) throws(APIError) {
        guard count > countMax else { return }
        throw .field(
            path,
            "has \(count) \(what), above the limit of \(countMax)",
            value: JSONValue(count),
            limit: JSONValue(countMax)
        )
    }

    /// A whole number within `range`, however it is spelt: JSON has one kind of number, and to JSON
    /// Schema 262.0 is an integer.
    func integer(at path: String, in range: ClosedRange<Int64>) throws(APIError) -> Int64 {
        let number: Int64
        switch self {
        case .integer(let whole): number = whole
        case .number(let double):
            guard let whole = Int64(exactly: double) else {
                throw .field(path, "must be an integer", value: self)
            }
            number = whole
        default: throw .field(path, "must be an integer, not \(kind)", value: self)
        }
        let (least, ceiling) = (range.lowerBound, range.upperBound)
        guard number >= least else {
            let message = "must be at least \(least)"
            throw .field(path, message, value: self, limit: .integer(least))
        }
        guard number <= ceiling else {
            throw .field(
                path,
                "is above the plan's ceiling of \(ceiling)",
                value: self,
                limit: .integer(ceiling)
            )
        }
        return number
    }
}
