import Foundation
import Testing

extension EndToEnd {
    /// The end of a server: a stop or a crash.
    @Suite struct Endings {
        private func warden(of server: Server) throws -> ProcessTable.Entry {
            try #require(server.processes.warden)
        }

        /// Returns the existing control groups of this warden.
        private func groups(ofWarden pid: Int32) async throws -> [Substring] {
            let result = try await command(
                "/usr/bin/find",
                ["/sys/fs/cgroup", "-type", "d", "-name", "quicksand-warden-\(pid).*"]
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

        @Test func `a killed warden is replaced, and what ran in its jails is run again`()
            async throws
        {
            try await withKey(["--jails", "2"]) { server, key in
                let code = Server.held(then: "echo done")
                let waiting = try await server.begin(Server.executions, key: key, code)
                let accepted = try await server.submit(code, key: key)
                try await server.awaitJailed(["sleep", "sleep"])
                let killed = try warden(of: server)
                let jailed = ProcessTable.jailed(below: server.program.pid)
                kill(killed.pid, SIGKILL)
                try await awaitEnd(of: jailed + [killed])
                try await eventually("another warden") {
                    try await server.get("/health/ready").status == 200
                }
                #expect(try warden(of: server) != killed)
                #expect(try await server.get("/health/live").status == 200)
                #expect(try await groups(ofWarden: killed.pid).isEmpty)

                try await server.awaitJailed(["sleep", "sleep"])
                server.letGo()
                for execution in [
                    try await waiting.answer().json["data"],
                    try await server.awaited(accepted, key: key),
                ] {
                    #expect(execution["status"].string == "succeeded")
                    #expect(execution["stdout"].string == "done\n")
                    #expect(execution["attempts"].int == 2)
                }
                try await server.awaitLog("warden ended")
            }
        }

        @Test func `without a warden the server is not ready, and takes work for later`()
            async throws
        {
            try await withKey { server, key in
                // From the second death on, the monitor pauses before the next warden.
                for _ in 0..<4 {
                    let killed = try await eventually("a warden") {
                        server.processes.warden
                    }
                    kill(killed.pid, SIGKILL)
                    try await awaitEnd(of: [killed])
                }
                // If the pause ends before the check, the next pause is longer.
                let ready = try await eventually("a server without a warden") {
                    let answer = try await server.get("/health/ready")
                    if answer.status == 503 { return answer }
                    if let warden = server.processes.warden { kill(warden.pid, SIGKILL) }
                    return nil
                }
                #expect(try ready.json["reason"].string == "the warden is down")
                #expect(try await server.get("/health/live").status == 200)
                let accepted = try await server.submit(Queue.quick, key: key)
                let execution = try await server.run(Queue.quick, key: key)
                for execution in [execution, try await server.awaited(accepted, key: key)] {
                    #expect(execution["status"].string == "succeeded")
                    #expect(execution["attempts"].int == 1)
                }
            }
        }

        @Test func `a jail whose init is killed is made again`() async throws {
            try await withKey { server, key in
                let id = try await server.submit(Server.held(then: "echo done"), key: key)
                let warden = try warden(of: server)
                let jailed = try await server.awaitJailed(["sleep"])
                let first = try #require(jailed.first { $0.parent == warden.pid })
                kill(first.pid, SIGKILL)
                try await awaitEnd(of: jailed)
                try await server.awaitJailed(["sleep"])
                server.letGo()
                let execution = try await server.awaited(id, key: key)
                #expect(execution["stdout"].string == "done\n")
                #expect(execution["attempts"].int == 2)
                #expect(try self.warden(of: server) == warden)
            }
        }

        @Test func `a server whose monitor is killed says so and ends, and so do its jails`()
            async throws
        {
            try await Deployment.make { deployment in
                let key = try await deployment.makeKey()
                var killed: Int32 = 0
                try await deployment.serve { server in
                    _ = try await server.begin(Server.executions, key: key, Server.endless)
                    try await server.awaitJailed(["sleep"])
                    let processes = ProcessTable.descendants(of: server.program.pid)
                    killed = try warden(of: server).pid
                    kill(try #require(server.processes.monitor).pid, SIGKILL)
                    #expect(try await server.program.exitCode() == 1)
                    try await awaitEnd(of: processes)
                    try await server.awaitLog("the warden's monitor has ended")
                }
                // A killed monitor cannot clean up; the next warden does.
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
                try await deployment.serve(["--jails", "1", "--grace", "600"]) { server in
                    let running = try await server.begin(
                        Server.executions,
                        key: key,
                        Server.held(then: "echo finished")
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

                    server.letGo()
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
                let running = try await server.begin(Server.executions, key: key, Server.endless)
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
