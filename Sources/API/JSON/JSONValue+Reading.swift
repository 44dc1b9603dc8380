import JSON

/// Readers for a caller's value by its kind; each throws an error that names the fault.
extension JSONValue {
    /// - Throws: if this is not a string, or a longer one.
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

    /// Returns the elements of an array of at most `countMax` elements.
    func array(at path: String, countMax: Int) throws(APIError) -> [JSONValue] {
        guard case .array(let elements) = self else {
            throw .field(path, "must be an array, not \(kind)")
        }
        try Self.check(elements.count, "elements", at: path, countMax: countMax)
        return elements
    }

    /// Returns the members of an object of at most `countMax` members, in the caller's order.
    func object(at path: String, countMax: Int) throws(APIError) -> [Member] {
        guard case .object(let members) = self else {
            throw .field(path, "must be an object, not \(kind)")
        }
        try Self.check(members.count, "members", at: path, countMax: countMax)
        return members
    }

    /// - Throws: if `count` is above `countMax`.
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

    /// Returns a whole number within `range`.
    ///
    /// Also 262.0 is accepted: JSON has one kind of number, and to JSON Schema it is an integer.
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
