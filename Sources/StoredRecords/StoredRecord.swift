// Target `StoredRecords`: the stored JSON form of requests, results, task orders and attempts,
// versioned and separate from `Domain`'s types.
// Border: a row of an older version reads with defaults for newer fields. `SQLiteStore` and
// `FolderCache` import it.

public import Foundation

// The JSON records of the stores: requests, results, orders, attempts.
//
// SQLiteStore, FolderCache and any other target that stores Domain's values import this. The
// records define the format on disk. Domain's types may change their fields and names without
// changing a file, and a file of any earlier release stays readable.
//
// A new field is optional here, and `value()` supplies its value for older records. A field with a
// new meaning needs a new `form` of its record, and `value()` reads both.

/// The stored form of one of Domain's values.
public protocol StoredRecord: Codable, Sendable {
    associatedtype Value

    /// The newest form that this release writes and reads.
    static var newestForm: Int { get }
    /// The form of this record; `nil` means 1, because the first releases wrote none.
    var form: Int? { get }

    init(_ value: Value)
    /// - Throws: where the record contradicts itself.
    func value() throws(RecordDamage) -> Value
}

extension StoredRecord {
    public static var newestForm: Int { 1 }

    public static func encode(_ value: Value) throws -> Data {
        try JSONEncoder.stable.encode(Self(value))
    }

    public static func decode(_ json: Data) throws(RecordDamage) -> Value {
        let record: Self
        do {
            record = try JSONDecoder().decode(Self.self, from: json)
        } catch {
            throw RecordDamage(error)
        }
        let form = record.form ?? 1
        guard form <= newestForm else {
            throw RecordDamage(reason: "it was written by a later release, in form \(form)")
        }
        return try record.value()
    }
}

extension JSONEncoder {
    /// An encoder with sorted field names, so that equal values give equal bytes.
    static var stable: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}

/// An error: the record is damaged, or a later release wrote it.
public struct RecordDamage: Error, Sendable, Hashable, CustomStringConvertible {
    /// The reason and the place, for the operator, without any content from a caller.
    public let reason: String

    public init(reason: String) { self.reason = reason }

    public var description: String { reason }
}

extension RecordDamage {
    init(_ error: any Error) {
        guard let error = error as? DecodingError else {
            self.init(reason: "it cannot be read")
            return
        }
        let reason =
            switch error {
            case .keyNotFound(let key, let context):
                "it has no " + Self.name(context.codingPath + [key])
            case .valueNotFound(_, let context), .typeMismatch(_, let context):
                "its \(Self.name(context.codingPath)) is of another type"
            case .dataCorrupted(let context) where context.codingPath.isEmpty:
                "it is not JSON"
            case .dataCorrupted(let context):
                "its \(Self.name(context.codingPath)) is damaged"
            @unknown default: "it cannot be read"
            }
        self.init(reason: reason)
    }

    private static func name(_ path: [any CodingKey]) -> String {
        path.isEmpty ? "whole" : path.map(\.stringValue).joined(separator: ".")
    }
}
