import Domain
import Foundation
import HTTPTypes
import JSON
import Testing

@testable import API

/// The routes that list, show, cancel and retry tasks.
@Suite struct TaskLookTests {
    private static let path = TaskRouteTests.path

    private func order(
        _ caller: Fixture.Caller,
        _ fields: String = #""run_after": "2027-01-01T00:00:00Z""#,
        as key: String = Fixture.agent
    ) async throws -> String {
        let body = TaskRouteTests.body(fields)
        let reply = try await caller.send(.post, Self.path, body, as: key)
        return try #require(reply["data.id"]?.text, "\(reply.text)")
    }

    /// Changes the task's state in the store.
    private func change(
        _ id: String,
        in fixture: Fixture,
        _ change: (inout AgentTask) -> Void
    ) async throws {
        let known = try #require(try await fixture.store.task(id: id, organization: nil))
        var task = known
        change(&task)
        #expect(try await fixture.store.change(known, to: task, deliveries: []))
    }

    private func attempt(_ id: String, of task: String, _ state: Execution.State) -> Execution {
        let sample = Sample.execution(id)
        var request = sample.request
        request.task = task
        return Execution(
            id: id,
            owner: sample.owner,
            request: request,
            createdAt: sample.createdAt,
            state: state,
            attempts: 1
        )
    }

    // MARK: Lists

    @Test func `tasks are listed newest first, without what their programs wrote`() async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            let first = try await order(caller, #""agent_id": "x""#)
            let second = try await order(caller, #""agent_id": "a b""#)
            let third = try await order(caller)
            func ids(_ query: String) async throws -> [JSONValue?] {
                let reply = try await caller.send(
                    .get,
                    Self.path + query,
                    as: Fixture.watcher
                )
                #expect(reply.status == 200)
                guard case .array(let tasks)? = reply["data"] else { return [] }
                return tasks.map { $0["id"] }
            }
            // The tasks were created at the same time, so their identifiers determine the order.
            func sorted(_ ids: String...) -> [JSONValue] { ids.sorted(by: >).map(JSONValue.string) }
            let all = sorted(first, second, third)
            #expect(try await ids("") == all)
            #expect(try await ids("?limit=1&offset=1") == [all[1]])
            #expect(try await ids("?status=queued") == sorted(first, second))
            #expect(try await ids("?agent_id=a%20b") == sorted(second))
            #expect(try await ids("?status=scheduled&agent_id=x") == [])
            let reply = try await caller.send(.get, Self.path, as: Fixture.agent)
            #expect(reply["pagination.total"] == .integer(3))
            guard case .array(let tasks)? = reply["data"] else { return }
            #expect(tasks.allSatisfy { $0["execution"] == nil && $0["attempts"] == nil })
            #expect(tasks.allSatisfy { $0["attempts_left"] == .integer(3) })
        }
    }

    @Test(arguments: [
        ("status=done", "status"), ("agent_id=", "agent_id"), ("agent_id=%C3%A9", "agent_id"),
        ("limit=0", "limit"), ("limit=101", "limit"), ("agent=x", "agent"),
        ("status=queued&status=queued", "status"),
    ])
    func `a list's parameter that is not as it must be is refused by name`(
        query: String,
        field: String
    ) async throws {
        try await Fixture().run { caller in
            let reply = try await caller.send(
                .get,
                "\(Self.path)?\(query)",
                as: Fixture.agent
            )
            #expect(reply.status == 400)
            #expect(reply.errorField == field)
        }
    }

    // MARK: One task

    @Test func `a task is shown with its attempts and the last of them whole`() async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            let id = try await order(caller, #""priority": 0"#)
            let failure = ExecutionResult(
                compile: nil,
                runs: [Sample.stage("", verdict: .exited(code: 1))],
                files: []
            )
            for (number, result) in [failure, Sample.success].enumerated() {
                try await fixture.store.save(
                    attempt(
                        "exe_\(number)",
                        of: id,
                        .finished(result, startedAt: Sample.now, finishedAt: Sample.now)
                    ),
                    deliveries: []
                )
            }
            try await change(id, in: fixture) {
                $0.attempts = 2
                let last = AgentTask.Attempt(execution: "exe_1", startedAt: Sample.now)
                $0.state = .ended(.succeeded, last: last, at: Sample.now)
            }
            let reply = try await caller.send(.get, "\(Self.path)/\(id)", as: Fixture.watcher)
            let now: JSONValue = "2026-03-01T12:00:00.000Z"
            #expect(reply["data.status"] == "succeeded")
            #expect(reply["data.execution_id"] == "exe_1")
            #expect(reply["data.started_at"] == now)
            #expect(reply["data.finished_at"] == now)
            #expect(
                reply["data.attempts"] == [
                    [
                        "execution_id": "exe_0", "status": "failed", "created_at": now,
                        "started_at": now, "finished_at": now,
                    ],
                    [
                        "execution_id": "exe_1", "status": "succeeded", "created_at": now,
                        "started_at": now, "finished_at": now,
                    ],
                ]
            )
            #expect(reply["data.execution.stdout"] == "2\n")
            #expect(reply["data.execution.task_id"] == .string(id))
        }
    }

    @Test func `an attempt that goes on is shown as the scheduler knows it`() async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            let id = try await order(caller, #""priority": 0"#)
            try await change(id, in: fixture) {
                $0.state = .running(.init(execution: "exe_1", startedAt: Sample.now))
            }
            func shown() async throws -> Reply {
                try await caller.send(.get, "\(Self.path)/\(id)", as: Fixture.watcher)
            }
            #expect(try await shown()["data.attempts"] == [])
            fixture.service.setCurrent(attempt("exe_1", of: id, .queued))
            #expect(try await shown()["data.execution.status"] == "queued")
            try await fixture.store.save(attempt("exe_1", of: id, .queued), deliveries: [])
            fixture.service.setCurrent(attempt("exe_1", of: id, .running(since: Sample.now)))
            let reply = try await shown()
            #expect(reply["data.status"] == "running")
            #expect(reply["data.execution_id"] == "exe_1")
            guard case .array(let attempts)? = reply["data.attempts"] else { return }
            #expect(attempts.map { $0["status"] } == ["running"])
        }
    }

    @Test func `what is posted is the task as it is shown`() async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            let id = try await order(caller)
            try await change(id, in: fixture) {
                $0.state = .ended(.cancelled, last: nil, at: Sample.now)
            }
            let task = try #require(try await fixture.store.task(id: id, organization: nil))
            let report = try await fixture.store.report(on: task)
            let posted = CallbackBody(bytesMax: 1 << 20).of(report)
            let body = try StrictJSON.parse(Array(posted))
            #expect(body["type"] == "task.finished")
            #expect(body["timestamp"] == "2026-03-01T12:00:00.000Z")
            let shown = try await caller.send(.get, "\(Self.path)/\(id)", as: Fixture.watcher)
            #expect(body["data"] == shown["data"])
        }
    }

    // MARK: Cancelling and retrying

    @Test func `a task that waits is cancelled once, and can be tried again`() async throws {
        let fixture = try Fixture()
        try await fixture.runDispatching { caller in
            let id = try await order(caller)
            func post(_ verb: String) async throws -> Reply {
                try await caller.send(.post, "\(Self.path)/\(id)/\(verb)", as: Fixture.agent)
            }
            let early = try await post("retry")
            #expect(early.status == 409)
            #expect(early.errorCode == "CONFLICT")
            #expect(early["error.details.status"] == "scheduled")

            let cancelled = try await post("cancel")
            #expect(cancelled.status == 200)
            #expect(cancelled["data.status"] == "cancelled")
            #expect(cancelled["data.next_attempt_at"] == .null)
            #expect(cancelled["data.finished_at"] == "2026-03-01T12:00:00.000Z")
            let again = try await post("cancel")
            #expect(again.status == 409)
            #expect(again["error.details.status"] == "cancelled")

            let retried = try await post("retry")
            #expect(retried.status == 202)
            #expect(retried["data.id"] == .string(id))
        }
    }

    @Test func `trying again is held to the number of unfinished tasks as well`() async throws {
        let fixture = try Fixture()
        try await fixture.runDispatching { caller in
            let id = try await order(caller)
            let cancelled = try await caller.send(
                .post,
                "\(Self.path)/\(id)/cancel",
                as: Fixture.agent
            )
            #expect(cancelled.status == 200)
            for _ in 1...3 { _ = try await order(caller) }
            let reply = try await caller.send(
                .post,
                "\(Self.path)/\(id)/retry",
                as: Fixture.agent
            )
            #expect(reply.status == 429)
            #expect(reply["error.details.policy"] == "unfinished_tasks")
        }
    }
}
