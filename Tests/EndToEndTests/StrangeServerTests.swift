import Foundation
import Testing

extension EndToEnd {
    /// Addresses of foreign servers, of no server, and of servers that must not receive a secret.
    @Suite struct StrangeServers {
        private static let key = Key(
            id: "",
            plaintext: "sk_live_secret",
            organization: "",
            webhookSecret: ""
        )

        /// Runs `quicksand try` with a key against `server`.
        private func attempt(
            _ server: String,
            _ options: [String] = [],
            environment: [String: String] = [:],
            _ check: (CommandResult) -> Void
        ) async throws {
            try await Deployment.make { deployment in
                let client = Client(deployment, server: server)
                let file = try deployment.write("print(1)", as: "a.py")
                check(
                    try await client.run(
                        ["try", file] + options,
                        key: Self.key,
                        environment: environment
                    )
                )
            }
        }

        private func expectOneLine(_ result: CommandResult, code: Int32, _ words: String...) {
            #expect(result.code == code, "\(result.stderr)")
            #expect(result.stdout.isEmpty)
            #expect(result.stderrLines.count == 1, "\(result.stderr)")
            for word in words where !word.isEmpty {
                #expect(result.stderr.contains(word), "\(result.stderr)")
            }
        }

        @Test func `a server that is not there is one sentence`() async throws {
            var port = 0
            try await Listener.listen { port = $1 }
            let server = "http://127.0.0.1:\(port)"
            try await attempt(server) { expectOneLine($0, code: 1, server, "cannot be reached") }
            try await Deployment.make { deployment in
                let client = Client(deployment, server: server)
                let result = try await client.signUp()
                expectOneLine(result, code: 1, server, "cannot be reached")
            }
        }

        /// The answer of a foreign server, and the expected message about it.
        struct Answer: Sendable, CustomTestStringConvertible {
            let bytes: String
            let words: String
            let code: Int32

            init(_ head: String, body: String = "", _ words: String, code: Int32 = 1) {
                bytes = head.replacing("\n", with: "\r\n") + "\r\n\r\n" + body
                self.words = words
                self.code = code
            }

            var testDescription: String { String(bytes.prefix(40)) }
        }

        private static let strange = [
            Answer("SSH-2.0-OpenSSH_9.2", "cannot be asked"),
            Answer("HTTP/1.1 200 OK", body: "hello", "not as a Quicksand server"),
            Answer("HTTP/1.1 200 OK\nContent-Length: 2", body: "{}", "not as a Quicksand server"),
            Answer("HTTP/1.1 200 OK\nContent-Length: 50", body: "{}", "cannot be asked"),
            Answer("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", body: "x\r\n{}\r\n", ""),
            Answer("HTTP/1.1 200 OK\nContent-Encoding: gzip", body: "{}", ""),
            Answer("HTTP/1.1 500 Oh\nContent-Length: 0", "(500)"),
            Answer("HTTP/1.1 204 No Content", "(204)"),
            Answer("HTTP/1.1 999", ""), Answer("HTTP/1.1", ""), Answer("HTTP/9.9 200 OK", ""),
            Answer("HTTP/1.1 302 Found\nLocation: https://b.example/c", "https://b.example/c"),
            Answer("HTTP/1.1 302 Found\nLocation: \u{1b}[2J//:", ""),
            Answer("HTTP/1.1 401 No\nWWW-Authenticate: Basic realm=\"x\"", "asks for a password"),
            Answer("HTTP/1.1 401 No\nWWW-Authenticate: Digest realm=\"x\"", ""),
            Answer("HTTP/1.1 407 No\nProxy-Authenticate: Basic realm=\"x\"", ""),
            Answer(
                "HTTP/1.1 200 OK",
                body: String(repeating: "x", count: (1 << 20) + 1),
                "more than 1048576 bytes"
            ),
            Answer(
                "HTTP/1.1 200 OK",
                body: #"{"success": true, "data": []}"#,
                "no runtime for '.py'",
                code: 2
            ),
            Answer(
                "HTTP/1.1 418 No",
                body: #"{"error": {"code": "x", "message": "a\u001b[2J\nquicksand: b"}}"#,
                "a?[2J?quicksand: b",
                code: 2
            ),
        ]

        @Test(arguments: strange)
        func `a server that is something else is one sentence, and is not told the key`(
            answer: Answer
        ) async throws {
            try await Listener.listen(answering: Data(answer.bytes.utf8)) { listener, port in
                try await attempt("http://127.0.0.1:\(port)") { result in
                    expectOneLine(result, code: answer.code, answer.words)
                    #expect(!result.stderr.contains("\u{1b}"))
                }
                #expect(listener.connections.count == 1)
                #expect(!listener.connections.joined().contains("secret"))
            }
        }

        @Test func `a server that hangs up is one sentence`() async throws {
            try await Listener.listen { _, port in
                try await attempt("http://127.0.0.1:\(port)") {
                    expectOneLine($0, code: 1, "cannot be asked")
                }
            }
        }

        @Test func `a server without TLS at an https address is one sentence`() async throws {
            try await withServer { server in
                let address = "https://127.0.0.1:\(server.port)"
                try await attempt(address) { expectOneLine($0, code: 1, address) }
            }
        }

        @Test func `no secret goes over plain http to another machine, unless one insists`()
            async throws
        {
            try await Listener.listen { listener, port in
                // A connection to any address would come to this proxy.
                let proxy = ["http_proxy": "http://127.0.0.1:\(port)"]
                let server = "http://quicksand.invalid"
                try await attempt(server, environment: proxy) {
                    expectOneLine($0, code: 2, server, "--insecure")
                }
                try await Deployment.make { deployment in
                    let client = Client(deployment, server: server)
                    let result = try await client.run(
                        ["login", "--email", "ada@example.com"],
                        stdin: Data("password\n".utf8),
                        environment: proxy
                    )
                    expectOneLine(result, code: 2, server, "--insecure")
                }
                #expect(listener.connections.isEmpty)
                for option in ["--insecure", "--anonymous"] {
                    try await attempt(server, [option], environment: proxy) {
                        expectOneLine($0, code: 1, server, "cannot be asked")
                    }
                }
                let requests = listener.connections
                #expect(requests.count == 2)
                for request in requests {
                    #expect(request.hasPrefix("GET http://quicksand.invalid/api/v1/runtimes "))
                }
            }
        }

        @Test func `this very machine is never asked through a proxy`() async throws {
            try await Listener.listen { listener, port in
                try await withServer { server in
                    let client = Client(server)
                    let file = try client.deployment.write("print(1)", as: "a.py")
                    let proxy = "http://127.0.0.1:\(port)"
                    let result = try await client.run(
                        ["try", file],
                        environment: ["http_proxy": proxy, "ALL_PROXY": proxy, "no_proxy": ""]
                    )
                    #expect(result.stdout == "1\n", "\(result.stderr)")
                }
                #expect(listener.connections.isEmpty)
            }
        }

        @Test(
            arguments: [
                "", "example.com", "ftp://example.com", "http://", "http://a/b", "http://a?b",
                "http://user@example.com", "http://127.0.0.1@example.com", "http://127.1",
                "http://2130706433", "http://0x7f.0.0.1", "http://127.0.0.1.", "http://[::1",
                "http://[::1]",
                "http://[127.0.0.1]", "http://127.0.0.1:0", "http://127.0.0.1:65536",
                "http://127.0.0.1\\@example.com", "http://a..b", "http://-a", "http://a b",
                "http://127.0.0.1:80:80", "http://exämple.com",
            ]
        )
        func `an address that can be read in two ways is none`(server: String) async throws {
            try await Deployment.make { deployment in
                let client = Client(deployment, server: "http://127.0.0.1:1")
                let file = try deployment.write("", as: "a.py")
                let result = try await client.run(["try", file, "--server", server])
                expectOneLine(result, code: 2, "is not the address of a server")
            }
        }

        @Test(
            arguments: [
                ("HTTP://LOCALHOST:1/", "http://localhost:1"),
                ("http://127.9.9.9:1", "http://127.9.9.9:1"),
            ]
        )
        func `loopback has many spellings, and may be told a secret`(
            server: String,
            spelling: String
        ) async throws {
            try await attempt(server) {
                expectOneLine($0, code: 1, spelling, "cannot be reached")
            }
        }

        @Test(
            arguments: [
                "http://10.0.0.1", "http://localhost.example.com", "http://a", "http://0.0.0.0",
            ]
        )
        func `what only looks like loopback is told no secret`(server: String) async throws {
            try await attempt(server) { expectOneLine($0, code: 2, "--insecure") }
        }
    }
}
