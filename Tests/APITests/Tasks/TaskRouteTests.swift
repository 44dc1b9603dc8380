import Domain
import Foundation
import HTTPTypes
import JSON
import Testing

@testable import API

/// The task routes over HTTP.
@Suite struct TaskRouteTests {
    static let path = "/api/v1/dispatcher/tasks"
    static let program = #"{"language": "python", "code": "print(1 + 1)"}"#

    static func body(_ fields: String) -> String {
        #"{"language": "py", "code": "print(1 + 1)", \#(fields)}"#
    }

    // MARK: Creation

    @Test func `a task is taken in with what it is to be`() async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            let reply = try await caller.send(
                .post,
                Self.path,
                Self.body(
                    """
                    "agent_id": "agent 7", "priority": -3, "max_attempts": 5, \
                    "run_after": "2026-03-01T13:00:00+00:30", "metadata": {"k": "v"}, \
                    "retry_on": ["timed_out", "failed"], \
                    "callback_url": "https://example.com/task"
                    """
                ),
                as: Fixture.agent
            )
            #expect(reply.status == 202)
            let id = try #require(reply["data.id"]?.text)
            #expect(id.hasPrefix("tsk_"))
            #expect(reply.headers[.location] == "\(Self.path)/\(id)")
            #expect(
                reply["data"] == [
                    "id": .string(id), "status": "scheduled", "organization_id": "org_1",
                    "agent_id": "agent 7", "project_id": .null, "language": "python",
                    "version": "3.11.2", "priority": .integer(-3),
                    "run_after": "2026-03-01T12:30:00.000Z", "max_attempts": .integer(5),
                    "retry_on": ["failed", "timed_out"],
                    "callback_url": "https://example.com/task", "attempts_made": .integer(0),
                    "attempts_left": .integer(5), "execution_id": .null,
                    "next_attempt_at": "2026-03-01T12:30:00.000Z",
                    "created_at": "2026-03-01T12:00:00.000Z", "started_at": .null,
                    "finished_at": .null, "metadata": ["k": "v"], "attempts": [],
                    "execution": .null,
                ]
            )
            let task = try #require(try await fixture.store.task(id: id, organization: "org_1"))
            #expect(task.order.request.callbackURL == nil)
            #expect(task.order.request.files.first?.content == Data("print(1 + 1)".utf8))
            let shown = try await caller.send(.get, "\(Self.path)/\(id)", as: Fixture.watcher)
            #expect(shown["data"] == reply["data"])
        }
    }

    @Test func `a task that says nothing more waits for its turn`() async throws {
        try await Fixture().run { caller in
            let reply = try await caller.send(
                .post,
                "/v1/dispatcher/tasks",
                Self.program,
                as: Fixture.agent
            )
            #expect(reply.status == 202)
            #expect(reply["data.status"] == "queued")
            #expect(reply["data.priority"] == .integer(0))
            #expect(reply["data.max_attempts"] == .integer(3))
            #expect(reply["data.retry_on"] == [])
            let id = try #require(reply["data.id"]?.text)
            #expect(reply.headers[.location] == "/v1/dispatcher/tasks/\(id)")
        }
    }

    @Test(arguments: [
        (#""priority": -101"#, "priority"), (#""priority": 101"#, "priority"),
        (#""priority": 1.5"#, "priority"), (#""priority": "1""#, "priority"),
        (#""max_attempts": 0"#, "max_attempts"), (#""max_attempts": 11"#, "max_attempts"),
        (#""agent_id": """#, "agent_id"), (#""agent_id": "é""#, "agent_id"),
        (#""agent_id": "a\nb""#, "agent_id"), (#""agent_id": 7"#, "agent_id"),
        (#""run_after": "tomorrow""#, "run_after"), (#""run_after": 1772366400"#, "run_after"),
        (#""retry_on": "failed""#, "retry_on"), (#""retry_on": ["succeeded"]"#, "retry_on[0]"),
        (#""retry_on": ["failed", "internal_error"]"#, "retry_on[1]"),
        (#""retry_on": [1, 2, 3, 4, 5, 6, 7, 8]"#, "retry_on"),
        (#""callback_url": "ftp://example.com""#, "callback_url"),
        (#""idempotency_key": """#, "idempotency_key"), (#""runafter": "x""#, "runafter"),
        (#""limits": {"wall_ms": 10001}"#, "limits.wall_ms"), (#""stream": true"#, "stream"),
    ])
    func `what is not as it must be is refused by name`(
        fields: String,
        field: String
    ) async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            let reply = try await caller.send(
                .post,
                Self.path,
                Self.body(fields),
                as: Fixture.agent
            )
            #expect(reply.status == 400)
            #expect(reply.errorCode == "VALIDATION_ERROR")
            #expect(reply.errorField == field)
        }
        #expect(try await fixture.store.taskCounts()[.queued] == 0)
    }

    @Test(arguments: [
        #""priority": -100"#, #""priority": 100"#, #""max_attempts": 1"#, #""max_attempts": 10"#,
        #""agent_id": "a""#, #""run_after": null"#, #""retry_on": []"#,
        #""retry_on": ["failed", "failed"]"#,
    ])
    func `what is just as it may be is not`(fields: String) async throws {
        try await Fixture().run { caller in
            let reply = try await caller.send(
                .post,
                Self.path,
                Self.body(fields),
                as: Fixture.agent
            )
            #expect(reply.status == 202, "\(reply.text)")
        }
    }

    @Test(arguments: [
        ("0000-01-01T00:00:00+23:59", "1970-01-01T00:00:00.000Z", "queued"),
        ("2026-03-01T12:00:00Z", "2026-03-01T12:00:00.000Z", "queued"),
        ("2026-03-01T12:00:00.5Z", "2026-03-01T12:00:00.500Z", "scheduled"),
        ("9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59.000Z", "scheduled"),
    ])
    func `a time that is over is no time to wait for`(
        time: String,
        shown: String,
        status: String
    ) async throws {
        try await Fixture().run { caller in
            let reply = try await caller.send(
                .post,
                Self.path,
                Self.body(#""run_after": "\#(time)""#),
                as: Fixture.agent
            )
            #expect(reply["data.run_after"] == .string(shown))
            #expect(reply["data.status"] == .string(status))
        }
    }

    @Test(arguments: [(1, 202), (99, 202), (100, 202), (101, 400)])
    func `an agent's name has at most 100 characters`(length: Int, status: Int) async throws {
        try await Fixture().run { caller in
            let name = String(repeating: "a", count: length)
            let reply = try await caller.send(
                .post,
                Self.path,
                Self.body(#""agent_id": "\#(name)""#),
                as: Fixture.agent
            )
            #expect(reply.status == status)
            let list = try await caller.send(
                .get,
                "\(Self.path)?agent_id=\(name)",
                as: Fixture.agent
            )
            #expect(list.status == (status == 202 ? 200 : 400))
        }
    }

    // MARK: Tasks of a project

    @Test func `a task of a project is what the project has, and what it says instead`()
        async throws
    {
        let fixture = try Fixture()
        try await fixture.run { caller in
            let project = try await caller.makeProject(
                #"{"name": "x", "language": "python", "env": {"A": "secret", "B": "b"}}"#
            )
            #expect(try await caller.put(project + "/files/main.py", [120]).status == 201)
            let id = String(project.dropFirst("/v1/projects/".count))
            let reply = try await caller.send(
                .post,
                Self.path,
                #"{"project_id": "\#(id)", "env": {"B": "c"}, "stdin": "x"}"#,
                as: Fixture.agent
            )
            #expect(reply.status == 202)
            #expect(reply["data.project_id"] == .string(id))
            #expect(!reply.text.contains("secret"))
            let task = try #require(reply["data.id"]?.text)
            let stored = try await fixture.store.task(id: task, organization: "org_1")
            let request = try #require(stored?.order.request)
            #expect(request.project == id)
            #expect(request.files == [SourceFile(path: "main.py", content: Data("x".utf8))])
            #expect(request.environment == ["A": "secret", "B": "c"])

            #expect(try await caller.send(.delete, project, as: Fixture.writer).status == 200)
            let shown = try await caller.send(.get, "\(Self.path)/\(task)", as: Fixture.agent)
            #expect(shown.status == 404)
        }
    }

    @Test func `a project that is not there, or is another organization's, is none`()
        async throws
    {
        try await Fixture().run { caller in
            let project = try await caller.makeProject(#"{"name": "x", "language": "python"}"#)
            let id = String(project.dropFirst("/v1/projects/".count))
            var answers: [String] = []
            for id in [id, "prj_0"] {
                let reply = try await caller.send(
                    .post,
                    Self.path,
                    #"{"project_id": "\#(id)", "code": "x"}"#,
                    as: Fixture.otherAgent,
                    headers: [.xRequestID: "r"]
                )
                #expect(reply.status == 404)
                answers.append(reply.text)
            }
            #expect(Set(answers).count == 1)
        }
    }

    @Test func `a task is JSON`() async throws {
        try await Fixture().run { caller in
            let reply = try await caller.send(
                .post,
                Self.path,
                "language=python&code=x",
                as: Fixture.agent,
                type: "application/x-www-form-urlencoded"
            )
            #expect(reply.status == 415)
        }
    }

    @Test func `an organization has as many unfinished tasks as its plan allows`() async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            for (count, status) in [(1, 202), (2, 202), (3, 202), (4, 429)] {
                let reply = try await caller.send(
                    .post,
                    Self.path,
                    Self.program,
                    as: Fixture.agent
                )
                #expect(reply.status == status, "task \(count)")
                guard status == 429 else { continue }
                #expect(reply.errorCode == "RATE_LIMITED")
                #expect(
                    reply["error.details"] == [
                        "policy": "unfinished_tasks", "limit": .integer(3),
                    ]
                )
                #expect(reply.headers[.retryAfter] == "5")
            }
            let other = try await caller.send(
                .post,
                Self.path,
                Self.program,
                as: Fixture.otherAgent
            )
            #expect(other.status == 202)
        }
    }

    // MARK: Permissions

    @Test(arguments: [
        (HTTPRequest.Method.post, ""), (.get, ""), (.get, "/tsk_1"), (.post, "/tsk_1/cancel"),
        (.post, "/tsk_1/retry"),
    ])
    func `tasks need a credential with the scope for agents`(
        method: HTTPRequest.Method,
        suffix: String
    ) async throws {
        try await Fixture().run { caller in
            let path = Self.path + suffix
            let nobody = try await caller.send(method, path, Self.program)
            #expect(nobody.status == 401)
            let runner = try await caller.send(method, path, Self.program, as: Fixture.writer)
            #expect(runner.status == 403)
            let scope = method == .get ? "agents:read" : "agents:write"
            #expect(runner["error.details.required"] == .string(scope))
            guard method != .get else { return }
            let watcher = try await caller.send(method, path, Self.program, as: Fixture.watcher)
            #expect(watcher.status == 403)
        }
    }

    @Test func `a key that may order tasks may not run code`() async throws {
        try await Fixture().run { caller in
            let reply = try await caller.send(
                .post,
                "/v1/executions",
                Self.program,
                as: Fixture.agent
            )
            #expect(reply.status == 403)
        }
    }

    @Test func `another organization's task looks like none`() async throws {
        let fixture = try Fixture()
        try await fixture.runDispatching { caller in
            let later = Self.body(#""run_after": "2027-01-01T00:00:00Z""#)
            let theirs = try await caller.send(.post, Self.path, later, as: Fixture.otherAgent)
            let id = try #require(theirs["data.id"]?.text)
            for (method, suffix) in [
                (HTTPRequest.Method.get, ""), (.post, "/cancel"), (.post, "/retry"),
            ] {
                var answers: [String] = []
                for id in [id, "tsk_0", String(repeating: "x", count: 65)] {
                    let reply = try await caller.send(
                        method,
                        "\(Self.path)/\(id)\(suffix)",
                        as: Fixture.agent,
                        headers: [.xRequestID: "r"]
                    )
                    #expect(reply.status == 404)
                    answers.append(reply.text)
                }
                #expect(Set(answers).count == 1)
            }
            let list = try await caller.send(.get, Self.path, as: Fixture.agent)
            #expect(list["pagination.total"] == .integer(0))
        }
    }
}
