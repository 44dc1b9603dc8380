import Domain
import Foundation
import HTTPTypes
import JSON
import Testing

@testable import API

@Suite struct ExecutionRouteTests {
    private let program = #"{"language": "python", "code": "print(1 + 1)"}"#

    @Test(arguments: ["/api/v1", "/v1"])
    func `a synchronous run is answered when it has ended, and kept`(prefix: String) async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            let reply = try await caller.send(
                .post,
                prefix + "/executions",
                program,
                as: Fixture.writer
            )
            #expect(reply.status == 200)
            #expect(reply["data.status"] == "succeeded")
            #expect(reply.headers[.xRateLimitRemaining] == "9")
            let id = try #require(reply["data.id"]?.text)
            let shown = try await caller.send(.get, "/v1/executions/\(id)", as: Fixture.reader)
            #expect(shown.status == 200)
            #expect(shown["data.stdout"] == "2\n")
        }
        let submitted = try #require(fixture.service.submitted.first)
        #expect(submitted.durability == .result)
        #expect(submitted.caller.organization == "org_1")
        #expect(submitted.caller.plan.name == "free")
    }

    @Test func `respond-async is answered at once with where to look`() async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            let reply = try await caller.send(
                .post,
                "/api/v1/executions",
                program,
                as: Fixture.writer,
                headers: [.prefer: "respond-async"]
            )
            #expect(reply.status == 202)
            #expect(reply["data.status"] == "queued")
            #expect(reply["data.finished_at"] == .null)
            #expect(reply.headers[.preferenceApplied] == "respond-async")
            let id = try #require(reply["data.id"]?.text)
            #expect(reply.headers[.location] == "/api/v1/executions/\(id)")
        }
        #expect(fixture.service.submitted.first?.durability == .accepted)
        #expect(fixture.service.waits.isEmpty)
    }

    @Test func `a callback makes it asynchronous`() async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            let body = #"{"language": "python", "code": "", "callback_url": "https://a.example/"}"#
            let reply = try await caller.send(.post, "/v1/executions", body, as: Fixture.writer)
            #expect(reply.status == 202)
            #expect(reply.headers[.preferenceApplied] == nil)
            #expect(reply.headers[.location]?.hasPrefix("/v1/executions/exe_") == true)
        }
        #expect(fixture.service.submitted.first?.request.callbackURL == "https://a.example/")
        #expect(fixture.service.submitted.first?.durability == .accepted)
    }

    @Test func `a wait is answered with the end where it comes in time`() async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            let reply = try await caller.send(
                .post,
                "/v1/executions",
                program,
                as: Fixture.writer,
                headers: [.prefer: "wait=5"]
            )
            #expect(reply.status == 200)
            #expect(reply["data.status"] == "succeeded")
            #expect(reply.headers[.preferenceApplied] == "wait=5")
        }
        #expect(fixture.service.waits == [.seconds(5)])
        #expect(fixture.service.submitted.first?.durability == .accepted)
    }

    @Test func `a wait that was too short is answered 202`() async throws {
        let fixture = try Fixture(.hang)
        try await fixture.run { caller in
            let reply = try await caller.send(
                .post,
                "/v1/executions",
                program,
                as: Fixture.writer,
                headers: [.prefer: "wait=99"]
            )
            #expect(reply.status == 202)
            #expect(reply.headers[.preferenceApplied] == "wait=60")
        }
        #expect(fixture.service.waits == [.seconds(60)])
    }

    @Test func `every call needs a credential with the scope`() async throws {
        let calls: [(HTTPRequest.Method, String)] = [
            (.post, "/v1/executions"), (.get, "/v1/executions"), (.get, "/v1/executions/exe_1"),
            (.delete, "/v1/executions/exe_1"), (.get, "/v1/deliveries"),
            (.get, "/v1/deliveries/msg_1"), (.post, "/v1/deliveries/msg_1/retry"),
        ]
        try await Fixture().run { caller in
            for (method, path) in calls {
                let nobody = try await caller.send(method, path)
                #expect(nobody.status == 401)
                #expect(nobody.errorCode == "UNAUTHORIZED")
                #expect(nobody.headers[.wwwAuthenticate] == "Bearer")
                guard method != .get else { continue }
                let reader = try await caller.send(method, path, as: Fixture.reader)
                #expect(reader.status == 403)
                #expect(reader.errorCode == "FORBIDDEN")
                #expect(reader["error.details.required"] == "projects:write")
            }
        }
    }

    @Test func `credentials that do not hold get one answer`() async throws {
        let bad = [
            "sk_live_x", "x", Fixture.revoked, Fixture.expired,
            String(repeating: "a", count: 513), Keys.secret(Fixture.reader).dropLast() + "!",
        ]
        try await Fixture().run { caller in
            var answers: Set<JSONValue?> = []
            for key in bad {
                let reply = try await caller.send(.get, "/v1/executions", as: key)
                #expect(reply.status == 401)
                answers.insert(reply["error"])
            }
            let two = try await caller.send(
                .get,
                "/v1/executions",
                as: Fixture.reader,
                headers: [.xAPIKey: Keys.secret(Fixture.writer)]
            )
            #expect(two.status == 401)
            answers.insert(two["error"])
            #expect(answers.count == 1)
        }
    }

    @Test func `a key in the query counts only where the operator allows it`() async throws {
        let path = "/v1/executions?apiKey=" + Keys.secret(Fixture.reader)
        for (allowed, status) in [(false, 401), (true, 200)] {
            var fixture = try Fixture()
            fixture.configuration.allowsQueryKey = allowed
            try await fixture.run { caller in
                let reply = try await caller.send(.get, path)
                #expect(reply.status == status)
            }
        }
    }

    @Test func `a list is newest first, in pages, without outputs`() async throws {
        let fixture = try Fixture()
        for index in 0..<3 {
            let state = Execution.State.finished(
                Sample.success,
                startedAt: Sample.now,
                finishedAt: Sample.now
            )
            try await fixture.store.save(
                Sample.execution("exe_\(index)", state: index == 0 ? .queued : state),
                deliveries: []
            )
        }
        try await fixture.store.save(
            Sample.execution("exe_9", organization: "org_2"),
            deliveries: []
        )
        fixture.service.setCurrent(
            Sample.execution("exe_0", state: .running(since: Sample.now))
        )
        try await fixture.run { caller in
            let first = try await caller.send(
                .get,
                "/v1/executions?limit=2",
                as: Fixture.reader
            )
            guard case .array(let items)? = first["data"] else { return }
            #expect(items.map { $0["id"] } == ["exe_2", "exe_1"])
            #expect(items.first?["stdout"] == nil)
            #expect(items.first?["exit_code"] == .integer(0))
            #expect(
                first["pagination"] == [
                    "total": .integer(3), "limit": .integer(2), "offset": .integer(0),
                    "has_more": true,
                ]
            )
            let last = try await caller.send(
                .get,
                "/v1/executions?limit=2&offset=2",
                as: Fixture.reader
            )
            #expect(last["pagination.has_more"] == false)
            guard case .array(let rest)? = last["data"] else { return }
            #expect(rest.map { $0["status"] } == ["running"])
            let queued = try await caller.send(
                .get,
                "/v1/executions?status=queued&language=py",
                as: Fixture.reader
            )
            #expect(queued["pagination.total"] == .integer(1))
            let none = try await caller.send(
                .get,
                "/v1/executions?language=c",
                as: Fixture.reader
            )
            #expect(none["pagination.total"] == .integer(0))
        }
    }

    @Test(arguments: [
        ("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("limit=", "limit"),
        ("limit=1.5", "limit"), ("offset=-1", "offset"), ("offset=1000000001", "offset"),
        ("status=done", "status"), ("lmit=1", "lmit"), ("limit=1&limit=2", "limit"),
    ])
    func `a bad query is refused by name`(query: String, field: String) async throws {
        try await Fixture().run { caller in
            let reply = try await caller.send(
                .get,
                "/v1/executions?" + query,
                as: Fixture.reader
            )
            #expect(reply.status == 400)
            #expect(reply.errorField == field)
        }
    }

    @Test(arguments: ["limit=1", "limit=100", "offset=0", "offset=1000000000", "status=timed_out"])
    func `a query at its bounds is taken`(query: String) async throws {
        try await Fixture().run { caller in
            let reply = try await caller.send(
                .get,
                "/v1/executions?" + query,
                as: Fixture.reader
            )
            #expect(reply.status == 200)
        }
    }

    @Test func `another organization's execution is not there`() async throws {
        let fixture = try Fixture()
        try await fixture.store.save(Sample.execution("exe_1"), deliveries: [])
        try await fixture.run { caller in
            for method in [HTTPRequest.Method.get, .delete] {
                let other = try await caller.send(
                    method,
                    "/v1/executions/exe_1",
                    as: Fixture.stranger
                )
                let absent = try await caller.send(
                    method,
                    "/v1/executions/exe_2",
                    as: Fixture.stranger
                )
                #expect(other.status == 404)
                #expect(other["error"] == absent["error"])
                #expect(other.errorCode == "NOT_FOUND")
            }
            let long = String(repeating: "x", count: 65)
            let reply = try await caller.send(.get, "/v1/executions/" + long, as: Fixture.reader)
            #expect(reply.status == 404)
        }
    }

    @Test func `a waiting execution can be cancelled, an ended one cannot`() async throws {
        let fixture = try Fixture()
        try await fixture.store.save(Sample.execution("exe_1"), deliveries: [])
        let ended = Execution.State.finished(
            Sample.success,
            startedAt: Sample.now,
            finishedAt: Sample.now
        )
        try await fixture.store.save(Sample.execution("exe_2", state: ended), deliveries: [])
        try await fixture.run { caller in
            let reply = try await caller.send(
                .delete,
                "/v1/executions/exe_1",
                as: Fixture.writer
            )
            #expect(reply.status == 200)
            #expect(reply["data.status"] == "cancelled")
            let conflict = try await caller.send(
                .delete,
                "/v1/executions/exe_2",
                as: Fixture.writer
            )
            #expect(conflict.status == 409)
            #expect(conflict.errorCode == "CONFLICT")
            #expect(conflict["error.details.status"] == "succeeded")
        }
        #expect(fixture.service.cancelled == ["exe_1"])
    }
}
