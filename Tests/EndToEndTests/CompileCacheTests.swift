import Foundation
import Testing

extension EndToEnd {
    /// Repeated runs of the same sources, over HTTP.
    @Suite struct CompiledOnce {
        private static let body: JSONObject = [
            "language": "c", "stdin": "40 2",
            "code": """
            #include <stdio.h>
            int main(void) { int a, b; scanf("%d %d", &a, &b); printf("%d\\n", a + b); return 7; }
            """,
        ]

        private func isCached(_ execution: JSON) throws -> Bool {
            #expect(execution["stdout"].string == "42\n")
            #expect(execution["exit_code"].int == 7)
            return try #require(execution["compile"]["cached"].bool as Bool?)
        }

        private func runIsCached(_ server: Server, _ key: Key) async throws -> Bool {
            try isCached(try await server.run(Self.body, key: key))
        }

        private func metric(_ name: String, of server: Server) async throws -> String? {
            let text = try await server.get("/metrics").text
            let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
            return line.map { String($0.dropFirst(name.count + 1)) }
        }

        @Test func `the same program is compiled once, also over a restart, and says so`()
            async throws
        {
            try await Deployment.make { deployment async throws in
                let key = try await deployment.makeKey()
                try await deployment.serve { server async throws in
                    #expect(try await runIsCached(server, key) == false)
                    let again = try await server.run(Self.body, key: key)
                    #expect(try isCached(again))
                    #expect(again["compile"]["status"].string == "succeeded")
                    #expect(again["compile"]["usage"]["wall_ms"].isNull == false)
                    // The stored execution has it, too.
                    let id = try #require(again["id"].string)
                    let stored = try await server.execution(id, key: key)
                    #expect(try isCached(stored))
                    let names = ["hits_total", "misses_total", "programs", "failures_total"]
                    for (name, value) in zip(names, ["1.0", "1.0", "1.0", "0.0"]) {
                        let metric = "quicksand_compile_cache_" + name
                        // A program is counted once it is on disk; the answer does not wait for
                        // that.
                        try await eventually("\(value) of \(metric)") {
                            try await self.metric(metric, of: server) == value
                        }
                    }
                    server.program.signal(SIGKILL)
                    _ = try await server.program.exitCode()
                }
                try await deployment.serve { server async throws in
                    try await server.awaitLog("compiled programs kept")
                    #expect(try await runIsCached(server, key) == true)
                }
            }
        }

        @Test func `another organization's program is compiled, and so is one where none are kept`()
            async throws
        {
            try await Deployment.make { deployment async throws in
                let (key, other) = (try await deployment.makeKey(), try await deployment.makeKey())
                try await deployment.serve { server async throws in
                    #expect(try await runIsCached(server, key) == false)
                    #expect(try await runIsCached(server, other) == false)
                    #expect(try await runIsCached(server, other) == true)
                }
                try await deployment.serve(["--compile-cache-bytes", "0"]) { server async throws in
                    #expect(try await runIsCached(server, key) == false)
                    #expect(try await runIsCached(server, key) == false)
                    #expect(try await metric("quicksand_compile_cache_bytes", of: server) == nil)
                }
            }
        }

        @Test func `a stranger's program is kept for that address alone`() async throws {
            try await withServer(["--trusted-proxies", "127.0.0.1/32"]) { server async throws in
                for (address, cached) in [
                    ("192.0.2.1", false), ("192.0.2.1", true), ("192.0.2.2", false),
                ] {
                    let answer = try await server.post(
                        "/v1/sandbox/try",
                        headers: ["X-Forwarded-For": address],
                        Self.body
                    )
                    try #require(answer.status == 200, "\(answer)")
                    let execution = try answer.json["data"]
                    #expect(try isCached(execution) == cached, "\(address)")
                }
            }
        }

        @Test func `what was made of a project goes with it`() async throws {
            try await withKey { server, key async throws in
                let project: JSONObject = ["name": "sum", "language": "c"]
                let made = try await server.post("/api/v1/projects", key: key, project)
                try #require(made.status == 201, "\(made)")
                let path = try #require(made[header: "Location"])
                var body = Self.body
                body["language"] = nil
                for cached in [false, true] {
                    let answer = try await server.post(path + "/execute", key: key, body)
                    try #require(answer.status == 200, "\(answer)")
                    let execution = try answer.json["data"]
                    #expect(try isCached(execution) == cached)
                }
                let folder = server.deployment.data + "/compiled"
                try await eventually("the program on disk") {
                    try FileManager.default.contentsOfDirectory(atPath: folder).count == 1
                }
                let deleted = try await server.send("DELETE", path, key: key)
                #expect(deleted.status == 200, "\(deleted)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
            }
        }
    }
}
