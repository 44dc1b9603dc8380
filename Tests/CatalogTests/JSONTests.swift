import Testing

@testable import Catalog

private func parse(_ text: String) throws(JSONProblem) -> JSONValue {
    try JSONValue(parsing: Array(text.utf8))
}

@Suite struct `JSON of the operator's` {
    @Test(
        arguments: [
            ("null", .null), (" true ", .boolean(true)), ("false", .boolean(false)),
            ("0", .integer(0)), ("-7", .integer(-7)), ("9223372036854775807", .integer(.max)),
            ("9223372036854775808", .otherNumber), ("1.5", .otherNumber), ("1e3", .otherNumber),
            (#""a\"\\\/\b\f\n\r\tZ""#, .string("a\"\\/\u{8}\u{c}\n\r\tZ")),
            (#""\ud83d\ude00\u00e9é""#, .string("😀éé")),
            ("[]", .array([])), ("[1, [null]]", .array([.integer(1), .array([.null])])),
            (#"{"a": {}}"#, .object([.init(key: "a", value: .object([]))])),
        ] as [(String, JSONValue)]
    )
    func `is read as RFC 8259 says`(text: String, value: JSONValue) throws {
        #expect(try parse(text) == value)
    }

    @Test(arguments: [
        "", "nul", "01", "-", "1.", "1e", "+1", ".5", "[1,]", "[1 2]", "{1: 2}", #"{"a" 1}"#,
        #"{"a": 1,}"#, "\"", "\"\n\"", #""\x""#, #""\u12""#, #""\ud83d""#, #""\ude00""#, "1 2", "[",
        "'a'",
    ])
    func `is refused where it breaks the grammar`(text: String) {
        #expect(throws: JSONProblem.self) { try parse(text) }
    }

    @Test func `is refused where a string is not UTF-8`() {
        #expect(throws: JSONProblem.self) { try JSONValue(parsing: [0x22, 0xff, 0x22]) }
    }

    @Test(arguments: [31, 32, 33, 100_000])
    func `is nested no deeper than any real file`(depth: Int) {
        let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(((try? parse(text)) != nil) == (depth <= JSONValue.depthMax))
    }

    @Test func `names the second of two equal keys`() {
        #expect(throws: JSONProblem.duplicateKey(path: ["a", "0", "b"])) {
            try parse(#"{"a": [{"b": 1, "b": 1}]}"#)
        }
    }
}
