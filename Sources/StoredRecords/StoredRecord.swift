// Target `StoredRecords`: the stored JSON form of requests, results, task orders and attempts,
// versioned and separate from `Domain`'s types.
// Border: a row of an older version reads with defaults for newer fields. `SQLiteStore` and
// `FolderCache` import it.

public import Foundation

// What the stores keep as JSON: requests, results, orders, attempts.
//
// Who imports this: SQLiteStore and FolderCache, and whatever else keeps Domain's values on a disk.
// The shapes here are the disk's own. Domain's types may change their fields and names without
// touching a file, and a file of any earlier release stays readable.
//
// To add a field: it is optional here, and `value()` says what it is for a record that was written
// before it existed. A field that changes its meaning is a new `form` of its record, and `value()`
// reads both.

/// A value of Domain's as it is kept on disk.
public protocol StoredRecord: Codable, Sendable {
    associatedtype Value

    /// The newest form that this release writes and reads.
    static var newestForm: Int { get }
    /// The form that this record was written in; `nil` is 1, for the first releases wrote none.
    var form: Int? { get }

    init(_ value: Value)
    /// - Throws: where it contradicts itself.
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
    /// Field names in order, so that equal values make equal bytes.
    static var stable: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}

/// Why a record cannot be read: it is damaged, or a later release wrote it.
public struct RecordDamage: Error, Sendable, Hashable, CustomStringConvertible {
    /// For the operator; says where, and nothing of what a caller sent.
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
