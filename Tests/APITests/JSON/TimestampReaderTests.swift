import Foundation
import JSON
import Testing

@testable import API

@Suite struct TimestampReaderTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0.0), ("1970-01-01T00:00:01z", 1), ("1969-12-31t23:59:59Z", -1),
        ("2026-11-21T05:29:34.710Z", 1_795_238_974.71),
        ("2026-11-21T05:29:34.71000000000000000000001Z", 1_795_238_974.71),
        ("2026-11-21T07:29:34.710+02:00", 1_795_238_974.71),
        ("2026-11-20T23:44:34.710-05:45", 1_795_238_974.71),
        ("2024-02-29T12:00:00-00:00", 1_709_208_000), ("2000-02-29T00:00:00Z", 951_782_400),
        ("2016-12-31T23:59:60Z", 1_483_228_800), ("9999-12-31T23:59:59Z", 253_402_300_799),
        ("1583-01-01T00:00:00Z", -12_212_553_600),
    ])
    func `a moment of RFC 3339 is read`(text: String, seconds: Double) throws {
        let date = try #require(TimestampReader.date(text))
        #expect(abs(date.timeIntervalSince1970 - seconds) < 1e-5)
    }

    @Test(arguments: [
        "", "now", "1795238974", "2026-11-21", "2026-11-21T05:29:34", "2026-11-21T05:29Z",
        "2026-11-21 05:29:34Z", "2026-11-21T05:29:34.Z", "2026-11-21T05:29:34,5Z",
        "2026-11-21T05:29:34+0200", "2026-11-21T05:29:34+24:00", "2026-11-21T05:29:34+02:60",
        "2026-11-21T24:00:00Z", "2026-11-21T05:60:00Z", "2026-11-21T05:29:61Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-11-00T00:00:00Z",
        "2026-11-31T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
        "26-11-21T05:29:34Z", "12026-11-21T05:29:34Z", "+2026-11-21T05:29:34Z",
        "2026-11-21T05:29:34ZZ", " 2026-11-21T05:29:34Z", "2026-11-21T05:29:34Z ",
        "２026-11-21T05:29:34Z", "2026-11-21T05:29:34.٣Z",
        "2026-11-21T05:29:34." + String(repeating: "0", count: 44) + "Z",
    ])
    func `anything else is none`(text: String) {
        #expect(TimestampReader.date(text) == nil)
    }

    @Test func `the longest that is read has 64 bytes`() {
        let text = "2026-11-21T05:29:34." + String(repeating: "0", count: 43) + "Z"
        #expect(text.utf8.count == 64)
        #expect(TimestampReader.date(text) != nil)
    }

    @Test func `what is written is read`() throws {
        for seconds in [0.0, 951_782_400, 1_795_238_974.71, 253_402_300_799] {
            let date = Date(timeIntervalSince1970: seconds)
            #expect(TimestampReader.date(Timestamp.text(date)) == date)
        }
    }
}
