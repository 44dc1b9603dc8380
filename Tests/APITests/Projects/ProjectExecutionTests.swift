import Domain
import Foundation
import HTTPTypes
import JSON
import Testing

@testable import API

/// The routes that run a project and list its executions.
@Suite struct ProjectExecutionTests {
    /// - Parameter body: gets the path of a project with one file, and the project's identifier.
    private func withProject(
        _ fixture: Fixture,
        _ body: @Sendable (Fixture.Caller, String, String) async throws -> Void
    ) async throws {
        try await fixture.run { caller in
            let path = try await caller.makeProject(
                #"{"name": "x", "language": "python", "env": {"A": "secret"}}"#
            )
            #expect(try await caller.put(path + "/files/main.py", [120]).status == 201)
            try await body(caller, path, String(path.dropFirst("/v1/projects/".count)))
        }
    }

    private func untyped(_ caller: Fixture.Caller, _ path: String) async throws -> Reply {
        try await caller.send(.post, path + "/execute", as: Fixture.writer)
    }

    @Test(arguments: [nil, "", "{}"])
    func `a project is run as it is without a word`(body: String?) async throws {
        let fixture = try Fixture()
        try await withProject(fixture) { caller, path, id in
            let reply = try await caller.send(.post, path + "/execute", body, as: Fixture.writer)
            #expect(reply.status == 200)
            #expect(reply["data.status"] == "succeeded")
            #expect(reply["data.project_id"] == .string(id))
            #expect(reply.headers[.xRateLimitRemaining] == "9")
        }
        let submitted = try #require(fixture.service.submitted.first)
        #expect(submitted.durability == .result)
        #expect(submitted.request.files.map(\.path) == ["main.py"])
        #expect(submitted.request.environment == ["A": "secret"])
    }

    @Test func `a body that is something has a type`() async throws {
        let bodies = [
            ("{}", "text/plain", 415), ("stdin=x", "application/x-www-form-urlencoded", 200),
            ("{", "application/json", 400), ("null", "application/json", 400),
        ]
        try await withProject(try Fixture()) { caller, path, _ in
            for (body, type, status) in bodies {
                let reply = try await caller.send(
                    .post,
                    path + "/execute",
                    body,
                    as: Fixture.writer,
                    type: type
                )
                #expect(reply.status == status)
            }
        }
    }

    @Test func `it may be asynchronous, and is found under its location and in the log`()
        async throws
    {
        try await withProject(try Fixture()) { caller, path, id in
            let reply = try await caller.send(
                .post,
                path + "/execute",
                "{}",
                as: Fixture.writer,
                headers: [.prefer: "respond-async"]
            )
            #expect(reply.status == 202)
            let execution = try #require(reply["data.id"]?.text)
            #expect(reply.headers[.location] == "/v1/executions/" + execution)
            let shown = try await caller.send(
                .get,
                "/v1/executions/" + execution,
                as: Fixture.reader
            )
            #expect(shown["data.project_id"] == .string(id))
            let outside = #"{"language": "python", "code": ""}"#
            let other = try await caller.send(.post, "/v1/executions", outside, as: Fixture.writer)
            #expect(other["data.project_id"] == .null)

            let log = try await caller.send(.get, path + "/executions", as: Fixture.reader)
            #expect(log.status == 200)
            #expect(log["pagination.total"] == .integer(1))
            guard case .array(let elements)? = log["data"] else { return }
            #expect(elements.map { $0["id"] } == [.string(execution)])
            #expect(elements.first?["stdout"] == nil)
            let bad = try await caller.send(
                .get,
                path + "/executions?status=queued",
                as: Fixture.reader
            )
            #expect(bad.errorField == "status")
        }
    }

    @Test func `the log has what runs as it is now`() async throws {
        let fixture = try Fixture()
        try await withProject(fixture) { caller, path, id in
            var execution = Sample.execution("exe_1")
            var request = execution.request
            request.project = id
            execution = Execution(
                id: "exe_1",
                owner: execution.owner,
                request: request,
                createdAt: Sample.now,
                state: .queued
            )
            try await fixture.store.save(execution, deliveries: [])
            execution.state = .running(since: Sample.now)
            fixture.service.setCurrent(execution)
            let log = try await caller.send(.get, path + "/executions", as: Fixture.reader)
            guard case .array(let elements)? = log["data"] else { return }
            #expect(elements.map { $0["status"] } == ["running"])
        }
    }

    @Test func `one idempotency key is one execution, of one project`() async throws {
        let fixture = try Fixture()
        try await withProject(fixture) { caller, path, _ in
            func send(_ path: String) async throws -> Reply {
                try await caller.send(
                    .post,
                    path,
                    #"{"language": "python", "code": ""}"#,
                    as: Fixture.writer,
                    headers: [.idempotencyKey: "k1"]
                )
            }
            let first = try await send(path + "/execute")
            let second = try await send(path + "/execute")
            #expect(first["data.id"] == second["data.id"])
            #expect(second.headers[.idempotencyReplayed] == "true")
            let other = try await caller.makeProject()
            #expect(try await send(other + "/execute").status == 422)
            #expect(try await send("/v1/executions").status == 422)

            // The execution was deleted with its project.
            #expect(try await caller.send(.delete, path, as: Fixture.writer).status == 200)
            #expect(try await send(path + "/execute").status == 404)
        }
        #expect(fixture.service.submitted.count == 1)
    }

    @Test func `what is about to end with its project is not submitted again`() async throws {
        let fixture = try Fixture(.hang)
        try await withProject(fixture) { caller, path, id in
            func send(_ headers: HTTPFields) async throws -> Reply {
                var headers = headers
                headers[.idempotencyKey] = "k1"
                return try await caller.send(
                    .post,
                    path + "/execute",
                    as: Fixture.writer,
                    headers: headers
                )
            }
            let first = try await send([.prefer: "respond-async"])
            let execution = try #require(first["data.id"]?.text)
            _ = try await fixture.inspect("DELETE FROM execution")
            fixture.service.setCurrent(Sample.execution(execution))
            let second = try await send([.prefer: "respond-async"])
            #expect(second.status == 202)
            #expect(second["data.id"] == first["data.id"])
        }
        #expect(fixture.service.submitted.count == 1)
    }

    @Test func `a refusal says where the caller stands`() async throws {
        try await withProject(try Fixture()) { caller, path, _ in
            let bad = try await caller.send(
                .post,
                path + "/execute",
                #"{"entry": "gone.py"}"#,
                as: Fixture.writer
            )
            #expect(bad.status == 400)
            #expect(bad.errorField == "entry")
            #expect(bad.headers[.xRateLimitRemaining] == "9")
            let none = try await caller.send(
                .post,
                "/v1/projects/prj_0/execute",
                "{}",
                as: Fixture.writer
            )
            #expect(none.status == 404)
            #expect(none.headers[.xRateLimitRemaining] == "9")
        }
    }

    @Test func `a project that is deleted before its execution was accepted is not there`()
        async throws
    {
        try await withProject(try Fixture(.end(by: ProjectGone()))) { caller, path, _ in
            let gone = try await untyped(caller, path)
            #expect(gone.status == 404)
            #expect(gone["error.message"] == "there is no such project")
            #expect(gone.headers[.xRateLimitRemaining] == "9")
        }
    }
}
