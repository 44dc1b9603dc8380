import JSON
import Testing

@testable import API

@Suite struct FormBodyTests {
    private func parse(_ text: String) throws -> JSONValue {
        try FormBody.parse(Array(text.utf8))
    }

    @Test func `a form says the same as the JSON body would`() throws {
        let value = try parse(
            "language=python&code=print%281%2B1%29+%23%C3%A9&args=a+b&args=&stdin="
                + "&env=%7B%22A%22%3A%221%22%7D&limits=%7B%22wall_ms%22%3A5%7D"
        )
        #expect(value["language"] == "python")
        #expect(value["code"] == "print(1+1) #é")
        #expect(value["args"] == ["a b", ""])
        #expect(value["stdin"] == "")
        #expect(value["env"] == ["A": "1"])
        #expect(value["limits"] == ["wall_ms": .integer(5)])
    }

    @Test func `text that looks like a number stays text`() throws {
        #expect(try parse("code=1&version=3")["code"] == "1")
    }

    @Test(arguments: [
        "code", "code=%", "code=%4", "code=%zz", "code=%ff", "%ff=1", "code=1&code=2", "files=[",
        "limits=x", "code=1&&language", "a%00",
    ])
    func `garbage is refused`(text: String) {
        #expect(throws: APIError.self) { try parse(text) }
    }

    @Test func `the number of fields is held`() throws {
        func fields(_ count: Int) -> String {
            Array(repeating: "args=x", count: count).joined(separator: "&")
        }
        _ = try parse(fields(FormBody.pairsMax - 1))
        _ = try parse(fields(FormBody.pairsMax))
        #expect(throws: APIError.self) { try parse(fields(FormBody.pairsMax + 1)) }
    }
}
