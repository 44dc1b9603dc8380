import Foundation
import JSON

/// Times in RFC 3339, in UTC and with milliseconds, the only form that this API writes.
enum Timestamp {
    static func text(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// - Returns: `nil` if the text is not in RFC 3339.
    static func date(_ text: String) -> Date? { TimestampReader.date(text) }
}

extension JSONValue {
    init(_ date: Date?) {
        self = date.map { .string(Timestamp.text($0)) } ?? .null
    }
}

extension Codec<Date> {
    static func timestamp(_ about: String = "") -> Codec {
        Codec<Moment>.moment(about).documented(as: .timestamp(about))
            .map({ moment, _ in moment.date }, { Moment(text: Timestamp.text($0), date: $0) })
    }
}

/// A time as a caller wrote it: in RFC 3339, with or without a fraction of a second, in any time
/// zone.
struct Moment: Sendable {
    let text: String
    let date: Date

    /// - Throws: if the time is not after `now`.
    func after(_ now: Date, at path: String) throws(APIError) -> Date {
        guard date > now else { throw .field(path, "is in the past", value: .string(text)) }
        return date
    }
}

extension Codec<Moment> {
    static func moment(_ about: String) -> Codec {
        Codec<String>.text(bytesMax: TimestampReader.bytesMax).documented(as: .moment(about)).map(
            { text, path throws(APIError) in
                guard let date = Timestamp.date(text) else {
                    let message = "is not a moment such as 2027-01-31T12:00:00Z"
                    throw .field(path, message, value: .string(text))
                }
                return Moment(text: text, date: date)
            },
            \.text
        )
    }
}
