import Foundation

/// Reads a time strictly by the grammar of RFC 3339 (section 5.6).
///
/// It does not use Foundation, whose readers accept other forms as well, and which forms differs
/// between releases.
struct TimestampReader {
    static let bytesMax = 64

    private var rest: Substring.UTF8View

    /// - Returns: `nil` if the text is not a time in this form.
    static func date(_ text: String) -> Date? {
        guard text.utf8.count <= bytesMax else { return nil }
        var reader = TimestampReader(rest: Substring(text).utf8)
        return reader.date()
    }

    private mutating func date() -> Date? {
        guard let year = digits(4), take("-"), let month = digits(2), take("-"),
            let day = digits(2), take("Tt"), let hour = digits(2), take(":"),
            let minute = digits(2), take(":"), let second = digits(2)
        else { return nil }
        guard (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day),
            hour < 24, minute < 60, second <= 60  // a leap second counts as the next second
        else { return nil }
        guard let fraction = fraction(), let offset = offset(), rest.isEmpty else { return nil }
        let time = hour * 3_600 + minute * 60 + second - offset
        let seconds = Self.daysSince1970(year: year, month: month, day: day) * 86_400 + time
        return Date(timeIntervalSince1970: Double(seconds) + fraction)
    }

    private mutating func digits(_ count: Int) -> Int? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy(Self.isDigit) else { return nil }
        rest = rest.dropFirst(count)
        return Int(String(Substring(digits)))
    }

    /// Consumes the next character if it is one of `characters`.
    private mutating func take(_ characters: String) -> Bool {
        guard let first = rest.first, characters.utf8.contains(first) else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func fraction() -> Double? {
        guard take(".") else { return 0 }
        let digits = rest.prefix(while: Self.isDigit)
        rest = rest.dropFirst(digits.count)
        return digits.isEmpty ? nil : Double("0." + String(Substring(digits)))
    }

    /// Reads the offset, in seconds east of UTC.
    private mutating func offset() -> Int? {
        if take("Zz") { return 0 }
        let isWest = rest.first == UInt8(ascii: "-")
        guard take("+-"), let hours = digits(2), take(":"), let minutes = digits(2), hours < 24,
            minutes < 60
        else { return nil }
        return (isWest ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Returns the days since 1970-01-01 in the proleptic Gregorian calendar, which RFC 3339 uses.
    ///
    /// Years are counted from 1 March, so that a leap day is the last day of its year.
    private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
        let years = month > 2 ? year : year - 1
        let cycles = (years - (years < 0 ? 399 : 0)) / 400
        let yearOfCycle = years - cycles * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfCycle = yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear
        return cycles * 146_097 + dayOfCycle - 719_468
    }
}
