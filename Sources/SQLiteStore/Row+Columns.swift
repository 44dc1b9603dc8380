import Foundation
import GRDB

extension Date {
    /// Whole microseconds since 1970: what is stored.
    ///
    /// PostgreSQL's timestamps have the same grain.
    var microseconds: Int64 {
        let value = (timeIntervalSince1970 * 1_000_000).rounded()
        return Int64(min(max(value, -Self.farthest), Self.farthest))
    }

    init(microseconds: Int64) {
        self.init(timeIntervalSince1970: Double(microseconds) / 1_000_000)
    }

    /// Some 285,000 years: below what the column holds, above `Date.distantFuture`.
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
    /// Field names in order, so that equal values make equal bytes.
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
