import CallbackReceiver
import Foundation
import Testing

extension EndToEnd {
    /// A start beside a server that holds the data folder or the port: it changes nothing.
    @Suite struct SecondServers {
        private static let toLoopback = ["--callback-allow", "127.0.0.0/8"]

        private func endless(to url: String? = nil) -> JSONObject {
            Server.endless.merging(url.map { ["callback_url": $0] } ?? [:]) { $1 }
        }

        /// Expects that a start ends by itself.
        /// - Returns: the last line of its output.
        private func refusal(
            _ program: RunningProgram,
            code: Int32 = 1
        ) async throws -> String {
            do {
                #expect(try await program.exitCode() == code)
            } catch {
                await program.end()
                throw error
            }
            let said = try #require(await program.stderr.wait { $0.isClosed }).text
            return try #require(said.split(separator: "\n").last.map(String.init))
        }

        @Test func `on a folder in use it says who has it, and what runs is run once`()
            async throws
        {
            try await Receiver.serve { receiver, url in
                try await Deployment.make { deployment in
                    let arguments = ["--jails", "1"] + Self.toLoopback
                    try await deployment.serve(arguments) { server in
                        let key = try await deployment.makeKey()
                        let running = try await server.submit(endless(to: url), key: key)
                        let queued = try await server.submit(Queue.quick, key: key)
                        try await server.awaitJailed(["sleep"])
                        let said = try await refusal(try deployment.start(Self.toLoopback))
                        #expect(said.contains("\(deployment.data) is in use by process"))
                        #expect(said.contains("process \(server.program.pid), which serves"))
                        #expect(said.contains("http://127.0.0.1:\(server.port)"))

                        _ = try await server.cancel(running, key: key)
                        let ended = try await server.awaited(queued, key: key)
                        #expect(ended["attempts"].int == 1)
                        let cancelled = try await server.execution(running, key: key)
                        #expect(cancelled["status"].string == "cancelled")
                        #expect(cancelled["attempts"].int == 1)
                        let requests = try await receiver.awaitRequests(1)
                        #expect(Set(requests.map { $0[header: "webhook-id"] }).count == 1)
                    }
                }
                #expect(receiver.requests.count == 1)
            }
        }

        @Test func `at a port in use it takes up nothing of its own folder`() async throws {
            try await Receiver.serve { receiver, url in
                try await withServer { other in
                    try await Deployment.make { deployment in
                        let key = try await deployment.makeKey()
                        let arguments = ["--jails", "1"] + Self.toLoopback
                        var queued = ""
                        try await deployment.serve(arguments) { server in
                            _ = try await server.submit(endless(to: url), key: key)
                            queued = try await server.submit(Queue.quick, key: key)
                            try await server.awaitJailed(["sleep"])
                            server.program.signal(SIGKILL)
                            _ = try await server.program.exitCode()
                        }
                        let before = try await deployment.rows()
                        let port = ["--port", "\(other.port)"]
                        let said = try await refusal(
                            try deployment.start(arguments + port)
                        )
                        #expect(said.contains("already listens on 127.0.0.1:\(other.port)"))
                        #expect(try await deployment.rows() == before)
                        #expect(receiver.requests.isEmpty)
                        #expect(try await other.get("/health/ready").status == 200)

                        try await deployment.serve(["--jails", "2", "--grace", "0"]) { server in
                            let execution = try await server.awaited(queued, key: key)
                            #expect(execution["attempts"].int == 1)
                        }
                    }
                }
            }
        }

        @Test func `of two that start at once on one folder, one serves`() async throws {
            try await Deployment.make { deployment in
                let starts = [try deployment.start(), try deployment.start()]
                do {
                    let loser = try await eventually("the end of one of them") {
                        starts.first { $0.stderr.value.isClosed }
                    }
                    let said = try await refusal(loser)
                    #expect(said.contains("\(deployment.data) is in use by"))
                    let winner = try #require(starts.first { $0.pid != loser.pid })
                    let server = try await Server(winner, deployment: deployment)
                    let key = try await deployment.makeKey()
                    #expect(try await server.run(Queue.quick, key: key)["attempts"].int == 1)
                } catch {
                    for start in starts { await start.end() }
                    throw error
                }
                for start in starts { await start.end() }
            }
        }

        @Test func `the lock is the front's alone, and ends with it`() async throws {
            try await Deployment.make { deployment in
                try await deployment.serve { server in
                    let key = try await deployment.makeKey()
                    _ = try await server.submit(endless(), key: key)
                    try await server.awaitJailed(["sleep"])
                    let descendants = ProcessTable.descendants(of: server.program.pid).map(\.pid)
                    #expect(descendants.count > 2)
                    #expect(holds(server.program.pid, deployment.lock))
                    #expect(!descendants.contains { holds($0, deployment.lock) })
                    server.program.signal(SIGKILL)
                    _ = try await server.program.exitCode()
                }
                // The start after it must work with all remains of the first server.
                try await deployment.serve(["--grace", "0"]) { server in
                    let ready = try await server.get("/health/ready")
                    #expect(ready.status == 200)
                }
            }
        }

        private func holds(_ process: Int32, _ file: String) -> Bool {
            let folder = "/proc/\(process)/fd"
            let numbers = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return numbers.contains {
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)"))
                    == file
            }
        }

        @Test func `a lock that another program holds is respected, whatever it wrote`()
            async throws
        {
            try await Deployment.make { deployment in
                _ = try await deployment.makeKey()
                for (text, holder) in [
                    ("", "another process"), ("1 \u{1b}[2J", "another process"),
                    ("7 http://a:1 b\nc", "process 7, which serves http://a:1"),
                ] {
                    try Data(text.utf8).write(to: URL(fileURLWithPath: deployment.lock))
                    let other = try RunningProgram(
                        "/usr/bin/flock",
                        ["--no-fork", deployment.lock]
                            + ["sh", "-c", "echo locked; exec sleep 600"]
                    )
                    do {
                        let locked = await other.stdout.wait { !$0.bytes.isEmpty }
                        try #require(locked != nil)
                        let said = try await refusal(try deployment.start())
                        #expect(said.hasSuffix("is in use by \(holder)"), "\(said)")
                    } catch {
                        await other.end()
                        throw error
                    }
                    // The process has inherited a mask that blocks SIGTERM.
                    other.signal(SIGKILL)
                    await other.end()
                }
            }
        }

        /// The folder is an ordinary user's, and root opens it.
        @Test func `a lock that is a link, or no file, is not followed`() async throws {
            try await Deployment.make { deployment in
                _ = try await deployment.makeKey()
                let kept = try deployment.write("kept", as: "kept")
                for make in [
                    ["/bin/ln", "-s", kept], ["/bin/ln", kept], ["/usr/bin/mkfifo"], ["/bin/mkdir"],
                ] {
                    let arguments = make.dropFirst() + [deployment.lock]
                    let made = try await command(make[0], Array(arguments))
                    try #require(made.code == 0, "\(made.stderr)")
                    let said = try await refusal(try deployment.start(), code: 2)
                    #expect(said.contains("\(deployment.lock) cannot be locked"), "\(said)")
                    #expect(try String(contentsOfFile: kept, encoding: .utf8) == "kept")
                    try FileManager.default.removeItem(atPath: deployment.lock)
                }
            }
        }
    }
}

extension Deployment {
    fileprivate var lock: String { data + "/server.lock" }

    /// Returns the whole content of the database.
    fileprivate func rows() async throws -> String {
        let script = """
            import sqlite3, sys
            print("\\n".join(sqlite3.connect(sys.argv[1]).iterdump()))
            """
        let result = try await command("/usr/bin/python3", ["-c", script, database])
        try #require(result.code == 0, "\(result.stderr)")
        return result.stdout
    }
}
