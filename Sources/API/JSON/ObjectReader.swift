import JSON

/// The members of one JSON object by name.
///
/// If the permitted names are given, any other name is refused: a misspelt `limts` must not run a
/// program without the limits that its caller expects.
struct ObjectReader: Sendable {
    /// The place of the object in the body, such as `files[2]`; empty for the body itself.
    private let path: String
    private let members: [String: JSONValue]

    /// - Parameter known: the permitted names; `nil` permits any.
    /// - Throws: if `value` is not an object, or has a member that is not in `known`.
    init(_ value: JSONValue, at path: String, known: [String]?) throws(APIError) {
        guard case .object(let members) = value else {
            let message = "must be an object, not \(value.kind)"
            throw path.isEmpty ? .body(message) : .field(path, message)
        }
        if let known, let stranger = members.first(where: { !known.contains($0.name) }) {
            throw Self.unknown(stranger.name, at: path, known: known)
        }
        self.path = path
        self.members = Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
    }

    /// Returns the place of a member in the body.
    func path(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    subscript(name: String) -> JSONValue? { members[name] }
}

extension ObjectReader {
    private static func unknown(_ name: String, at path: String, known: [String]) -> APIError {
        let shown = APIError.shortened(name)
        let full = path.isEmpty ? shown : "\(path).\(shown)"
        let hint = nearest(to: name, among: known).map { "; did you mean `\($0)`?" } ?? ""
        return .field(full, "is not a known field" + hint)
    }

    /// Returns the known name within two edits of `name`, which is probably the intended one.
    static func nearest(to name: String, among known: [String]) -> String? {
        guard name.utf8.count <= 40 else { return nil }
        let distances = known.map { ($0, editDistance(Array(name.utf8), Array($0.utf8))) }
        return distances.filter { $0.1 <= 2 }.min { $0.1 < $1.1 }?.0
    }

    /// Returns the Levenshtein distance: the number of insertions, deletions and substitutions.
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
