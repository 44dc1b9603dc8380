import Foundation

/// RFC 3339 in UTC with milliseconds, the only form of a date that this API writes.
enum Timestamp {
    static func text(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// - Returns: `nil` where the text is not in RFC 3339.
    static func date(_ text: String) -> Date? { TimestampReader.date(text) }
}

extension Fields {
    /// A moment that is yet to come, in RFC 3339; with or without a fraction of a second, in
    /// whatever zone.
    func futureDate(_ name: String, after now: Date) throws(APIError) -> Date? {
        guard let text = try string(name, bytesMax: TimestampReader.bytesMax) else { return nil }
        guard let date = Timestamp.date(text) else {
            let message = "is not a moment such as 2027-01-31T12:00:00Z"
            throw .field(path(name), message, value: .string(text))
        }
        guard date > now else { throw .field(path(name), "is over", value: .string(text)) }
        return date
    }
}

extension JSONValue {
    init(_ date: Date?) {
        self = date.map { .string(Timestamp.text($0)) } ?? .null
    }
}
