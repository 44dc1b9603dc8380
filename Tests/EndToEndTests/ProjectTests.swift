import Foundation
import Testing

extension EndToEnd {
    /// Projects: stored files that callers can run.
    @Suite struct Projects {
        private static let projects = "/api/v1/projects"

        /// - Returns: the project's path.
        private func make(_ body: JSONObject, _ server: Server, key: Key) async throws -> String {
            let answer = try await server.post(Self.projects, key: key, body)
            try #require(answer.status == 201, "\(answer)")
            return try #require(answer[header: "Location"])
        }

        private func put(
            _ file: String,
            _ text: String,
            in project: String,
            _ server: Server,
            key: Key
        ) async throws {
            let path = "\(project)/files/\(file)"
            let answer = try await server.send("PUT", path, key: key, body: Data(text.utf8))
            try #require([200, 201].contains(answer.status), "\(answer)")
        }

        @Test func `a project is made, filled, run as it is and with changes, and logged`()
            async throws
        {
            try await withKey { server, key in
                let project = try await make(
                    ["name": "sums", "language": "python", "entry": "app.py"],
                    server,
                    key: key
                )
                try await put(
                    "app.py",
                    "from lib.sum import total\nprint(total())\n",
                    in: project,
                    server,
                    key: key
                )
                try await put(
                    "lib/sum.py",
                    "def total(): return 40 + 2\n",
                    in: project,
                    server,
                    key: key
                )

                let plain = try await server.send("POST", project + "/execute", key: key)
                #expect(plain.status == 200, "\(plain)")
                let execution = try plain.json["data"]
                #expect(execution["stdout"].string == "42\n")
                let id = try #require(execution["project_id"].string)
                #expect(project == "\(Self.projects)/\(id)")

                let changed = try await server.post(
                    project + "/execute",
                    key: key,
                    headers: ["Prefer": "respond-async"],
                    [
                        "files": [
                            ["path": "lib/sum.py", "content": "def total(): return input()"]
                        ], "stdin": "7",
                    ]
                )
                #expect(changed.status == 202)
                let later = try #require(try changed.json["data"]["id"].string)
                #expect(changed[header: "Location"] == "\(Server.executions)/\(later)")
                #expect(try await server.awaited(later, key: key)["stdout"].string == "7\n")

                let log = try await server.get(project + "/executions", key: key).json
                #expect(log["pagination"]["total"].int == 2)
                #expect(
                    log["data"].elements.map { $0["id"].string } == [
                        later, execution["id"].string,
                    ]
                )
                let file = try await server.get(project + "/files/lib/sum.py", key: key)
                #expect(file.body == Data("def total(): return 40 + 2\n".utf8))
            }
        }

        @Test func `the environment is the program's to see, and nobody else's`() async throws {
            try await withKey { server, key in
                let project = try await make(
                    ["name": "bot", "language": "bash", "env": ["TOKEN": "hunter2"]],
                    server,
                    key: key
                )
                try await put("main.sh", "echo ${#TOKEN} $MODE", in: project, server, key: key)
                let run = try await server.post(
                    project + "/execute",
                    key: key,
                    ["env": ["MODE": "test"]]
                )
                #expect(try run.json["data"]["stdout"].string == "7 test\n")
                let shown = try await server.get(project, key: key)
                #expect(try shown.json["data"]["env"].elements.map(\.string) == ["TOKEN"])
                let id = try #require(try run.json["data"]["id"].string)
                let answers = [
                    run, shown, try await server.get(Self.projects, key: key),
                    try await server.get("\(Server.executions)/\(id)", key: key),
                    try await server.get(project + "/executions", key: key),
                ]
                for answer in answers { #expect(!answer.text.contains("hunter2")) }
                #expect(!server.log.contains("hunter2"))
            }
        }

        @Test func `a project that is deleted while it runs leaves nothing behind`() async throws {
            try await withKey(["--jails", "2"]) { server, key in
                let project = try await make(
                    ["name": "endless", "language": "bash"],
                    server,
                    key: key
                )
                try await put(
                    "main.sh",
                    "trap '' TERM; sleep 600 & wait",
                    in: project,
                    server,
                    key: key
                )
                let waiting = try await server.begin(project + "/execute", key: key, [:])
                let first = try await server.awaitJailed(["sleep"])
                var accepted: [String] = []
                for _ in 0..<2 {
                    let answer = try await server.post(
                        project + "/execute",
                        key: key,
                        headers: ["Prefer": "respond-async"],
                        [:]
                    )
                    #expect(answer.status == 202)
                    accepted.append(try #require(try answer.json["data"]["id"].string))
                }
                let jailed = try await eventually("both jails") {
                    let jailed = ProcessTable.jailed(below: server.program.pid)
                    return jailed.count { $0.name == "sleep" } == 2 ? jailed : nil
                }

                let deleted = try await server.send("DELETE", project, key: key)
                #expect(deleted.status == 200)
                #expect(try deleted.json["data"]["name"].string == "endless")
                #expect((first + jailed).filter(\.isAlive).isEmpty)
                #expect(ProcessTable.jailed(below: server.program.pid).isEmpty)

                let synchronous = try await waiting.answer()
                #expect(synchronous.status == 200)
                let execution = try synchronous.json["data"]
                #expect(execution["status"].string == "cancelled")
                for id in accepted + [try #require(execution["id"].string)] {
                    let path = "\(Server.executions)/\(id)"
                    #expect(try await server.get(path, key: key).status == 404)
                    #expect(try await server.cancel(id, key: key).status == 404)
                }
                let gone = [
                    ("GET", ""), ("GET", "/files"), ("GET", "/executions"), ("POST", "/execute"),
                    ("DELETE", ""),
                ]
                for (method, ending) in gone {
                    let answer = try await server.send(method, project + ending, key: key)
                    #expect(answer.status == 404, "\(method) \(ending)")
                }
                let list = try await server.get(Server.executions, key: key)
                #expect(try list.json["pagination"]["total"].int == 0)
                #expect(!server.log.contains("not stored"))
            }
        }

        /// Deletes a project during runs.
        ///
        /// Each request has one of its possible outcomes.
        private func deleteAmidRuns(_ server: Server, key: Key) async throws {
            let project = try await make(["name": "x", "language": "bash"], server, key: key)
            try await put("main.sh", "echo done", in: project, server, key: key)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for headers in [[:], ["Prefer": "respond-async"], ["Idempotency-Key": project]] {
                    for _ in 0..<2 {
                        group.addTask {
                            let answer = try await server.post(
                                project + "/execute",
                                key: key,
                                headers: headers,
                                [:]
                            )
                            switch answer.status {
                            case 404: break
                            // Another request with this Idempotency-Key was under way.
                            case 409: #expect(headers["Idempotency-Key"] != nil)
                            case 200, 202:
                                let status = try answer.json["data"]["status"].string
                                let known = ["queued", "running", "succeeded", "cancelled"]
                                #expect(known.contains(status ?? ""))
                            default: Issue.record("\(answer)")
                            }
                        }
                    }
                }
                group.addTask {
                    let deleted = try await server.send("DELETE", project, key: key)
                    #expect(deleted.status == 200)
                }
                try await group.waitForAll()
            }
        }

        @Test func `deleting a project amid requests to run it has a clear outcome for each`()
            async throws
        {
            try await withKey { server, key in
                // The plan allows a hundred executions a second.
                for _ in 0..<12 { try await deleteAmidRuns(server, key: key) }
                let list = try await server.get(Server.executions, key: key)
                #expect(try list.json["pagination"]["total"].int == 0)
                try await eventually("the end of every jail") {
                    ProcessTable.jailed(below: server.program.pid).isEmpty
                }
                #expect(!server.log.contains(" error "), "\(server.log)")
            }
        }

        @Test func `what was deleted is not taken up again after a restart`() async throws {
            try await Deployment.make { deployment in
                let key = try await deployment.makeKey()
                try await deployment.serve(["--jails", "1"]) { server in
                    let project = try await make(
                        ["name": "x", "language": "bash"],
                        server,
                        key: key
                    )
                    try await put("main.sh", "sleep 600", in: project, server, key: key)
                    let body: JSONObject = ["metadata": ["k": "v"]]
                    for _ in 0..<2 {
                        let answer = try await server.post(
                            project + "/execute",
                            key: key,
                            headers: ["Prefer": "respond-async"],
                            body
                        )
                        #expect(answer.status == 202)
                    }
                    try await server.awaitJailed(["sleep"])
                    #expect(try await server.send("DELETE", project, key: key).status == 200)
                }
                try await deployment.serve { server in
                    #expect(!server.log.contains("taken up again"))
                    let list = try await server.get(Server.executions, key: key)
                    #expect(try list.json["pagination"]["total"].int == 0)
                }
            }
        }

        @Test func `another organization's project cannot be told from none`() async throws {
            try await withKey { server, key in
                let project = try await make(
                    ["name": "mine", "language": "bash"],
                    server,
                    key: key
                )
                try await put("main.sh", "echo mine", in: project, server, key: key)
                let stranger = try await server.deployment.makeKey()
                let calls = [
                    ("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/files"),
                    ("GET", "/files/main.sh"), ("PUT", "/files/main.sh"),
                    ("DELETE", "/files/main.sh"), ("POST", "/execute"), ("GET", "/executions"),
                ]
                for (method, ending) in calls {
                    var bodies: Set<Data> = []
                    for path in [project, Self.projects + "/prj_0"] {
                        let answer = try await server.send(
                            method,
                            path + ending,
                            key: stranger,
                            headers: ["Content-Type": "application/json"],
                            body: method == "GET" ? nil : Data("{}".utf8)
                        )
                        #expect(answer.status == 404, "\(method) \(ending)")
                        bodies.insert(answer.body)
                    }
                    #expect(bodies.count == 1, "\(method) \(ending)")
                }
                let run = try await server.send("POST", project + "/execute", key: key)
                #expect(try run.json["data"]["stdout"].string == "mine\n")
            }
        }

        @Test func `a plan bounds projects, and files as they stream in`() async throws {
            try await withKey(plan: "free") { server, key in
                let project = try await make(["name": "1"], server, key: key)
                for name in ["2", "3"] { _ = try await make(["name": name], server, key: key) }
                let fourth = try await server.post(Self.projects, key: key, ["name": "4"])
                #expect(fourth.status == 409)
                #expect(try fourth.json["error"]["details"]["limit"].int == 3)

                let bytesMax = 4 << 20
                let path = project + "/files/a"
                let whole = Data(repeating: 0, count: bytesMax)
                #expect(try await server.send("PUT", path, key: key, body: whole).status == 201)
                let above = try await server.send("PUT", path, key: key, body: whole + [0])
                #expect(above.status == 413)
                let connection = try await RawConnection(port: server.port)
                let head =
                    "PUT \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(key.plaintext)\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n500000\r\n"
                await connection.send(Data(head.utf8) + Data(count: bytesMax + 1))
                #expect(try await connection.answer().status == 413)
                let second = try await server.send(
                    "PUT",
                    project + "/files/b",
                    key: key,
                    body: Data([0])
                )
                #expect(second.status == 409)
                #expect(try second.json["error"]["details"]["limit"].int == bytesMax)
                #expect(try await server.get(path, key: key).body == whole)
            }
        }
    }
}
