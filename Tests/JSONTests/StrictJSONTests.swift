import Foundation
import JSON
import Testing

@Suite struct StrictJSONTests {
    private func parse(_ text: String) throws -> JSONValue {
        try StrictJSON.parse(Array(text.utf8))
    }

    private func flaw(_ bytes: [UInt8]) -> StrictJSON.Flaw? {
        do throws(StrictJSON.Flaw) {
            _ = try StrictJSON.parse(bytes)
            return nil
        } catch {
            return error
        }
    }

    private func flaw(_ text: String) -> StrictJSON.Flaw? { flaw(Array(text.utf8)) }

    private static func text(_ value: JSONValue?) -> String? {
        if case .string(let text)? = value { text } else { nil }
    }

    @Test func `every kind of value is read`() throws {
        let text = #" {"a": [null, true, false, -1, 1.5, "x"], "b": {}} "#
        let value = try parse(text)
        #expect(
            value == [
                "a": [.null, true, false, .integer(-1), .number(1.5), "x"], "b": .object([]),
            ]
        )
    }

    @Test func `whole numbers are exact as far as 64 bits reach`() throws {
        #expect(try parse("9223372036854775807") == .integer(.max))
        #expect(try parse("-9223372036854775808") == .integer(.min))
        #expect(try parse("9223372036854775808") == .number(9_223_372_036_854_775_808))
        #expect(try parse("9007199254740993") == .integer(9_007_199_254_740_993))
        #expect(try parse("1e3") == .number(1_000))
        #expect(try parse("1e999") == .number(.infinity))
    }

    @Test func `escapes and surrogate pairs become characters`() throws {
        #expect(
            try parse(#""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00\u0000""#)
                == .string("\"\\/\u{8}\u{c}\n\r\tAé😀\u{0}")
        )
    }

    @Test(arguments: [
        "", " ", "{", "[", "[1", "[1,", "[1,]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}",
        "{a:1}", "{'a':1}", "nul", "True", "01", "-", "1.", ".5", "+1", "1e", "0x10", "NaN",
        "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\n\"", "\"\u{1}\"", "1 2", "[] ,",
        "\u{feff}{}", "/**/1", "{\"a\":1 \"b\":2}",
    ])
    func `what is not JSON is refused`(text: String) {
        #expect(flaw(text) != nil)
    }

    @Test(arguments: [
        #""\ud800""#, #""\udc00""#, #""\ud800x""#, #""\ud800\u0041""#, #""\udc00\ud800""#,
        #""\ud800\n""#,
    ])
    func `half a surrogate pair is refused`(text: String) {
        #expect(flaw(text)?.reason == "has half a surrogate pair in a string")
    }

    @Test func `a flaw says where it is`() {
        let flaw = flaw("{\n  \"a\": tru\n}")
        #expect(flaw?.offset == 9)
        #expect(flaw?.line == 2)
        #expect(flaw?.column == 8)
    }

    @Test func `a name that is given twice is refused by name`() {
        #expect(flaw(#"{"a": 1, "b": 2, "a": 3}"#)?.member == "a")
        #expect(flaw(#"{"a": 1, "\u0061": 3}"#)?.member == "a")
        #expect(flaw(#"{"a": {"b": 1}, "b": 2}"#) == nil)
    }

    @Test func `a flaw says what it is inside of`() {
        let twice = flaw(#"{"a": [0, {"b": 1, "b": 1}]}"#)
        #expect(twice?.path == ["a", "1"])
        #expect(twice?.member == "b")
        #expect(flaw(#"{"a": [0, {"b": tru}]}"#)?.path == ["a", "1", "b"])
        #expect(flaw("tru")?.path == [])
    }

    @Test func `bytes that are not UTF-8 are refused where they stand`() {
        let flaw = flaw(Array("[\"ab".utf8) + [0xff] + Array("\"]".utf8))
        #expect(flaw?.reason == "is not UTF-8")
        #expect(flaw?.offset == 4)
    }

    @Test(arguments: [("[", "]"), ("{\"a\":", "}")])
    func `depth is held at 32`(open: String, close: String) {
        func nested(_ depth: Int) -> String {
            let inner = open == "[" ? "" : "1"
            return String(repeating: open, count: depth) + inner
                + String(repeating: close, count: depth)
        }
        #expect(flaw(nested(31)) == nil)
        #expect(flaw(nested(32)) == nil)
        #expect(flaw(nested(33))?.reason == "is nested deeper than 32 levels")
        #expect(flaw(nested(100_000))?.reason == "is nested deeper than 32 levels")
        #expect(flaw(String(repeating: open, count: 100_000)) != nil)
    }

    @Test func `the number of values is held`() {
        func list(_ values: Int) -> String {
            "[" + Array(repeating: "0", count: values - 1).joined(separator: ",") + "]"
        }
        #expect(flaw(list(StrictJSON.valuesMax - 1)) == nil)
        #expect(flaw(list(StrictJSON.valuesMax)) == nil)
        #expect(flaw(list(StrictJSON.valuesMax + 1)) != nil)
    }

    @Test func `what is written is read again as it was`() throws {
        let value: JSONValue = [
            "text": .string("a\"\\\u{0}\u{1b}]52;\u{7f}\u{202e}é😀</script>\n\r\t"),
            "list": [.null, true, .integer(.min), .number(9.8), .array([]), .object([])],
        ]
        let bytes = JSONWriter.bytes(of: value)
        #expect(try StrictJSON.parse(bytes) == value)
        #expect(!bytes.contains { $0 < 0x20 || $0 == 0x7f })
        let foundation = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
        #expect(foundation?["text"] as? String == Self.text(value["text"]))
    }

    @Test func `a number without a word in JSON is written as null`() {
        #expect(
            JSONWriter.bytes(of: [.number(.infinity), .number(.nan)]) == Array("[null,null]".utf8)
        )
    }
}
