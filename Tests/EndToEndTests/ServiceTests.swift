import Foundation
import Testing

extension EndToEnd {
    /// The endpoints around the API: the front page, health, metrics, and malformed HTTP.
    @Suite struct Around {
        @Test func `the front page says that the API is online`() async throws {
            try await withServer { server in
                let json = try await server.get("/")
                #expect(json.status == 200)
                #expect(try json.json["name"].string == "quicksand")
                #expect(try json.json["status"].string == "ok")
                let page = try await server.send("GET", "/", headers: ["Accept": "text/html"])
                #expect(page[header: "Content-Type"]?.hasPrefix("text/html") == true)
                #expect(page.text.contains("<html"))
                #expect(page[header: "Content-Security-Policy"]?.contains("default-src") == true)
            }
        }

        @Test func `health and metrics answer`() async throws {
            try await withServer { server in
                #expect(try await server.get("/health/live").status == 200)
                #expect(try await server.get("/health/ready").status == 200)
                let metrics = try await server.get("/metrics")
                #expect(metrics.text.contains("quicksand_executions_queued 0.0\n"))
                #expect(metrics.text.contains(#"quicksand_http_requests_total{status="200"}"#))
            }
        }

        @Test(arguments: ["127.0.0.1", "[::1]"])
        func `monitors have a port of their own`(host: String) async throws {
            try await Deployment.make { folder in
                try await folder.serve(["--health-address", host + ":0"]) { server in
                    try await server.awaitLog("listening for monitors")
                    let found = server.log.firstMatch(
                        of: /address=http:\/\/(\S+):([0-9]+).*listening for monitors/
                    )
                    let address = try #require(found)
                    #expect(address.1 == host)
                    guard host == "127.0.0.1" else { return }
                    let port = try #require(Int(address.2))
                    for (path, status) in [
                        ("/health/live", 200), ("/health/ready", 200), ("/metrics", 200),
                        ("/", 404), ("/v1/runtimes", 404), ("/v1/sandbox/try", 404),
                    ] {
                        let connection = try await RawConnection(port: port)
                        let head = "GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                        await connection.send(Data(head.utf8))
                        #expect(try await connection.answer().status == status, "\(path)")
                    }
                }
            }
        }

        @Test func `a wrong path, method, media type or size has its own answer`() async throws {
            try await withKey(plan: "free") { server, key in
                #expect(try await server.get("/v1/nowhere", key: key).errorCode == "NOT_FOUND")
                let method = try await server.send("PATCH", Server.executions, key: key)
                #expect(method.status == 405)
                #expect(method[header: "Allow"]?.contains("POST") == true)
                let media = try await server.send(
                    "POST",
                    Server.executions,
                    key: key,
                    headers: ["Content-Type": "text/plain"],
                    body: Data("x".utf8)
                )
                #expect(media.status == 415)
                let size = try await server.send(
                    "POST",
                    Server.executions,
                    key: key,
                    headers: ["Content-Type": "application/json"],
                    body: Data(count: 64 << 20)
                )
                #expect(size.status == 413)
                #expect(size.errorCode == "PAYLOAD_TOO_LARGE")
            }
        }

        @Test(
            arguments: [
                "nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n",
                "POST /v1/sandbox/try HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
                "POST /v1/sandbox/try HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET / HTTP/1.1\r\nX: \(String(repeating: "x", count: 100_000))\r\n\r\n",
            ]
        )
        func `what is not HTTP is refused and harms nobody`(text: String) async throws {
            try await withServer { server in
                let connection = try await RawConnection(port: server.port)
                await connection.send(Data(text.utf8))
                let received = await connection.received()
                #expect(
                    received.isEmpty || received.starts(with: Data("HTTP/1.1 4".utf8)),
                    "\(String(decoding: received, as: UTF8.self))"
                )
                #expect(try await server.get("/health/ready").status == 200)
            }
        }

        @Test func `a body that is not one JSON object is refused by its place`() async throws {
            try await withKey { server, key in
                let deep = String(repeating: "[", count: 100_000)
                let bodies = [
                    "", "{", "[]", "null", deep, #"{"code": "\ud800"}"#,
                    #"{"language": "bash", "language": "c", "code": ""}"#,
                ]
                for body in bodies {
                    let answer = try await server.send(
                        "POST",
                        Server.executions,
                        key: key,
                        headers: ["Content-Type": "application/json"],
                        body: Data(body.utf8)
                    )
                    #expect(answer.status == 400, "\(body.prefix(50))")
                    #expect(answer.errorCode == "VALIDATION_ERROR")
                }
                let binary = try await server.send(
                    "POST",
                    Server.executions,
                    key: key,
                    headers: ["Content-Type": "application/json"],
                    body: Data([0x7b, 0x22, 0xff, 0x22, 0x7d])
                )
                #expect(binary.status == 400)
            }
        }
    }
}
