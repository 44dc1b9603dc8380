import Foundation
import Testing

extension EndToEnd {
    /// Executions that outlive their requests.
    @Suite struct Asynchronous {
        @Test func `what is handed in is found under its location until it has finished`()
            async throws
        {
            try await withKey { server, key in
                let answer = try await server.post(
                    "/v1/executions",
                    key: key,
                    headers: ["Prefer": "respond-async"],
                    ["language": "bash", "code": "echo later"]
                )
                #expect(answer.status == 202)
                #expect(answer[header: "Preference-Applied"] == "respond-async")
                let id = try #require(try answer.json["data"]["id"].string)
                #expect(answer[header: "Location"] == "/v1/executions/\(id)")
                let execution = try await server.awaited(id, key: key)
                #expect(execution["status"].string == "succeeded")
                #expect(execution["stdout"].string == "later\n")
                let list = try await server.get("/v1/executions?status=succeeded", key: key)
                #expect(try list.json["data"].elements.map { $0["id"].string } == [id])
                #expect(try list.json["pagination"]["total"].int == 1)
            }
        }

        @Test func `a caller who would wait gets the end, or the news after its time`()
            async throws
        {
            try await withKey { server, key in
                let quick = try await server.post(
                    Server.executions,
                    key: key,
                    headers: ["Prefer": "wait=60"],
                    ["language": "bash", "code": "echo now"]
                )
                #expect(quick.status == 200)
                #expect(try quick.json["data"]["stdout"].string == "now\n")
                let slow = try await server.post(
                    Server.executions,
                    key: key,
                    headers: ["Prefer": "wait=1"],
                    Server.endless
                )
                #expect(slow.status == 202)
                let id = try #require(try slow.json["data"]["id"].string)
                #expect(try await server.cancel(id, key: key).status == 200)
            }
        }

        @Test func `one idempotency key is one execution`() async throws {
            try await withKey { server, key in
                let headers = ["Idempotency-Key": "order 7"]
                let body: JSONObject = ["language": "bash", "code": "echo $RANDOM $RANDOM"]
                func post(_ body: JSONObject) async throws -> HTTPAnswer {
                    try await server.post(Server.executions, key: key, headers: headers, body)
                }
                let first = try await post(body)
                let second = try await post(body)
                #expect(first.status == 200)
                #expect(first[header: "Idempotency-Replayed"] == nil)
                #expect(second[header: "Idempotency-Replayed"] == "true")
                #expect(try first.json.canonical == second.json.canonical)
                let other = try await post(["language": "bash", "code": "echo other"])
                #expect(other.status == 422)
                #expect(other.errorCode == "IDEMPOTENCY_MISMATCH")
                let list = try await server.get(Server.executions, key: key)
                #expect(try list.json["pagination"]["total"].int == 1)
            }
        }

        @Test func `a running execution that is cancelled leaves no process behind`()
            async throws
        {
            try await withKey { server, key in
                let id = try await server.submit(
                    [
                        "language": "bash",
                        "code": "trap '' TERM INT HUP; sleep 600 & sleep 601 & wait",
                    ],
                    key: key
                )
                let jailed = try await server.awaitJailed(["bash", "sleep"])
                let answer = try await server.cancel(id, key: key)
                #expect(answer.status == 200)
                #expect(try answer.json["data"]["status"].string == "cancelled")
                #expect(jailed.filter(\.isAlive).isEmpty)
                #expect(ProcessTable.jailed(below: server.program.pid).isEmpty)
                let again = try await server.cancel(id, key: key)
                #expect(again.status == 409)
                #expect(try await server.execution(id, key: key)["status"].string == "cancelled")
            }
        }

        @Test func `a queued execution that is cancelled is never started`() async throws {
            try await withKey(["--jails", "1"]) { server, key in
                let running = try await server.submit(Server.endless, key: key)
                try await server.awaitJailed(["sleep"])
                let queued = try await server.submit(Server.endless, key: key)
                let cancelled = try await server.cancel(queued, key: key).json["data"]
                #expect(cancelled["status"].string == "cancelled")
                #expect(cancelled["started_at"].isNull)
                #expect(try await server.cancel(running, key: key).status == 200)
            }
        }

        @Test func `a caller who hangs up has its jail destroyed`() async throws {
            try await withKey { server, key in
                let connection = try await server.begin(
                    Server.executions,
                    key: key,
                    Server.endless
                )
                let jailed = try await server.awaitJailed(["sleep"])
                connection.hangUp()
                try await eventually("the end of the jail") {
                    !jailed.contains(where: \.isAlive)
                        && ProcessTable.jailed(below: server.program.pid).isEmpty
                }
                try await eventually("an idle server") {
                    try await server.get("/metrics").text.contains(
                        "quicksand_executions_running 0.0"
                    )
                }
            }
        }
    }
}
