import CallbackReceiver
import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Results that are owed to receivers that are not there, and results that are too large to be
    /// posted whole.
    @Suite struct DeliveryAttacks {
        private static let toLoopback = ["--callback-allow", "127.0.0.0/8", "--jails", "2"]
        private static let mebibytes = 8

        /// 24 MiB of control characters, which JSON would make 144 MiB.
        private static func poison(callback url: String) -> JSONObject {
            let bytes = mebibytes << 20
            let fill = "head -c \(bytes) /dev/zero | tr '\\0' '\\1'"
            return [
                "language": "bash", "code": "\(fill) > box; \(fill); \(fill) >&2",
                "limits": ["stdout_bytes": bytes, "stderr_bytes": bytes], "outputs": ["box"],
                "callback_url": url,
            ]
        }

        private func closedPort() async throws -> String {
            var closed = ""
            try await Receiver.serve { _, url in closed = url }
            return closed
        }

        /// Waits until every delivery was attempted so often.
        private func awaitAttempts(
            _ attempts: Int,
            of deliveries: Int,
            at server: Server,
            _ key: Key
        ) async throws {
            try await eventually("\(attempts) attempts at each of \(deliveries) deliveries") {
                let list = try await server.get("/v1/deliveries?limit=100", key: key)
                let found = try list.json["data"].elements
                let isDone = found.allSatisfy { $0["attempts"].elements.count >= attempts }
                return found.count == deliveries && isDone
            }
        }

        @Test func `what is owed to a closed port ends neither this server nor the next`()
            async throws
        {
            let count = Campaign.size(short: 4, long: 35)
            let url = try await closedPort()
            try await Deployment.make { deployment in
                let key = try await deployment.makeKey()
                var first = ""
                try await deployment.serve(Self.toLoopback) { server in
                    for _ in 0..<count {
                        let answer = try await server.post(
                            Server.executions,
                            key: key,
                            Self.poison(callback: url)
                        )
                        try #require(answer.status == 202, "\(answer)")
                        first = try #require(try answer.json["data"]["id"].string)
                    }
                    try await awaitAttempts(1, of: count, at: server, key)
                    #expect(try peakMebibytes(of: server) < 512)
                    server.program.signal(SIGKILL)
                    _ = try await server.program.exitCode()
                }
                try await deployment.serve(Self.toLoopback) { server in
                    try await awaitAttempts(2, of: count, at: server, key)
                    #expect(try peakMebibytes(of: server) < 512)
                    let execution = try await server.execution(first, key: key)
                    let whole = Data(repeating: 1, count: Self.mebibytes << 20)
                    for stream in ["stdout", "stderr"] {
                        #expect(execution[stream + "_encoding"].string == "base64")
                        let sent = try #require(execution[stream].string)
                        #expect(Data(base64Encoded: sent) == whole)
                    }
                    #expect(execution["files"][0]["encoding"].string == "base64")
                    #expect(execution["files"][0]["bytes"].int == whole.count)
                }
            }
        }

        /// Returns the most memory that the front ever had.
        private func peakMebibytes(of server: Server) throws -> Int {
            let status = try String(
                contentsOfFile: "/proc/\(server.program.pid)/status",
                encoding: .utf8
            )
            let peak = try #require(status.firstMatch(of: #/VmHWM:\s+([0-9]+) kB/#))
            return try #require(Int(peak.1)) / 1_024
        }

        @Test func `a large output is cut in a callback, which says so and where the whole is`()
            async throws
        {
            try await Receiver.serve { receiver, url in
                let bound = 300_000
                let options = Self.toLoopback + ["--callback-bytes", "\(bound)"]
                try await withKey(options) { server, key in
                    let code = "head -c 1000000 /dev/zero | tr '\\0' x; echo small >&2; exit 3"
                    let answer = try await server.post(
                        Server.executions,
                        key: key,
                        ["language": "bash", "code": code, "callback_url": url]
                    )
                    try #require(answer.status == 202, "\(answer)")
                    let request = try await receiver.awaitRequests(1)[0]
                    #expect(request.body.count <= bound)
                    let signature = try await request.signature(secret: key.webhookSecret)
                    #expect(request[header: "webhook-signature"] == signature)
                    let posted = try JSON(request.body)
                    #expect(posted["outputs_cut"].bool == true)
                    let data = posted["data"]
                    #expect(data["status"].string == "failed")
                    #expect(data["exit_code"].int == 3)
                    #expect(data["stderr"].string == "small\n")
                    #expect(data["stderr_truncated"].bool == false)
                    #expect(data["stdout_truncated"].bool == true)
                    let sent = try #require(data["stdout"].string)
                    #expect(sent.utf8.count > bound / 2 && sent.allSatisfy { $0 == "x" })

                    let path = try #require(posted["result_path"].string)
                    let fetched = try await server.get(path, key: key).json["data"]
                    #expect(fetched["id"].string == data["id"].string)
                    #expect(fetched["stdout"].string?.utf8.count == 1_000_000)
                    #expect(fetched["stdout_truncated"].bool == false)
                }
            }
        }
    }
}
