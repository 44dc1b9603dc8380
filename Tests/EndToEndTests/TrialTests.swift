import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// The rights of an anonymous caller.
    @Suite struct Trial {
        @Test func `every installed runtime answers its hello program`() async throws {
            let runtimes = Repository.root.appendingPathComponent("runtimes")
            try await withKey(["--trusted-proxies", "127.0.0.1/32"]) { server, key in
                let listed = try await server.get("/v1/runtimes", key: key).json["data"].elements
                #expect(listed.contains { $0["installed"].bool == true })
                for runtime in listed {
                    let name = try #require(runtime["name"].string)
                    let folder = runtimes.appendingPathComponent(name)
                    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                    let hello = try #require(
                        files.first { $0.hasPrefix("hello.") && $0 != "hello.expected" }
                    )
                    let code = try String(
                        contentsOf: folder.appendingPathComponent(hello),
                        encoding: .utf8
                    )
                    let expected = try String(
                        contentsOf: folder.appendingPathComponent("hello.expected"),
                        encoding: .utf8
                    )
                    let answer = try await server.attempt(body: ["language": name, "code": code])
                    if runtime["installed"].bool == true {
                        #expect(answer.status == 200, "\(answer)")
                        #expect(try answer.json["data"]["status"].string == "succeeded")
                        #expect(try answer.json["data"]["stdout"].string == expected)
                    } else {
                        #expect(answer.status == 400)
                        let install = try #require(runtime["install"].string)
                        #expect(answer.text.contains(install))
                    }
                }
            }
        }

        @Test func `a form is as good as JSON`() async throws {
            try await withServer { server in
                let answer = try await server.send(
                    "POST",
                    "/v1/sandbox/try",
                    headers: ["Content-Type": "application/x-www-form-urlencoded"],
                    body: Data("language=bash&code=echo+%22%24%281%29%22&args=a".utf8)
                )
                #expect(answer.status == 200, "\(answer)")
            }
        }

        @Test
        func `a hundred requests at once from one address let ten through, also after a restart`()
            async throws
        {
            try await Deployment.make { deployment in
                try await deployment.serve { server in
                    let statuses = try await withThrowingTaskGroup { group in
                        for _ in 0..<100 {
                            group.addTask { try await server.attempt() }
                        }
                        return try await group.reduce(into: [Int: Int]()) { counts, answer in
                            counts[answer.status, default: 0] += 1
                            guard answer.status == 429 else { return }
                            #expect(answer.errorCode == "RATE_LIMITED")
                            #expect(answer[header: "Retry-After"].flatMap { Int($0) } ?? 0 > 0)
                        }
                    }
                    #expect(statuses == [200: 10, 429: 90])
                }
                try await deployment.serve { server in
                    let answer = try await server.attempt()
                    #expect(answer.status == 429)
                    #expect(try answer.json["error"]["details"]["policy"].string == "per_day")
                    #expect(answer[header: "X-RateLimit-Remaining"] == "0")
                }
            }
        }

        @Test func `a stranger does not become another by a forwarding header`() async throws {
            try await withServer { server in
                for last in 1...10 {
                    let answer = try await server.attempt(from: "192.0.2.\(last)")
                    #expect(answer.status == 200)
                }
                #expect(try await server.attempt(from: "192.0.2.11").status == 429)
            }
        }

        @Test func `a trusted proxy tells strangers apart`() async throws {
            try await withServer(["--trusted-proxies", "127.0.0.1/32"]) { server in
                for _ in 1...10 {
                    let answer = try await server.attempt(from: "192.0.2.1")
                    #expect(answer.status == 200)
                }
                // The addresses to the left of the proxy's own entry are not trusted.
                #expect(try await server.attempt(from: "192.0.2.7, 192.0.2.1").status == 429)
                #expect(try await server.attempt(from: "192.0.2.2").status == 200)
            }
        }

        @Test func `an IPv6 network of 64 bits is one stranger`() async throws {
            try await withServer(["--trusted-proxies", "127.0.0.1/32"]) { server in
                for last in 1...10 {
                    let answer = try await server.attempt(from: "2001:db8:1:2::\(last)")
                    #expect(answer.status == 200)
                }
                for number in 0..<1_000 {
                    let address = "2001:db8:1:2:" + String(number * 61, radix: 16) + "::1"
                    #expect(try await server.attempt(from: address).status == 429)
                }
                #expect(try await server.attempt(from: "2001:db8:1:3::1").status == 200)
            }
        }

        @Test func `what is refused costs nothing`() async throws {
            try await withServer { server in
                let refused: [JSONObject] = [
                    [:], ["language": "bash"], ["language": "cobol", "code": "x"],
                    ["language": "bash", "code": 1], ["language": "bash", "code": "x", "no": 1],
                    ["language": "bash", "code": "x", "callback_url": "http://192.0.2.1/"],
                ]
                for body in refused {
                    let answer = try await server.attempt(body: body)
                    #expect(answer.status == 400)
                    #expect(answer.errorCode == "VALIDATION_ERROR")
                    #expect(answer[header: "X-RateLimit-Remaining"] == "10")
                }
                let answer = try await server.attempt()
                #expect(answer[header: "X-RateLimit-Remaining"] == "9")
            }
        }
    }
}

extension Server {
    /// Runs a program as an anonymous caller.
    func attempt(
        from address: String? = nil,
        body: JSONObject = ["language": "bash", "code": "echo $((40 + 2))"]
    ) async throws -> HTTPAnswer {
        try await post(
            "/api/v1/sandbox/try",
            headers: address.map { ["X-Forwarded-For": $0] } ?? [:],
            body
        )
    }
}
