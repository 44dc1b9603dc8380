import Testing

extension EndToEnd {
    /// The limits of time and memory, and of plans.
    @Suite struct LimitsHeld {
        static let spin = "while True: pass"
        static let sleep = "import time; time.sleep(60)"
        static let hoard = "x = []\nwhile True: x.append(bytearray(1 << 20))"

        @Test(
            arguments: [
                (sleep, ["wall_ms": 300], "timed_out"),
                (spin, ["cpu_ms": 300, "wall_ms": 600_000], "cpu_time_exceeded"),
                (hoard, ["memory_bytes": 64 << 20, "wall_ms": 600_000], "memory_exceeded"),
            ]
        )
        func `a program that goes too far is stopped, and the verdict says by what`(
            code: String,
            limits: [String: Int],
            status: String
        ) async throws {
            try await withKey { server, key in
                let execution = try await server.run(
                    ["language": "python", "code": code, "limits": limits],
                    key: key
                )
                #expect(execution["status"].string == status)
                #expect(execution["exit_code"].isNull)
                for (name, value) in limits {
                    #expect(execution["limits"][name].int == value)
                }
                try await eventually("the end of the jail") {
                    ProcessTable.jailed(below: server.program.pid).isEmpty
                }
            }
        }

        @Test(
            arguments: [
                ("wall_ms", 30_000), ("memory_bytes", 1_073_741_824), ("processes", 128),
                ("stdout_bytes", 4_194_304),
            ]
        )
        func `a plan's ceiling is granted, and one more is refused with its details`(
            name: String,
            ceiling: Int
        ) async throws {
            try await withKey(["--limits", Limits.path], plan: "free") { server, key in
                let granted = try await server.run(
                    ["language": "bash", "code": "true", "limits": [name: ceiling]],
                    key: key
                )
                #expect(granted["limits"][name].int == ceiling)
                let refused = try await server.post(
                    Server.executions,
                    key: key,
                    ["language": "bash", "code": "true", "limits": [name: ceiling + 1]]
                )
                #expect(refused.status == 400)
                let details = try refused.json["error"]["details"]
                #expect(details["field"].string == "limits.\(name)")
                #expect(details["value"].int == ceiling + 1)
                #expect(details["limit"].int == ceiling)
            }
        }

        @Test func `so little that no jail could start is refused and not taken for our fault`()
            async throws
        {
            try await withKey { server, key in
                for (name, least) in [
                    ("memory_bytes", 1 << 20), ("open_files", 16), ("stack_bytes", 64 << 10),
                ] {
                    func post(_ value: Int) async throws -> HTTPAnswer {
                        try await server.post(
                            Server.executions,
                            key: key,
                            ["language": "bash", "code": "true", "limits": [name: value]]
                        )
                    }
                    #expect(try await post(least).status == 200)
                    let refused = try await post(least - 1)
                    #expect(refused.status == 400)
                    #expect(try refused.json["error"]["details"]["limit"].int == least)
                }
            }
        }

        @Test(
            arguments: [
                "wall_ms", "cpu_ms", "processes", "file_bytes", "workspace_files", "stdout_bytes",
                "stderr_bytes", "files",
            ]
        )
        func `one of anything is the caller's own affair`(name: String) async throws {
            try await withKey { server, key in
                let answer = try await server.post(
                    Server.executions,
                    key: key,
                    ["language": "bash", "code": "echo text", "limits": [name: 1]]
                )
                #expect([200, 400].contains(answer.status), "\(answer)")
                #expect(!server.log.contains(" error "))
            }
        }

        @Test func `as many at once as the plan allows, and no more`() async throws {
            try await withKey(["--jails", "1"], plan: "free") { server, key in
                let body = Server.endless
                var ids: [String] = []
                for _ in 1...4 { ids.append(try await server.submit(body, key: key)) }
                let refused = try await server.post(Server.executions, key: key, body)
                #expect(refused.status == 429)
                let details = try refused.json["error"]["details"]
                #expect(details["policy"].string == "concurrent")
                #expect(details["limit"].int == 4)
                for id in ids { #expect(try await server.cancel(id, key: key).status == 200) }
            }
        }
    }
}
