import Foundation
import GRDB

extension Date {
    /// The stored form: whole microseconds since 1970.
    ///
    /// PostgreSQL's timestamps have the same resolution.
    var microseconds: Int64 {
        let value = (timeIntervalSince1970 * 1_000_000).rounded()
        return Int64(min(max(value, -Self.farthest), Self.farthest))
    }

    init(microseconds: Int64) {
        self.init(timeIntervalSince1970: Double(microseconds) / 1_000_000)
    }

    /// About 285,000 years: less than the column's maximum, more than `Date.distantFuture`.
    private static let farthest = 9.0e18
}

extension Row {
    func date(_ column: String) -> Date {
        Date(microseconds: self[column])
    }

    func optionalDate(_ column: String) -> Date? {
        (self[column] as Int64?).map(Date.init(microseconds:))
    }
}

extension Encodable {
    /// Encodes with sorted field names, so that equal values give equal bytes.
    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}

extension Decodable {
    init(json: Data) throws {
        self = try JSONDecoder().decode(Self.self, from: json)
    }
}
