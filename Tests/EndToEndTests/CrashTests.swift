import Foundation
import Testing

extension EndToEnd {
    /// The end of a server, wanted or not.
    @Suite struct Endings {
        static let endless: JSONObject = [
            "language": "bash", "code": "sleep 600", "limits": ["wall_ms": 600_000],
        ]

        private func warden(of server: Server) throws -> ProcessTable.Entry {
            let children = ProcessTable.all().filter { $0.parent == server.program.pid }
            return try #require(children.first)
        }

        /// The control groups that this warden made, and that are still there.
        private func groups(ofWarden pid: Int32) async throws -> [Substring] {
            let result = try await command(
                "/usr/bin/find",
                ["/sys/fs/cgroup", "-type", "d", "-name", "quicksand-warden-\(pid)"]
            )
            return result.stdout.split(separator: "\n")
        }

        private func awaitEnd(of processes: [ProcessTable.Entry]) async throws {
            try await eventually("the end of every process of the server") {
                !processes.contains(where: \.isAlive)
            }
        }

        @Test func `a killed server leaves no process, and the next one finishes its work`()
            async throws
        {
            try await Deployment.make { deployment in
                let key = try await deployment.makeKey()
                var ids: [String] = []
                try await deployment.serve(["--jails", "1"]) { server in
                    for text in ["running", "queued"] {
                        let code = "sleep 2; echo \(text)"
                        let body: JSONObject = ["language": "bash", "code": code]
                        ids.append(try await server.submit(body, key: key))
                    }
                    try await server.awaitJailed(["sleep"])
                    let processes = ProcessTable.descendants(of: server.program.pid)
                    #expect(processes.contains { $0.name.hasPrefix("quicksand-warde") })
                    server.program.signal(SIGKILL)
                    #expect(try await server.program.exitCode() == 128 + SIGKILL)
                    try await awaitEnd(of: processes)
                }
                try await deployment.serve(["--jails", "1"]) { server in
                    for (id, text) in zip(ids, ["running", "queued"]) {
                        let execution = try await server.awaited(id, key: key)
                        #expect(execution["status"].string == "succeeded")
                        #expect(execution["stdout"].string == text + "\n")
                    }
                }
            }
        }

        @Test func `a server whose warden is killed says so and ends, and so do its jails`()
            async throws
        {
            try await Deployment.make { deployment in
                let key = try await deployment.makeKey()
                var killed: Int32 = 0
                try await deployment.serve { server in
                    let running = try await server.submit(Self.endless, key: key)
                    try await server.awaitJailed(["sleep"])
                    #expect(try await server.cancel(running, key: key).status == 200)
                    _ = try await server.begin(Server.executions, key: key, Self.endless)
                    try await server.awaitJailed(["sleep"])
                    let processes = ProcessTable.descendants(of: server.program.pid)
                    killed = try warden(of: server).pid
                    kill(killed, SIGKILL)
                    #expect(try await server.program.exitCode() == 1)
                    try await awaitEnd(of: processes)
                    #expect(server.log.contains("the warden has ended"))
                }
                // A killed warden cannot tidy up; the next one does.
                try await deployment.serve { server in
                    let execution = try await server.run(Queue.quick, key: key)
                    #expect(execution["exit_code"].int == 0)
                    #expect(try await groups(ofWarden: killed).isEmpty)
                }
            }
        }

        @Test func `a server that was told to stop leaves no control group`() async throws {
            try await withKey { server, key in
                _ = try await server.run(Queue.quick, key: key)
                let warden = try warden(of: server)
                #expect(try await !groups(ofWarden: warden.pid).isEmpty)
                server.program.signal(SIGTERM)
                #expect(try await server.program.exitCode() == 0)
                try await awaitEnd(of: [warden])
                #expect(try await groups(ofWarden: warden.pid).isEmpty)
            }
        }

        @Test func `a server told to stop lets the running finish and keeps the queued`()
            async throws
        {
            try await Deployment.make { deployment in
                let key = try await deployment.makeKey()
                var queued = ""
                try await deployment.serve(["--jails", "1"]) { server in
                    let code = "sleep 2; echo finished"
                    let running = try await server.begin(
                        Server.executions,
                        key: key,
                        ["language": "bash", "code": code]
                    )
                    try await server.awaitJailed(["sleep"])
                    queued = try await server.submit(
                        ["language": "bash", "code": "echo kept"],
                        key: key
                    )
                    server.program.signal(SIGTERM)
                    let ready = try await eventually("a draining server") {
                        let answer = try await server.get("/health/ready")
                        return answer.status == 503 ? answer : nil
                    }
                    #expect(try ready.json["reason"].string == "draining")
                    let refused = try await server.post(Server.executions, key: key, Queue.quick)
                    #expect(refused.status == 503)
                    #expect(refused[header: "Retry-After"] != nil)

                    let answer = try await running.answer()
                    #expect(answer.status == 200)
                    #expect(try answer.json["data"]["stdout"].string == "finished\n")
                    #expect(try await server.program.exitCode() == 0)
                }
                try await deployment.serve { server in
                    let execution = try await server.awaited(queued, key: key)
                    #expect(execution["stdout"].string == "kept\n")
                }
            }
        }

        @Test func `what runs longer than the grace is stopped`() async throws {
            try await withKey(["--grace", "0"]) { server, key in
                let running = try await server.begin(Server.executions, key: key, Self.endless)
                try await server.awaitJailed(["sleep"])
                let processes = ProcessTable.descendants(of: server.program.pid)
                server.program.signal(SIGTERM)
                #expect(try await server.program.exitCode() == 0)
                try await awaitEnd(of: processes)
                #expect(try await running.answer().status != 500)
            }
        }
    }
}
