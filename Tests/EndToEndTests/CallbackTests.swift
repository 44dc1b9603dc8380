import CallbackReceiver
import Foundation
import Testing

extension EndToEnd {
    /// Results that the service posts to a caller's receiver.
    @Suite struct Callbacks {
        private static let toLoopback = ["--callback-allow", "127.0.0.0/8"]

        private func submit(_ server: Server, key: Key, to url: String) async throws -> String {
            let answer = try await server.post(
                Server.executions,
                key: key,
                ["language": "bash", "code": "echo posted", "callback_url": url]
            )
            try #require(answer.status == 202, "\(answer)")
            return try #require(try answer.json["data"]["id"].string)
        }

        /// Polls until the only delivery of this key's organization has this state.
        private func delivery(
            _ server: Server,
            key: Key,
            _ isReached: (JSON) -> Bool
        ) async throws -> JSON {
            try await eventually("the state of a delivery") {
                let list = try await server.get("/v1/deliveries", key: key).json["data"]
                return isReached(list[0]) ? list[0] : nil
            }
        }

        @Test func `a result is posted once, signed, and as it can be fetched`() async throws {
            try await Receiver.serve { receiver, url in
                try await withKey(Self.toLoopback) { server, key in
                    let begin = Date().timeIntervalSince1970.rounded(.down)
                    let id = try await submit(server, key: key, to: url)
                    let request = try await receiver.awaitRequests(1)[0]
                    #expect(request.method == "POST")
                    let timestamp = request[header: "webhook-timestamp"]
                    let sent = try #require(timestamp.flatMap { TimeInterval($0) })
                    #expect((begin...Date().timeIntervalSince1970).contains(sent))
                    let signature = try await request.signature(secret: key.webhookSecret)
                    #expect(request[header: "webhook-signature"] == signature)

                    let posted = try JSON(request.body)
                    #expect(posted["type"].string == "execution.finished")
                    let fetched = try await server.execution(id, key: key)
                    #expect(fetched["stdout"].string == "posted\n")
                    #expect(try posted["data"].canonical == fetched.canonical)

                    let delivery = try await delivery(server, key: key) {
                        $0["status"].string == "delivered"
                    }
                    #expect(delivery["execution_id"].string == id)
                    #expect(delivery["attempts"].elements.count == 1)
                    #expect(delivery["attempts"][0]["response_status"].int == 204)
                    #expect(receiver.requests.count == 1)
                }
            }
        }

        @Test func `a receiver that is gone for good is posted to again on demand`() async throws {
            try await Receiver.serve(answering: [410]) { receiver, url in
                try await withKey(Self.toLoopback) { server, key in
                    _ = try await submit(server, key: key, to: url)
                    let failed = try await delivery(server, key: key) {
                        $0["status"].string == "failed"
                    }
                    let id = try #require(failed["id"].string)
                    let answer = try await server.send(
                        "POST",
                        "/v1/deliveries/\(id)/retry",
                        key: key
                    )
                    #expect(answer.status == 202, "\(answer)")
                    _ = try await delivery(server, key: key) { $0["status"].string == "delivered" }
                    let requests = receiver.requests
                    #expect(requests.count == 2)
                    #expect(Set(requests.map { $0[header: "webhook-id"] }).count == 1)
                    #expect(requests[0].body == requests[1].body)
                }
            }
        }

        @Test func `a receiver that stalls holds up nobody else, and gets its result in the end`()
            async throws
        {
            try await Receiver.serve(answering: [nil]) { stalling, stalledURL in
                try await Receiver.serve { other, url in
                    try await withKey(Self.toLoopback) { server, key in
                        let neighbour = try await server.deployment.makeKey()
                        _ = try await submit(server, key: key, to: stalledURL)
                        _ = try await stalling.awaitRequests(1)
                        for (key, count) in [(neighbour, 1), (key, 2)] {
                            _ = try await submit(server, key: key, to: url)
                            _ = try await other.awaitRequests(count)
                        }
                        #expect(try await server.get("/health/ready").status == 200)

                        let requests = try await stalling.awaitRequests(2)
                        let ids = Set(requests.map { $0[header: "webhook-id"] })
                        #expect(ids.count == 1)
                        let stalled = try await eventually("the stalled delivery") {
                            let list = try await server.get("/v1/deliveries", key: key)
                            return try list.json["data"].elements.first {
                                $0["id"].string == ids.first
                                    && $0["status"].string == "delivered"
                            }
                        }
                        #expect(stalled["attempts"].elements.count == 2)
                        #expect(stalled["attempts"][0]["response_status"].isNull)
                        #expect(stalled["attempts"][0]["error"].string?.isEmpty == false)
                        #expect(stalled["attempts"][1]["response_status"].int == 204)
                    }
                }
            }
        }

        @Test func `an address that is not public is not connected to`() async throws {
            try await Receiver.serve { receiver, url in
                try await withKey { server, key in
                    let id = try await submit(server, key: key, to: url)
                    let pending = try await delivery(server, key: key) {
                        !$0["attempts"].elements.isEmpty
                    }
                    #expect(pending["attempts"][0]["response_status"].isNull)
                    #expect(pending["attempts"][0]["error"].string?.isEmpty == false)
                    #expect(receiver.requests.isEmpty)
                    let execution = try await server.execution(id, key: key)
                    #expect(execution["status"].string == "succeeded")
                }
            }
        }

        @Test func `what a killed server owed is posted by the next one`() async throws {
            try await Receiver.serve { receiver, url in
                try await Deployment.make { deployment in
                    let key = try await deployment.makeKey()
                    try await deployment.serve(Self.toLoopback + ["--jails", "1"]) { server in
                        _ = try await server.submit(Server.endless, key: key)
                        try await server.awaitJailed(["sleep"])
                        _ = try await submit(server, key: key, to: url)
                        server.program.signal(SIGKILL)
                        _ = try await server.program.exitCode()
                    }
                    #expect(receiver.requests.isEmpty)
                    try await deployment.serve(Self.toLoopback + ["--grace", "0"]) { _ in
                        let request = try await receiver.awaitRequests(1)[0]
                        #expect(try JSON(request.body)["data"]["stdout"].string == "posted\n")
                    }
                }
            }
        }
    }
}
