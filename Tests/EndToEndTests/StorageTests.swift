import Foundation
import Testing

extension EndToEnd {
    /// A database that is temporarily not writable: the service reports it, loses nothing, and
    /// recovers.
    @Suite struct Storage {
        private static let later = Server.held(
            then: "echo kept; head -c 200000 /dev/zero | tr '\\0' x"
        )

        /// A request larger than the room that a log of a few megabytes has by chance.
        private static let large: JSONObject = [
            "language": "bash", "code": "echo large # " + String(repeating: "x", count: 300_000),
        ]

        private func submit(
            _ body: JSONObject,
            _ server: Server,
            _ key: Key
        ) async throws -> HTTPAnswer {
            let headers = ["Prefer": "respond-async"]
            return try await server.post(Server.executions, key: key, headers: headers, body)
        }

        private func expectUnavailable(_ answer: HTTPAnswer) {
            #expect(answer.status == 503, "\(answer)")
            #expect(answer.errorCode == "OVERLOADED")
            #expect(answer[header: "Retry-After"] == "5")
        }

        /// Checks that the same process accepts and finishes work again, also work from before.
        private func expectRecovery(
            _ server: Server,
            _ key: Key,
            accepted: [String]
        ) async throws {
            try await eventually("readiness") {
                try await server.get("/health/ready").status == 200
            }
            let next = try await submit(Self.large, server, key)
            #expect(next.status == 202, "\(next)")
            let ids = accepted + [try #require(try next.json["data"]["id"].string)]
            for id in ids {
                let execution = try await server.awaited(id, key: key)
                #expect(execution["status"].string == "succeeded")
                #expect(execution["attempts"].int == 1)
                let output = try #require(execution["stdout"].string)
                #expect(output.hasPrefix(id == ids.last ? "large\n" : "kept\n"))
            }
        }

        @Test func `on a full disk requests are refused, and what runs is finished later`()
            async throws
        {
            try await Deployment.make { deployment in
                try await deployment.onTemporaryDisk(megabytes: 4) { disk in
                    let key = try await deployment.makeKey()
                    try await deployment.serve { server in
                        let running = try await server.submit(Self.later, key: key)
                        try await server.awaitJailed(["sleep"])
                        try disk.fill()
                        expectUnavailable(try await submit(Self.large, server, key))
                        server.letGo()
                        try await server.awaitLog("finished execution not stored")
                        try await server.awaitLog("the disk is full")
                        #expect(try await server.get("/health/live").status == 200)
                        let seen = try await server.execution(running, key: key)
                        #expect(seen["finished_at"].isNull)
                        try disk.empty()
                        try await expectRecovery(server, key, accepted: [running])
                    }
                }
            }
        }

        @Test func `a locked database is waited for, then said to be`() async throws {
            try await withKey { server, key in
                let running = try await server.submit(Self.later, key: key)
                try await server.awaitJailed(["sleep"])
                let script = """
                    import signal, sqlite3, sys
                    connection = sqlite3.connect(sys.argv[1], isolation_level=None)
                    connection.execute("BEGIN EXCLUSIVE")
                    print("locked", flush=True)
                    signal.pause()
                    """
                let holder = try RunningProgram(
                    "/usr/bin/python3",
                    ["-c", script, server.deployment.database]
                )
                do {
                    let said = await holder.stdout.wait { $0.text == "locked\n" }
                    try #require(said != nil)
                    server.letGo()
                    expectUnavailable(try await submit(Self.large, server, key))
                    let ready = try await server.get("/health/ready")
                    #expect(ready.status == 503)
                    #expect(try ready.json["reason"].string == "the store is down")
                    #expect(try await server.get("/health/live").status == 200)
                    try await server.awaitLog("another program has locked it")
                    // Reads still work.
                    _ = try await server.execution(running, key: key)
                } catch {
                    await holder.end()
                    throw error
                }
                await holder.end()
                try await expectRecovery(server, key, accepted: [running])
            }
        }

        @Test func `a database that may not be written is said to be, and written when it may`()
            async throws
        {
            try await withKey { server, key in
                let running = try await server.submit(Self.later, key: key)
                try await server.awaitJailed(["sleep"])
                let log = server.deployment.database + "-wal"
                // This imitates a failed disk: a mount with open files cannot be made read-only.
                let frozen = try await command("/usr/bin/chattr", ["+i", log])
                guard frozen.code == 0 else {
                    return print("not tried: this file system has no immutable files")
                }
                do {
                    expectUnavailable(try await submit(Self.large, server, key))
                    #expect(try await server.get("/health/ready").status == 503)
                    server.letGo()
                    try await server.awaitLog("finished execution not stored")
                } catch {
                    _ = try await command("/usr/bin/chattr", ["-i", log])
                    throw error
                }
                _ = try await command("/usr/bin/chattr", ["-i", log])
                try await expectRecovery(server, key, accepted: [running])
            }
        }

        @Test func `on a read-only disk it does not start, and says why; afterwards it goes on`()
            async throws
        {
            try await Deployment.make { deployment in
                try await deployment.onTemporaryDisk(megabytes: 16) { disk in
                    let key = try await deployment.makeKey()
                    var accepted = ""
                    try await deployment.serve(["--jails", "1"]) { server in
                        _ = try await server.submit(Queue.quick, key: key)
                        accepted = try await server.submit(Queue.quick, key: key)
                        server.program.signal(SIGKILL)
                        _ = try await server.program.exitCode()
                    }
                    try await disk.remount("ro")
                    let refused = try deployment.start()
                    #expect(try await refused.exitCode() == 2)
                    let said = try #require(await refused.stderr.wait { $0.isClosed })
                    #expect(said.text.split(separator: "\n").count == 1, "\(said.text)")
                    #expect(said.text.contains("Read-only file system"), "\(said.text)")
                    try await disk.remount("rw")
                    try await deployment.serve { server in
                        let execution = try await server.awaited(accepted, key: key)
                        #expect(execution["status"].string == "succeeded")
                    }
                }
            }
        }
    }
}

/// A separate file system below a deployment's data folder.
struct TemporaryDisk {
    let folder: String
    private var filler: String { folder + "/filler" }

    /// Fills every byte that is left.
    func fill() throws {
        _ = FileManager.default.createFile(atPath: filler, contents: nil)
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: filler))
        defer { try? file.close() }
        for size in [65_536, 4_096] {
            while (try? file.write(contentsOf: Data(count: size))) != nil {}
        }
    }

    func empty() throws { try FileManager.default.removeItem(atPath: filler) }

    func remount(_ option: String) async throws {
        let result = try await command("/bin/mount", ["-o", "remount," + option, folder])
        try #require(result.code == 0, "\(result.stderr)")
    }
}

extension Deployment {
    var database: String { data + "/quicksand.sqlite" }

    /// Mounts a disk of this size as the data folder, while `body` runs.
    func onTemporaryDisk(
        megabytes: Int,
        _ body: (TemporaryDisk) async throws -> Void
    ) async throws {
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        let options = "size=\(megabytes)m,mode=0755"
        let mounted = try await command(
            "/bin/mount",
            ["-t", "tmpfs", "-o", options, "quicksand-test", data]
        )
        try #require(mounted.code == 0, "\(mounted.stderr)")
        do {
            try await body(TemporaryDisk(folder: data))
        } catch {
            _ = try await command("/bin/umount", ["--lazy", data])
            throw error
        }
        _ = try await command("/bin/umount", ["--lazy", data])
    }
}
