import CallbackReceiver
import Foundation
import Testing

extension EndToEnd {
    /// The tasks of agents, from the order to the callback.
    @Suite struct AgentTasks {
        private static let path = "/api/v1/dispatcher/tasks"
        private static let toLoopback = ["--callback-allow", "127.0.0.0/8"]

        private func makeKey(_ deployment: Deployment) async throws -> Key {
            try await deployment.makeKey(
                scopes: ["agents:read", "agents:write", "projects:read", "projects:write"]
            )
        }

        private func withAgent(
            _ arguments: [String] = [],
            _ body: (Server, Key) async throws -> Void
        ) async throws {
            try await Deployment.make { deployment in
                let key = try await makeKey(deployment)
                try await deployment.serve(arguments) { try await body($0, key) }
            }
        }

        private func order(
            _ server: Server,
            key: Key,
            _ code: String,
            _ fields: JSONObject = [:]
        ) async throws -> String {
            let program: JSONObject = ["language": "bash", "code": code]
            let body = program.merging(fields) { _, given in given }
            let answer = try await server.post(Self.path, key: key, body)
            try #require(answer.status == 202, "\(answer)")
            return try #require(try answer.json["data"]["id"].string)
        }

        private func task(_ server: Server, _ id: String, key: Key) async throws -> JSON {
            let answer = try await server.get("\(Self.path)/\(id)", key: key)
            try #require(answer.status == 200, "\(answer)")
            return try answer.json["data"]
        }

        /// Polls until the task has one of these states.
        private func awaited(
            _ server: Server,
            _ id: String,
            key: Key,
            _ statuses: String...
        ) async throws -> JSON {
            try await eventually("\(statuses) of \(id)") {
                let task = try await task(server, id, key: key)
                return statuses.contains(task["status"].string ?? "") ? task : nil
            }
        }

        private func post(
            _ server: Server,
            _ id: String,
            _ verb: String,
            key: Key
        ) async throws -> HTTPAnswer {
            try await server.send("POST", "\(Self.path)/\(id)/\(verb)", key: key)
        }

        // MARK: Turns

        @Test func `a task is an execution that is listed under its name`() async throws {
            try await withAgent { server, key in
                let id = try await order(server, key: key, "echo done", ["metadata": ["k": "v"]])
                let task = try await awaited(server, id, key: key, "succeeded")
                #expect(task["execution"]["stdout"].string == "done\n")
                #expect(task["attempts"].elements.count == 1)
                let list = try await server.get(Server.executions, key: key).json["data"]
                #expect(list[0]["id"].string == task["execution_id"].string)
                #expect(list[0]["task_id"].string == id)
                #expect(list[0]["metadata"]["k"].string == "v")
                let metrics = try await server.get("/metrics").text
                #expect(metrics.contains("quicksand_tasks{status=\"running\"} 0.0"))
            }
        }

        @Test func `with one jail the highest priority comes first, then the oldest`()
            async throws
        {
            try await withAgent(["--jails", "1"]) { server, key in
                let running = try await order(server, key: key, "sleep 600")
                try await server.awaitJailed(["sleep"])
                var ids: [String] = []
                for priority in [-1, 0, 0, 7] {
                    ids.append(try await order(server, key: key, "true", ["priority": priority]))
                }
                #expect(try await post(server, running, "cancel", key: key).status == 200)
                var starts: [String] = []
                for id in [ids[3], ids[1], ids[2], ids[0]] {
                    let task = try await awaited(server, id, key: key, "succeeded")
                    starts.append(try #require(task["started_at"].string))
                }
                #expect(starts == starts.sorted())
                #expect(Set(starts).count == 4)
            }
        }

        @Test func `a task is not begun before its time`() async throws {
            try await withAgent { server, key in
                let far = Date(timeIntervalSinceNow: 3_600).formatted(.iso8601)
                let later = try await order(server, key: key, "true", ["run_after": far])
                let time = Date(timeIntervalSinceNow: 2).formatted(.iso8601)
                let id = try await order(server, key: key, "true", ["run_after": time])
                let task = try await awaited(server, id, key: key, "succeeded")
                let waiting = try await self.task(server, later, key: key)
                #expect(waiting["status"].string == "scheduled")
                let started = try #require(task["started_at"].string)
                #expect(started >= time.dropLast())
            }
        }

        // MARK: Trying again

        @Test func `a failure is tried again where the agent asks, after a pause, and given up`()
            async throws
        {
            try await withAgent { server, key in
                let id = try await order(
                    server,
                    key: key,
                    "exit 3",
                    ["retry_on": ["failed"], "max_attempts": 3]
                )
                // A poll that misses the first pause sees the second, which is longer.
                let waiting = try await awaited(server, id, key: key, "scheduled")
                let made = try #require(waiting["attempts_made"].int)
                #expect(waiting["attempts_left"].int == 3 - made)
                #expect(waiting["next_attempt_at"].string != nil)
                #expect(waiting["execution"]["exit_code"].int == 3)
                let task = try await awaited(server, id, key: key, "dead_letter")
                let attempts = task["attempts"].elements
                #expect(attempts.map { $0["status"].string } == ["failed", "failed", "failed"])
                let start = try #require(attempts[made]["started_at"].string)
                #expect(start >= (waiting["next_attempt_at"].string ?? "z"))

                #expect(try await post(server, id, "retry", key: key).status == 202)
                _ = try await awaited(server, id, key: key, "scheduled", "dead_letter")
                let other = try await order(server, key: key, "exit 3")
                let failed = try await awaited(server, other, key: key, "failed")
                #expect(failed["attempts"].elements.count == 1)
            }
        }

        // MARK: Cancelling

        @Test func `a task that waits is never begun, and one that runs leaves nothing behind`()
            async throws
        {
            try await withAgent(["--jails", "1"]) { server, key in
                let running = try await order(server, key: key, "sleep 600")
                let jailed = try await server.awaitJailed(["sleep"])
                let queued = try await order(server, key: key, "true")
                for id in [queued, running] {
                    let answer = try await post(server, id, "cancel", key: key)
                    #expect(answer.status == 200)
                    #expect(try answer.json["data"]["status"].string == "cancelled")
                    #expect(try await post(server, id, "cancel", key: key).status == 409)
                }
                #expect(jailed.filter(\.isAlive).isEmpty)
                let task = try await task(server, queued, key: key)
                #expect(task["attempts"].elements.isEmpty)
                let attempt = try await self.task(server, running, key: key)["execution"]
                #expect(attempt["status"].string == "cancelled")
            }
        }

        // MARK: Callbacks and restarts

        @Test func `the end is posted once, signed, and as it can be fetched`() async throws {
            try await Receiver.serve { receiver, url in
                try await withAgent(Self.toLoopback) { server, key in
                    let id = try await order(server, key: key, "echo hi", ["callback_url": url])
                    let request = try await receiver.awaitRequests(1)[0]
                    let signature = try await request.signature(secret: key.webhookSecret)
                    #expect(request[header: "webhook-signature"] == signature)
                    let posted = try JSON(request.body)
                    #expect(posted["type"].string == "task.finished")
                    let fetched = try await task(server, id, key: key)
                    #expect(fetched["execution"]["stdout"].string == "hi\n")
                    #expect(try posted["data"].canonical == fetched.canonical)
                    let list = try await server.get("/v1/deliveries", key: key).json["data"]
                    #expect(list.elements.map { $0["task_id"].string } == [id])
                    #expect(receiver.requests.count == 1)
                }
            }
        }

        @Test func `every task that a killed server had accepted ends once, and is told of once`()
            async throws
        {
            try await Receiver.serve { receiver, url in
                try await Deployment.make { deployment in
                    let key = try await makeKey(deployment)
                    let arguments = Self.toLoopback + ["--jails", "1"]
                    var ids: [String] = []
                    try await deployment.serve(arguments) { server in
                        let fields = ["callback_url": url]
                        for code in ["sleep 600; echo a", "echo b", "echo c"] {
                            ids.append(try await order(server, key: key, code, fields))
                        }
                        try await server.awaitJailed(["sleep"])
                        server.program.signal(SIGKILL)
                        _ = try await server.program.exitCode()
                    }
                    try await deployment.serve(arguments) { server in
                        try await server.awaitJailed(["sleep"])
                        server.letGo()
                        for (id, text) in zip(ids, ["a", "b", "c"]) {
                            let task = try await awaited(server, id, key: key, "succeeded")
                            #expect(task["execution"]["stdout"].string == text + "\n")
                            #expect(task["attempts"].elements.count == 1)
                        }
                        let requests = try await receiver.awaitRequests(3)
                        let told = try requests.map { try JSON($0.body)["data"]["id"].string }
                        #expect(Set(told) == Set(ids))
                        let list = try await server.get("/v1/deliveries", key: key).json
                        #expect(list["pagination"]["total"].int == 3)
                    }
                }
            }
        }

        @Test func `however often the server is killed, every task ends once and is told of once`()
            async throws
        {
            try await Receiver.serve { receiver, url in
                try await Deployment.make { deployment in
                    let key = try await makeKey(deployment)
                    let arguments = Self.toLoopback + ["--jails", "2"]
                    let fields: JSONObject = ["callback_url": url, "retry_on": ["failed"]]
                    func ended(_ server: Server) async throws -> Int {
                        let path = Self.path + "?status=succeeded&limit=1"
                        return try await server.get(path, key: key).json["pagination"]["total"].int
                            ?? 0
                    }
                    var ids: [String] = []
                    for round in 1...5 {
                        try await deployment.serve(arguments) { server in
                            for number in 1...8 {
                                let code = "sleep 0.0\(number); echo \(round)"
                                ids.append(try await order(server, key: key, code, fields))
                            }
                            try await eventually("some of them") {
                                try await ended(server) >= 7 * round - 3
                            }
                            server.program.signal(SIGKILL)
                            _ = try await server.program.exitCode()
                        }
                    }
                    try await deployment.serve(arguments) { server in
                        try await eventually("all of them") { try await ended(server) == ids.count }
                        for id in ids {
                            let task = try await task(server, id, key: key)
                            #expect(task["attempts_made"].int == 1)
                            #expect(task["attempts"].elements.count == 1)
                        }
                        let path = "/v1/deliveries?limit=100"
                        try await eventually("all of them to be told of") {
                            let list = try await server.get(path, key: key).json["data"].elements
                            return list.count == ids.count
                                && list.allSatisfy { $0["status"].string == "delivered" }
                        }
                        // A message that was being posted at the server's death is posted again.
                        let messages = Set(receiver.requests.map { $0[header: "webhook-id"] })
                        #expect(messages.count == ids.count)
                        let told = try receiver.requests.map {
                            try JSON($0.body)["data"]["id"].string
                        }
                        #expect(Set(told) == Set(ids))
                    }
                }
            }
        }

        // MARK: The secret

        @Test func `the dispatcher's secret sees everybody's tasks`() async throws {
            try await Deployment.make { deployment in
                let keys = [try await makeKey(deployment), try await makeKey(deployment)]
                let secret = Key(
                    id: "",
                    plaintext: "a-shared-secret-of-ours",
                    organization: "",
                    webhookSecret: ""
                )
                let environment = ["DISPATCHER_API_KEY": secret.plaintext]
                try await deployment.serve(environment: environment) { server in
                    let own = try await order(server, key: keys[0], "true")
                    let ordered = try await order(
                        server,
                        key: secret,
                        "true",
                        ["organization_id": keys[1].organization, "idempotency_key": "once"]
                    )
                    let again = try await order(
                        server,
                        key: secret,
                        "true",
                        ["organization_id": keys[1].organization, "idempotency_key": "once"]
                    )
                    #expect(ordered == again)
                    let all = try await server.get(Self.path, key: secret).json["data"]
                    #expect(all.elements.map { $0["id"].string } == [ordered, own])
                    let hers = try await server.get(Self.path, key: keys[1]).json["data"]
                    #expect(hers.elements.map { $0["id"].string } == [ordered])
                    let path = "\(Self.path)/\(own)"
                    #expect(try await server.get(path, key: keys[1]).status == 404)
                    #expect(try await server.get(path, key: secret).status == 200)
                    #expect(try await server.get(Server.executions, key: secret).status == 401)
                }
            }
        }

        @Test func `a secret that is too short is refused at the start`() async throws {
            try await Deployment.make { deployment in
                let program = try deployment.start(
                    environment: ["DISPATCHER_API_KEY": "too-short-secre"]
                )
                #expect(try await program.exitCode() == 2)
                let errors = await program.stderr.wait(until: \.isClosed)
                #expect(errors?.text.contains("DISPATCHER_API_KEY must be 16 to 4096") == true)
                #expect(errors?.text.contains("too-short-secre") == false)
            }
        }
    }
}
