/// The members of one JSON object of a request, taken by name and type.
///
/// Every name that the object may have is given at the start, and any other is refused by name: a
/// misspelt `limts` must not run a program without the limits that its caller believes in. `null`
/// is the same as absent, but where a change is read: there it clears what was set before.
struct Fields: Sendable {
    /// Where the object stands in the body, such as `files[2]`; empty for the body itself.
    private let path: String
    private let members: [String: JSONValue]
    private let nulls: Set<String>

    /// - Throws: where `value` is no object, or has a member that is not in `known`.
    init(_ value: JSONValue, at path: String = "", known: [String]) throws(APIError) {
        guard case .object(let members) = value else {
            let message = "must be an object, not \(value.kind)"
            throw path.isEmpty ? .body(message) : .field(path, message)
        }
        if let stranger = members.first(where: { !known.contains($0.name) }) {
            throw Self.unknown(stranger.name, at: path, known: known)
        }
        self.path = path
        nulls = Set(members.filter { $0.value == .null }.map(\.name))
        self.members = Dictionary(
            members.filter { $0.value != .null }.map { ($0.name, $0.value) }
        ) { first, _ in first }
    }

    /// Where a member of this object stands in the body.
    func path(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    func has(_ name: String) -> Bool { members[name] != nil }

    /// Whether the member is there, `null` included.
    func mentions(_ name: String) -> Bool { has(name) || nulls.contains(name) }

    subscript(name: String) -> JSONValue? { members[name] }

    /// A text of at most `bytesMax` bytes in UTF-8.
    func string(_ name: String, bytesMax: Int) throws(APIError) -> String? {
        guard let value = members[name] else { return nil }
        return try value.string(at: path(name), bytesMax: bytesMax)
    }

    func required(_ name: String, bytesMax: Int) throws(APIError) -> String {
        guard let text = try string(name, bytesMax: bytesMax) else {
            throw .field(path(name), "is required")
        }
        return text
    }

    /// A whole number of the range.
    func integer(_ name: String, in range: ClosedRange<Int>) throws(APIError) -> Int? {
        guard let value = members[name] else { return nil }
        guard case .integer(let number) = value, let whole = Int(exactly: number),
            range.contains(whole)
        else {
            throw .field(
                path(name),
                "must be an integer from \(range.lowerBound) to \(range.upperBound)",
                value: value
            )
        }
        return whole
    }

    /// The elements of an array of at most `countMax`, each with its own path.
    func array(
        _ name: String,
        countMax: Int
    ) throws(APIError) -> [(path: String, value: JSONValue)]? {
        guard let value = members[name] else { return nil }
        guard case .array(let elements) = value else {
            throw .field(path(name), "must be an array, not \(value.kind)")
        }
        guard elements.count <= countMax else {
            throw .field(
                path(name),
                "has \(elements.count) elements, above the limit of \(countMax)",
                value: JSONValue(elements.count),
                limit: JSONValue(countMax)
            )
        }
        return elements.enumerated().map { ("\(path(name))[\($0.offset)]", $0.element) }
    }

    func strings(_ name: String, countMax: Int, bytesMax: Int) throws(APIError) -> [String]? {
        guard let elements = try array(name, countMax: countMax) else { return nil }
        var texts: [String] = []
        for element in elements {
            texts.append(try element.value.string(at: element.path, bytesMax: bytesMax))
        }
        return texts
    }

    /// The members of an object, in the caller's order.
    func object(
        _ name: String,
        countMax: Int
    ) throws(APIError) -> [(path: String, name: String, value: JSONValue)]? {
        guard let value = members[name] else { return nil }
        guard case .object(let members) = value else {
            throw .field(path(name), "must be an object, not \(value.kind)")
        }
        guard members.count <= countMax else {
            throw .field(
                path(name),
                "has \(members.count) members, above the limit of \(countMax)",
                value: JSONValue(members.count),
                limit: JSONValue(countMax)
            )
        }
        return members.map { member in
            (path(name) + "." + APIError.shortened(member.name), member.name, member.value)
        }
    }
}

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

extension Fields {
    private static func unknown(_ name: String, at path: String, known: [String]) -> APIError {
        let shown = APIError.shortened(name)
        let full = path.isEmpty ? shown : "\(path).\(shown)"
        let hint = nearest(to: name, among: known).map { "; did you mean `\($0)`?" } ?? ""
        return .field(full, "is not a known field" + hint)
    }

    /// The known name within two edits of `name`, which is most often what was meant.
    static func nearest(to name: String, among known: [String]) -> String? {
        guard name.utf8.count <= 40 else { return nil }
        let distances = known.map { ($0, editDistance(Array(name.utf8), Array($0.utf8))) }
        return distances.filter { $0.1 <= 2 }.min { $0.1 < $1.1 }?.0
    }

    /// Levenshtein's: insertions, deletions and substitutions.
    private static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var previous = Array(0...right.count)
        for (row, leftByte) in left.enumerated() {
            var current = [row + 1]
            for (column, rightByte) in right.enumerated() {
                let substituted = previous[column] + (leftByte == rightByte ? 0 : 1)
                current.append(min(substituted, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[right.count]
    }
}
