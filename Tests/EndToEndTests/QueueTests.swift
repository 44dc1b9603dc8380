import Testing

extension EndToEnd {
    /// The queue: waiting and refused requests.
    @Suite struct Queue {
        static let quick: JSONObject = ["language": "bash", "code": "true"]

        @Test func `a full queue sends away, and says when to come again`() async throws {
            try await withKey(["--jails", "1", "--queue", "1"]) { server, key in
                let running = try await server.submit(Server.endless, key: key)
                try await server.awaitJailed(["sleep"])
                let queued = try await server.submit(Self.quick, key: key)
                let refused = try await server.post(Server.executions, key: key, Self.quick)
                #expect(refused.status == 503)
                #expect(refused.errorCode == "OVERLOADED")
                #expect(refused[header: "Retry-After"].flatMap { Int($0) } ?? 0 >= 1)
                #expect(try await server.cancel(running, key: key).status == 200)
                let execution = try await server.awaited(queued, key: key)
                #expect(execution["status"].string == "succeeded")
                let accepted = try await server.post(Server.executions, key: key, Self.quick)
                #expect(accepted.status == 200)
            }
        }

        @Test func `a caller with one execution does not wait for another's many`() async throws {
            try await withKey(["--jails", "1"]) { server, busy in
                let other = try await server.deployment.makeKey()
                let running = try await server.submit(Server.endless, key: busy)
                try await server.awaitJailed(["sleep"])
                var many: [String] = []
                for _ in 1...6 { many.append(try await server.submit(Self.quick, key: busy)) }
                let one = try await server.submit(Self.quick, key: other)
                #expect(try await server.cancel(running, key: busy).status == 200)
                let execution = try await server.awaited(one, key: other)
                let started = try #require(execution["started_at"].string)
                var earlier = 0
                for id in many {
                    let finished = try await server.awaited(id, key: busy)
                    if try #require(finished["started_at"].string) < started { earlier += 1 }
                }
                #expect(earlier <= 1)
            }
        }
    }
}
