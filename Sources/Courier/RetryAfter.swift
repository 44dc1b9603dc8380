import CCurl
import Foundation

extension RetryAfter {
    /// Reads the header's value: seconds or an HTTP date; `nil` for any other value.
    init?(_ value: String) {
        guard value.utf8.count <= 64, let first = value.utf8.first else { return nil }
        if value.utf8.allSatisfy({ 48...57 ~= $0 }) {
            // A number that is too long for `Int` still means a long time.
            self = .seconds(Int(value) ?? .max)
        } else {
            // Every HTTP date starts with the name of a day; curl_getdate also accepts other
            // formats.
            let seconds = curl_getdate(value, nil)
            guard first > 57, seconds >= 0 else { return nil }
            self = .date(Date(timeIntervalSince1970: Double(seconds)))
        }
    }
}
