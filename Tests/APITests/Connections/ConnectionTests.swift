import Domain
import Foundation
import HTTPTypes
import HummingbirdTesting
import JSON
import Testing

@testable import API

/// The HTTP server over real sockets on loopback.
@Suite struct ConnectionTests {
    private static let body = #"{"language": "python", "code": "print(1)"}"#

    private static func post(_ path: String, _ body: String, headers: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\(headers)"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private func live(
        _ fixture: Fixture,
        _ test: @Sendable (Int) async throws -> Void
    ) async throws {
        try await fixture.application().test(.live) { client in
            try await test(try #require(client.port))
        }
    }

    @Test(arguments: [true, false], [true, false])
    func `a caller who hangs up has its execution cancelled`(
        whole: Bool,
        isTrial: Bool
    ) async throws {
        let fixture = try Fixture(.hang)
        try await live(fixture) { port in
            let client = try RawClient(port: port)
            let key = "Authorization: Bearer \(Keys.secret(Fixture.writer))\r\n"
            let path = isTrial ? "/v1/sandbox/try" : "/v1/executions"
            client.send(Self.post(path, Self.body, headers: isTrial ? "" : key))
            var waiting = fixture.service.waiting.makeAsyncIterator()
            let id = await waiting.next()
            if whole { client.hangUp() } else { client.stopSending() }
            var hungUp = fixture.service.hungUp.makeAsyncIterator()
            #expect(await hungUp.next() == id)
            if !whole { client.hangUp() }
        }
    }

    @Test func `a caller who had hung up before it was waited for is noticed as well`() async throws
    {
        let fixture = try Fixture(.hang)
        try await live(fixture) { port in
            let client = try RawClient(port: port)
            client.send(Self.post("/v1/sandbox/try", Self.body))
            client.hangUp()
            var hungUp = fixture.service.hungUp.makeAsyncIterator()
            #expect(await hungUp.next() != nil)
        }
    }

    @Test func `a connection carries one request after another`() async throws {
        try await live(Fixture()) { port in
            let client = try RawClient(port: port)
            for _ in 0..<3 {
                client.send(Self.post("/v1/sandbox/try", Self.body))
                let answer = await client.receive(until: "\"metadata\":{}}}")
                #expect(answer.hasPrefix("HTTP/1.1 200"))
            }
            client.hangUp()
        }
    }

    @Test func `a caller that only stopped sending still gets an answer that is ready`()
        async throws
    {
        try await live(Fixture()) { port in
            let client = try RawClient(port: port)
            client.send("GET /v1/runtimes HTTP/1.1\r\nHost: x\r\n\r\n")
            client.stopSending()
            #expect(await client.receive().hasPrefix("HTTP/1.1 200"))
            client.hangUp()
        }
    }

    @Test func `the peer's address is what a stranger is counted by`() async throws {
        for (proxies, group) in [([], "127.0.0.1"), (["127.0.0.0/8"], "192.0.2.9")] {
            var fixture = try Fixture()
            fixture.configuration.trustedProxies = proxies.compactMap { CIDR($0) }
            try await live(fixture) { port in
                let client = try RawClient(port: port)
                let header = "X-Forwarded-For: 192.0.2.9\r\n"
                client.send(Self.post("/v1/sandbox/try", Self.body, headers: header))
                _ = await client.receive(until: "}}}")
                client.hangUp()
            }
            #expect(fixture.service.submitted.first?.caller.owner == .address(group))
        }
    }

    @Test(arguments: [
        "GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nA: " + String(repeating: "x", count: 20_000) + "\r\n\r\n",
        "GET / HTTP/1.1\r\n" + String(repeating: "A: x\r\n", count: 100_000) + "\r\n",
    ])
    func `bytes that are not HTTP are answered 400 in the envelope`(text: String) async throws {
        try await live(Fixture()) { port in
            let client = try RawClient(port: port)
            client.send(text)
            let answer = await client.receive(until: "}}")
            #expect(answer.hasPrefix("HTTP/1.1 400"))
            #expect(answer.contains("\"code\":\"VALIDATION_ERROR\""))
            #expect(answer.lowercased().contains("\r\nx-request-id: req_"))
            client.hangUp()
            let next = try RawClient(port: port)
            next.send("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(await next.receive(until: "}").hasPrefix("HTTP/1.1 200"))
            next.hangUp()
        }
    }

    private static let hosts = [
        "", "Host:\r\n", "Host: a\r\nHost: a\r\n", "Host: a\r\nHost: b\r\n", "Host: a/b\r\n",
        "Host: user@a\r\n", "Host: a, b\r\n", "Host: a b\r\n", "Host: a:x\r\n", "Host: a:65536\r\n",
        "Host: [::1\r\n", "Host: []\r\n", "Host: [::1]x\r\n", "Host: http://a\r\n",
        "Host: a\u{e4}\r\n",
    ]

    private static let framings = [
        "gzip, chunked", "chunked, chunked", "identity", "xchunked",
        "chunked\r\nTransfer-Encoding: gzip",
    ].map { "Host: x\r\nTransfer-Encoding: \($0)\r\n" }

    @Test(
        arguments: (hosts + framings).map { "POST /v1/sandbox/try HTTP/1.1\r\n\($0)\r\n0\r\n\r\n" }
            + [
                "GET http://other/health/live HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET http://user@x/health/live HTTP/1.1\r\nHost: x\r\n\r\n",
                "POST /v1/sandbox/try HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET /health/live HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
            ]
    )
    func `a head that can be read in two ways is answered 400`(text: String) async throws {
        try await live(Fixture()) { port in
            let client = try RawClient(port: port)
            client.send(text)
            #expect(await client.receive(until: "}}").hasPrefix("HTTP/1.1 400"))
            client.hangUp()
        }
    }

    @Test(arguments: [
        "GET /health/live HTTP/1.1\r\nHost: x\r\n",
        "GET /health/live HTTP/1.1\r\nHost: a-b.c:8080\r\n",
        "GET /health/live HTTP/1.1\r\nHost: [2001:DB8::1]:80\r\n",
        "GET /health/live HTTP/1.1\r\nHost: x:\r\n", "GET /health/live HTTP/1.1\r\nHost: x \t\r\n",
        "GET /health/live HTTP/1.0\r\n",
        "GET /health/live?a=http://b HTTP/1.1\r\nHost: x\r\n",
        "GET http://X/health/live HTTP/1.1\r\nhost: x\r\n",
    ])
    func `a head that can be read in one way only is answered`(text: String) async throws {
        try await live(Fixture()) { port in
            let client = try RawClient(port: port)
            client.send(text + "\r\n")
            #expect(await client.receive(until: "}").contains(" 200 OK\r\n"))
            client.hangUp()
        }
    }

    /// The first chunk of a body, its size followed by an extension.
    private static func chunk(_ content: String, extensionBytes: Int) -> String {
        String(content.utf8.count, radix: 16) + ";" + String(repeating: "x", count: extensionBytes)
            + "\r\n\(content)\r\n"
    }

    @Test func `a body that is mostly framing is refused, and never the one after it`() async throws
    {
        try await live(Fixture()) { port in
            let head =
                "POST /v1/sandbox/try HTTP/1.1\r\nHost: x\r\n"
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            let client = try RawClient(port: port)
            client.send(head + Self.chunk(Self.body, extensionBytes: 200_000) + "0\r\n\r\n")
            #expect(await client.receive(until: "}}").hasPrefix("HTTP/1.1 400"))
            client.hangUp()
            let byBytes = Self.body.map { "1;\($0.asciiValue ?? 0)\r\n\($0)\r\n" }.joined()
            let honest = try RawClient(port: port)
            for body in [byBytes, Self.chunk(Self.body, extensionBytes: 1_000), byBytes] {
                honest.send(head + body + "0\r\n\r\n")
                let answer = await honest.receive(until: "\"metadata\":{}}}")
                #expect(answer.hasPrefix("HTTP/1.1 200"))
            }
            honest.hangUp()
        }
    }

    @Test func `a body above the limit is refused before it has come`() async throws {
        try await live(Fixture()) { port in
            let client = try RawClient(port: port)
            client.send(
                "POST /v1/sandbox/try HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 100000000\r\n\r\n{"
            )
            let answer = await client.receive(until: "}}")
            #expect(answer.hasPrefix("HTTP/1.1 413"))
            client.hangUp()
        }
    }

    @Test func `a chunked body above the limit is refused where it passes the limit`() async throws
    {
        try await live(Fixture()) { port in
            let client = try RawClient(port: port)
            client.send(
                "POST /v1/sandbox/try HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n"
            )
            let chunk = "10000\r\n" + String(repeating: " ", count: 65_536) + "\r\n"
            for _ in 0..<5 { client.send(chunk) }
            let answer = await client.receive(until: "}}")
            #expect(answer.hasPrefix("HTTP/1.1 413"))
            client.hangUp()
        }
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: x\r\nA: ",
        "POST /v1/sandbox/try HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            + "Content-Length: 50\r\n\r\n{\"code\"",
        "",
    ])
    func `a caller that dawdles is cut off`(beginning: String) async throws {
        var fixture = try Fixture()
        fixture.configuration.idleSeconds = 1
        fixture.configuration.arrivalSeconds = 1
        try await live(fixture) { port in
            let client = try RawClient(port: port)
            client.send(beginning)
            let answer = await client.receiveToEnd()
            #expect(!answer.text.hasPrefix("HTTP/1.1 200"))
            #expect(answer.isClosed)
            client.hangUp()
        }
    }

    @Test(arguments: [
        "Content-Length: 50\r\n\r\n{\"code\"", "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"a",
    ])
    func `a body that breaks off is the caller's fault`(rest: String) async throws {
        try await live(Fixture()) { port in
            let client = try RawClient(port: port)
            client.send(
                "POST /v1/sandbox/try HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    + rest
            )
            client.stopSending()
            #expect(await client.receive(until: "}}").hasPrefix("HTTP/1.1 400"))
            client.hangUp()
        }
    }

    @Test(arguments: ["POST /v1/executions", "PUT /v1/projects/prj_1/files/a"])
    func `a key that is revoked while the body is held back runs and writes nothing`(
        request: String
    ) async throws {
        var fixture = try Fixture()
        fixture.configuration.promptly = .zero
        try await live(fixture) { [fixture] port in
            let client = try RawClient(port: port)
            client.send(
                "\(request) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    + "Authorization: Bearer \(Keys.secret(Fixture.writer))\r\n"
                    + "Content-Length: \(Self.body.utf8.count)\r\n\r\n{"
            )
            #expect(try await fixture.store.revokeKey(id: "key_" + Fixture.writer, at: Sample.now))
            client.send(String(Self.body.dropFirst()))
            #expect(await client.receive(until: "}}").hasPrefix("HTTP/1.1 401"))
            client.hangUp()
        }
        #expect(fixture.service.submitted.isEmpty)
    }

    @Test func `a caller that asks first is told to go on`() async throws {
        try await live(Fixture()) { port in
            let client = try RawClient(port: port)
            client.send(
                "POST /v1/sandbox/try HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    + "Expect: 100-continue\r\nContent-Length: \(Self.body.utf8.count)\r\n\r\n"
            )
            #expect(await client.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 Continue"))
            client.send(Self.body)
            #expect(await client.receive(until: "}}}").hasPrefix("HTTP/1.1 200"))
            client.hangUp()
        }
    }
}
