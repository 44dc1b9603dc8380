import Foundation

/// RFC 3339 in UTC with milliseconds, the only form of a date in this API.
enum Timestamp {
    static func text(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}

extension JSONValue {
    init(_ date: Date?) {
        self = date.map { .string(Timestamp.text($0)) } ?? .null
    }
}
