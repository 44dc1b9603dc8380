import Foundation

/// Reads a moment as RFC 3339 writes one (section 5.6), to the letter.
///
/// By hand, for Foundation's readers take other forms as well, and which ones changes.
struct TimestampReader {
    static let bytesMax = 64

    private var rest: Substring.UTF8View

    /// - Returns: `nil` where the text is none.
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
            hour < 24, minute < 60, second <= 60  // a leap second is the one after it
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

    /// Any one of `characters`.
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

    /// In seconds east of UTC.
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

    /// Of the proleptic Gregorian calendar, which RFC 3339 means, counted from a 1 March so that a
    /// leap day is a year's last.
    private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
        let years = month > 2 ? year : year - 1
        let cycles = (years - (years < 0 ? 399 : 0)) / 400
        let yearOfCycle = years - cycles * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfCycle = yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear
        return cycles * 146_097 + dayOfCycle - 719_468
    }
}
