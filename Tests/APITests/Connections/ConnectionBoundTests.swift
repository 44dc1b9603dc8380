import Domain
import Foundation
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import API

/// The bounds of connections, over real sockets on loopback.
@Suite struct ConnectionBoundTests {
    private static let hello = #"{"language": "python", "code": "print(1)"}"#
    private static let trial =
        "POST /v1/sandbox/try HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        + "Content-Length: \(hello.utf8.count)\r\n\r\n\(hello)"

    private static func get(_ path: String, _ headers: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: x\r\n\(headers)\r\n"
    }

    private func live(
        _ fixture: Fixture,
        _ test: @Sendable (Int) async throws -> Void
    ) async throws {
        try await fixture.application().test(.live) { client in
            // The client's own connection is the oldest.
            _ = try await client.execute(uri: "/health/live", method: .get)
            try await test(try #require(client.port))
        }
    }

    private func bounded(
        _ script: ScriptedService.Script = .finish(Sample.success),
        all: Int,
        perAddress: Int
    ) throws -> Fixture {
        var fixture = try Fixture(script)
        fixture.configuration.connectionsMax = all
        fixture.configuration.connectionsPerAddress = perAddress
        // No connection ends by its idle time.
        fixture.configuration.idleSeconds = 3_600
        return fixture
    }

    @Test(arguments: [(3, 100), (100, 3)])
    func `silent connections make room for others`(all: Int, perAddress: Int) async throws {
        try await live(bounded(all: all, perAddress: perAddress)) { port in
            var clients: [RawClient] = []
            for _ in 0..<6 {
                let client = try RawClient(port: port)
                clients.append(client)
                client.send(Self.get("/v1/runtimes"))
                #expect(await client.receive(until: "\"data\"").hasPrefix("HTTP/1.1 200"))
            }
            let closed = "quicksand_http_connections_displaced_total 4.0"
            clients[5].send(Self.get("/metrics"))
            #expect(await clients[5].receive(until: "_refused_total ").contains(closed))
            for client in clients { client.hangUp() }
        }
    }

    @Test(arguments: [(2, 100), (100, 2)])
    func `work is never displaced, and monitors get through`(
        all: Int,
        perAddress: Int
    ) async throws {
        let fixture = try bounded(.hang, all: all, perAddress: perAddress)
        try await live(fixture) { port in
            var waiting = fixture.service.waiting.makeAsyncIterator()
            var working: [RawClient] = []
            for _ in 0..<2 {
                let client = try RawClient(port: port)
                working.append(client)
                client.send(Self.trial)
                _ = await waiting.next()
            }
            let refused = try RawClient(port: port)
            refused.send(Self.get("/v1/runtimes"))
            let answer = await refused.receiveToEnd()
            #expect(answer.text.hasPrefix("HTTP/1.1 503"))
            #expect(answer.text.contains("\"code\":\"OVERLOADED\""))
            #expect(answer.text.lowercased().contains("\r\nretry-after: 1\r\n"))
            let monitor = try RawClient(port: port)
            monitor.send(Self.get("/health/live?from=monitor"))
            #expect(await monitor.receive(until: "}").hasPrefix("HTTP/1.1 200"))
            monitor.send(Self.get("/metrics"))
            let metrics = await monitor.receive(until: "connections_refused_total 2")
            #expect(metrics.contains("HTTP/1.1 200"))
            for client in working { client.hangUp() }
            var hungUp = fixture.service.hungUp.makeAsyncIterator()
            for _ in working { _ = await hungUp.next() }
            for client in [refused, monitor] { client.hangUp() }
        }
    }

    @Test func `a full reserve closes connections, and serves the next monitor`() async throws {
        let fixture = try bounded(.hang, all: 1, perAddress: 1)
        try await live(fixture) { port in
            let working = try RawClient(port: port)
            var waiting = fixture.service.waiting.makeAsyncIterator()
            working.send(Self.trial)
            _ = await waiting.next()
            var monitors: [RawClient] = []
            for _ in 0..<12 {
                let monitor = try RawClient(port: port)
                monitors.append(monitor)
                monitor.send(Self.get("/health/ready"))
                #expect(await monitor.receive(until: "}").hasPrefix("HTTP/1.1 200"))
            }
            #expect(await monitors[0].receiveToEnd().isClosed)
            for client in monitors + [working] { client.hangUp() }
        }
    }

    @Test func `peers that many clients share count only in all`() async throws {
        var fixture = try bounded(all: 100, perAddress: 1)
        fixture.configuration.trustedProxies = [CIDR("127.0.0.0/8")].compactMap(\.self)
        try await live(fixture) { port in
            let clients = try (0..<4).map { _ in try RawClient(port: port) }
            for client in clients + clients {
                client.send(Self.get("/health/live"))
                #expect(await client.receive(until: "}").hasPrefix("HTTP/1.1 200"))
            }
            for client in clients { client.hangUp() }
        }
    }

    @Test func `an answer that nobody reads ends its connection`() async throws {
        let output = Output(bytes: Data(repeating: 0x61, count: 12 << 20), isTruncated: false)
        var result = Sample.success
        result.runs[0].stdout = output
        var fixture = try Fixture(.finish(result))
        fixture.configuration.sendingSeconds = 1
        try await live(fixture) { port in
            let client = try RawClient(port: port)
            client.send(Self.trial)
            let monitor = try RawClient(port: port)
            var answer = ""
            while !answer.contains("\nquicksand_http_connections 1.0\n") {
                try await Task.sleep(for: .milliseconds(100))
                monitor.send(Self.get("/metrics"))
                answer = await monitor.receive(until: "_refused_total ")
            }
            for client in [client, monitor] { client.hangUp() }
        }
    }

    @Test(
        arguments: [
            get("/health/live", "Connection: Close\r\n"),
            get("/health/live", "Connection: x, close\r\n"),
            get(
                "/health/live",
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                    + "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"
            ), "GET /health/live HTTP/1.0\r\n\r\n",
        ]
    )
    func `the last request of a connection is told to be the last`(request: String) async throws {
        try await live(Fixture()) { port in
            let client = try RawClient(port: port)
            client.send(request + Self.get("/health/live"))
            let (answer, isClosed) = await client.receiveToEnd()
            #expect(isClosed)
            #expect(answer.contains(" 200 OK\r\n"))
            #expect(answer.lowercased().contains("\r\nconnection: close\r\n"))
            #expect(answer.ranges(of: "HTTP/1.1").count <= 1)
            client.hangUp()
        }
    }
}
