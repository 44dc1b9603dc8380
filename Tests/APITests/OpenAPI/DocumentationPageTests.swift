import Foundation
import HTTPTypes
import JSON
import Synchronization
import Testing

@testable import API

@Suite struct DocumentationPageTests {
    @Test func `every operation and every object has its place and a way to it`() async throws {
        let fixture = try Fixture()
        let document = try fixture.document()
        try await fixture.run { caller in
            let page = try await caller.send(.get, "/docs")
            #expect(page.status == 200)
            #expect(page.headers[.contentType] == "text/html; charset=utf-8")
            for path in document["paths"]?.members ?? [] {
                #expect(page.text.contains("<code>\(path.name)</code>"))
                for operation in path.value.members.map(\.value) {
                    let id = operation.text("operationId")
                    #expect(page.text.contains("<article id=\"\(id)\">"))
                    #expect(page.text.contains("<li><a href=\"#\(id)\">"))
                }
            }
            #expect(page.text.contains("<article id=\"executionFinished\">"))
            for schema in document["components"]?["schemas"]?.members ?? [] {
                #expect(page.text.contains("<article id=\"schema-\(schema.name)\">"))
            }
        }
    }

    @Test func `every link of the page leads to a place on it, or to this server`() async throws {
        try await Fixture().run { caller in
            let page = try await caller.send(.get, "/docs").text
            let targets = Set(
                page.split(separator: "href=\"").dropFirst().map { $0.prefix { $0 != "\"" } }
            )
            #expect(targets.count > 50)
            for target in targets {
                let anchor = target.hasPrefix("#") ? "id=\"\(target.dropFirst())\"" : nil
                #expect(anchor.map(page.contains) ?? ["/", "/openapi.json"].contains(target))
            }
        }
    }

    @Test func `it holds no script, loads nothing, and allows only its own style`() async throws {
        let fixture = try Fixture()
        let written = DocumentationPage(try fixture.document()).page
        try await fixture.run { caller in
            let page = try await caller.send(.get, "/docs")
            for forbidden in ["<script", "<img", "<link", "src=", "style=", "onclick", "url("] {
                #expect(!page.text.contains(forbidden), "\(forbidden)")
            }
            let policy = try #require(page.headers[.contentSecurityPolicy])
            #expect(policy == written.contentSecurityPolicy)
            #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-"))
            #expect(!policy.contains("unsafe"))
            let start = try #require(page.text.range(of: "<style>"))
            let end = try #require(page.text.range(of: "</style>"))
            #expect(page.text[start.upperBound..<end.lowerBound] == written.style)
        }
    }

    @Test func `the page to try code on leads to it`() async throws {
        try await Fixture().run { caller in
            let page = try await caller.send(.get, "/", headers: [.accept: "text/html"])
            #expect(page.text.contains("<a href=\"/docs\">"))
        }
    }

    /// A template silently renders an unknown name as nothing, so this test looks for empty
    /// elements.
    @Test func `no element of the page is empty, but for a meaning that goes without saying`()
        throws
    {
        let page = DocumentationPage(try Fixture().document()).page.html
        let empty = page.matches(of: /<([a-z0-9]+)[^>]*>\s*<\/\1>/).filter { $0.1 != "td" }
        #expect(empty.map(\.0) == [])
        #expect(!page.contains("{{"))
    }

    @Test func `no text of the document becomes an HTML tag`() throws {
        let page = DocumentationPage(try Fixture().document().hostile).page.html
        #expect(page.contains("&lt;script&gt;"))
        #expect(!page.contains("<script"))
    }

    @Test func `what a text says is not taken for a tag`() {
        #expect(HTMLText.line("a <b> & `\"c\"`") == "a &lt;b&gt; &amp; <code>&quot;c&quot;</code>")
        #expect(HTMLText.paragraphs("a\n\nb") == ["a", "b"])
    }

    @Test func `what is made once is made for the first who asks, and for all`() {
        let count = Mutex(0)
        let once = Once<Int> {
            count.withLock { count in
                count += 1
                return count
            }
        }
        #expect(count.withLock { $0 } == 0)
        #expect(once.value == 1)
        #expect(once.value == 1)
    }

    @Test func `a call is one that a shell understands`() {
        let operation: JSONValue = [
            "security": [["bearer": []]],
            "parameters": [["name": "id", "schema": ["examples": ["exe_1"]]]],
            "requestBody": [
                "content": ["application/json": ["example": ["code": "print('hi')"]]]
            ],
        ]
        let command = CurlCommand(method: "PUT", path: "/things/{id}", operation: operation)
        #expect(
            command.text == #"""
                curl -s -X PUT "$SERVER/things/exe_1" \
                  -H "Authorization: Bearer $KEY" \
                  -H 'Content-Type: application/json' \
                  -d '{"code": "print('\''hi'\'')"}'
                """#
        )
    }

    @Test func `JSON is laid out on lines that fit`() {
        let short: JSONValue = ["a": [.integer(1), .null], "b": "c"]
        #expect(JSONLayout.text(short) == #"{"a": [1, null], "b": "c"}"#)
        let word = String(repeating: "x", count: 70)
        let long: JSONValue = ["first": .string(word), "second": [true]]
        #expect(JSONLayout.text(long) == "{\n  \"first\": \"\(word)\",\n  \"second\": [true]\n}")
    }
}

extension JSONValue {
    /// The same value with a tag in every string, except in references.
    fileprivate var hostile: JSONValue {
        switch self {
        case .string(let text): .string(text + "<script>")
        case .array(let elements): .array(elements.map(\.hostile))
        case .object(let members):
            .object(
                members.map { member in
                    let value = member.name == "$ref" ? member.value : member.value.hostile
                    return JSONValue.Member(name: member.name, value: value)
                }
            )
        case .null, .bool, .integer, .number: self
        }
    }
}
