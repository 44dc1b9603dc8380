import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// What one caller, or a crowd of strangers, must not take from the others.
    @Suite struct Shares {
        private static let quick: JSONObject = ["language": "bash", "code": "echo done"]

        private func runs(_ server: Server, key: Key) async throws {
            let execution = try await server.run(Self.quick, key: key)
            #expect(execution["stdout"].string == "done\n")
        }

        @Test func `strangers fill neither the queue nor the slots`() async throws {
            let options = ["--jails", "1", "--queue", "20", "--trusted-proxies", "127.0.0.0/8"]
            try await withKey(options) { server, key in
                var strangers: [RawConnection] = []
                // One runs, ten wait, and the others are refused.
                for index in 0..<40 {
                    strangers.append(
                        try await server.begin(
                            "/v1/sandbox/try",
                            headers: ["X-Forwarded-For": "192.0.2.\(index)"],
                            Server.endless
                        )
                    )
                }
                try await server.awaitJailed(["sleep"])
                let refused = try await server.post(
                    "/v1/sandbox/try",
                    headers: ["X-Forwarded-For": "198.51.100.1"],
                    Self.quick
                )
                #expect(refused.status == 503)
                #expect(refused[header: "Retry-After"] != nil)
                try await runs(server, key: key)
                for stranger in strangers { stranger.hangUp() }
            }
        }

        @Test func `an organization's long executions make no other one wait`() async throws {
            try await withKey(["--jails", "2", "--queue", "20"]) { server, busy in
                let other = try await server.deployment.makeKey()
                for _ in 0..<6 { _ = try await server.submit(Server.endless, key: busy) }
                try await server.awaitJailed(["sleep", "sleep"])
                try await runs(server, key: other)
            }
        }

        /// The sizes are for free plans: bodies of 4 MiB, and outputs of as much.
        private static let mebibytes = 4

        @Test func `bodies that never end take a share of the memory`() async throws {
            try await withKey(["--request-memory", "64"], plan: "free") { server, key in
                let other = try await server.deployment.makeKey(plan: "free")
                try await runs(server, key: other)
                let before = try server.peakBytes
                let body = Data(count: Self.mebibytes << 20)
                var unfinished: [RawConnection] = []
                for _ in 0..<100 {
                    let connection = try await RawConnection(port: server.port)
                    let head =
                        "POST \(Server.executions) HTTP/1.1\r\nHost: a\r\n"
                        + "Content-Type: application/json\r\n"
                        + "Authorization: Bearer \(key.plaintext)\r\n"
                        + "Content-Length: \(body.count)\r\n\r\n"
                    await connection.send(Data(head.utf8))
                    // What the server does not read stays in the kernel.
                    connection.sendWhatFits(body.dropLast())
                    unfinished.append(connection)
                }
                try await runs(server, key: other)
                #expect(try server.peakBytes - before < 128 << 20)
                for connection in unfinished { connection.hangUp() }
                try await runs(server, key: key)
            }
        }

        @Test func `answers that nobody reads take a share of the memory`() async throws {
            try await withKey(["--request-memory", "32", "--jails", "2"]) { server, key in
                let other = try await server.deployment.makeKey()
                try await runs(server, key: other)
                let before = try server.peakBytes
                let bytes = Self.mebibytes << 20
                let large: JSONObject = [
                    "language": "bash", "code": "head -c \(bytes) /dev/zero | tr '\\0' a",
                    "limits": ["stdout_bytes": bytes],
                ]
                var unread: [RawConnection] = []
                for _ in 0..<40 {
                    unread.append(try await server.begin(Server.executions, key: key, large))
                }
                try await runs(server, key: other)
                // The share of a caller is 4 MiB; what runs may pass it.
                _ = try await eventually("answers that wait to be read") {
                    try server.peakBytes - before > 12 << 20 ? true : nil
                }
                try await runs(server, key: other)
                #expect(try server.peakBytes - before < 192 << 20)
                for connection in unread { connection.hangUp() }
                try await runs(server, key: key)
            }
        }
    }
}

extension Server {
    /// The most memory that the server's process has had, in bytes.
    fileprivate var peakBytes: Int {
        get throws {
            let status = try String(
                contentsOfFile: "/proc/\(program.pid)/status",
                encoding: .isoLatin1
            )
            let peak = try #require(status.firstMatch(of: /VmHWM:\s*([0-9]+) kB/))
            return try #require(Int(peak.1)) << 10
        }
    }
}

extension RawConnection {
    /// Sends the beginning of the data, as much as the kernel takes now.
    fileprivate func sendWhatFits(_ data: Data) {
        _ = data.withUnsafeBytes {
            Glibc.send(
                descriptor,
                $0.baseAddress,
                $0.count,
                Int32(UInt32(MSG_NOSIGNAL) | UInt32(MSG_DONTWAIT))
            )
        }
    }
}
