import Foundation

/// Reads a time strictly by the grammar of RFC 3339 (section 5.6).
///
/// Foundation reads the date and the time of day, behind a check of the form: it accepts other
/// forms as well, and which ones differs between releases. Its calendar is the Gregorian one from
/// 1582 on.
enum TimestampReader {
    static let bytesMax = 64

    /// - Returns: `nil` if the text is not a time in this form.
    static func date(_ text: String) -> Date? {
        let form =
            /([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}):([0-9]{2})(\.[0-9]+)?([Zz]|[+-].*)/
        guard text.utf8.count <= bytesMax, let parts = text.wholeMatch(of: form),
            let offset = offset(parts.5)
        else { return nil }
        // A leap second counts as the next second.
        let (second, leapSeconds) = parts.3 == "60" ? ("59", 1.0) : (parts.3, 0)
        let whole = "\(parts.1)T\(parts.2):\(second)Z"
        let style = Date.ISO8601FormatStyle()
        // Foundation takes 31 April for 1 May.
        guard let date = try? Date(whole, strategy: style), date.formatted(style) == whole else {
            return nil
        }
        let fraction = parts.4.flatMap { Double("0" + $0) } ?? 0
        let seconds = date.timeIntervalSince1970 + leapSeconds - offset
        return Date(timeIntervalSince1970: seconds + fraction)
    }

    /// Reads the offset, in seconds east of UTC.
    private static func offset(_ text: Substring) -> Double? {
        if text.lowercased() == "z" { return 0 }
        guard let parts = text.wholeMatch(of: /([+-])([0-9]{2}):([0-9]{2})/),
            let hours = Double(parts.2), let minutes = Double(parts.3), hours < 24, minutes < 60
        else { return nil }
        return (parts.1 == "-" ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }
}
