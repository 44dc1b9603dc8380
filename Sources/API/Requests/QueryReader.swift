import Domain
import HTTPTypes
import Hummingbird
import JSON

/// Reads the query of a list; ``RouteTable`` has already checked its names against the
/// documentation.
struct QueryReader {
    static let limits = 1...100
    static let limitDefault = 20
    static let offsetMax = 1_000_000_000

    private let values: [String: String]

    /// - Parameter request: a request whose query was checked.
    init(_ request: Request) {
        let pairs = request.uri.queryParameters.map { (String($0.key), String($0.value)) }
        values = Dictionary(pairs) { first, _ in first }
    }

    /// - Throws: if a parameter is not in `known`, or is given twice.
    static func check(_ request: Request, known: [String]) throws(APIError) {
        var names: Set<String> = []
        for (key, _) in request.uri.queryParameters {
            let name = String(key)
            // Every route accepts this parameter, and ``CallerResolver`` reads it.
            if name == "apiKey" { continue }
            guard known.contains(name) else {
                let hint = ObjectReader.nearest(to: name, among: known)
                let suffix = hint.map { "; did you mean `\($0)`?" } ?? ""
                throw .field(APIError.shortened(name), "is not a known parameter" + suffix)
            }
            guard names.insert(name).inserted else { throw .field(name, "is given twice") }
        }
    }

    subscript(name: String) -> String? { values[name] }

    func page() throws(APIError) -> Page {
        Page(
            limit: try integer("limit", in: Self.limits) ?? Self.limitDefault,
            offset: try integer("offset", in: 0...Self.offsetMax) ?? 0
        )
    }

    private func integer(_ name: String, in range: ClosedRange<Int>) throws(APIError) -> Int? {
        guard let text = values[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .field(
                name,
                "must be an integer from \(range.lowerBound) to \(range.upperBound)",
                value: .string(text),
                limit: JSONValue(range.upperBound)
            )
        }
        return number
    }
}
