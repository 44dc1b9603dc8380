import Domain
import Foundation
import HTTPTypes
import JSON
import Testing

@testable import API

/// A request with an idempotency key creates one task, however often it is sent.
@Suite struct TaskIdempotencyTests {
    private func send(
        _ caller: Fixture.Caller,
        header: String? = nil,
        body key: String? = nil,
        code: String = "print(1)"
    ) async throws -> Reply {
        let field = key.map { #", "idempotency_key": "\#($0)""# } ?? ""
        var headers: HTTPFields = [:]
        headers[.idempotencyKey] = header
        return try await caller.send(
            .post,
            TaskRouteTests.path,
            #"{"language": "python", "code": "\#(code)"\#(field)}"#,
            as: Fixture.agent,
            headers: headers
        )
    }

    private static let places: [(header: String?, body: String?)] = [
        ("k", nil), (nil, "k"), ("k", "k"),
    ]

    @Test(arguments: places)
    func `the same request again is the same task`(header: String?, body: String?) async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            let first = try await send(caller, header: header, body: body)
            let second = try await send(caller, header: header, body: body)
            #expect(first.status == 202)
            #expect(second.status == 202)
            #expect(first["data"] == second["data"])
            #expect(first.headers[.location] == second.headers[.location])
            #expect(first.headers[.idempotencyReplayed] == nil)
            #expect(second.headers[.idempotencyReplayed] == "true")
        }
        #expect(try await fixture.store.taskCounts()[.queued] == 1)
    }

    @Test func `a key of the header and another of the body disagree`() async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            let reply = try await send(caller, header: "k", body: "j")
            #expect(reply.status == 400)
            #expect(reply.errorField == "idempotency_key")
        }
    }

    @Test func `another body under the same key is refused`() async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            _ = try await send(caller, header: "k")
            let other = try await send(caller, header: "k", code: "print(2)")
            #expect(other.status == 422)
            #expect(other.errorCode == "IDEMPOTENCY_MISMATCH")
        }
    }

    @Test func `a task is not an execution of the same body`() async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            let body = TaskRouteTests.program
            let headers: HTTPFields = [.idempotencyKey: "k"]
            let task = try await caller.send(
                .post,
                TaskRouteTests.path,
                body,
                as: Fixture.agent,
                headers: headers
            )
            #expect(task.status == 202)
            let execution = try await caller.send(
                .post,
                "/v1/executions",
                body,
                as: Fixture.writer,
                headers: headers
            )
            #expect(execution.status == 422)
        }
    }

    @Test func `a refused request lets its key go`() async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            for number in 1...3 { _ = try await send(caller, header: "\(number)") }
            let refused = try await send(caller, header: "k")
            #expect(refused.status == 429)
            let first = try await fixture.store.tasks(matching: TaskFilter(), page: Page())
            let id = try #require(first.elements.first).id
            let known = try #require(try await fixture.store.task(id: id, organization: nil))
            var ended = known
            ended.state = .ended(.cancelled, last: nil, at: Sample.now)
            #expect(try await fixture.store.change(known, to: ended, deliveries: []))
            let accepted = try await send(caller, header: "k", code: "print(2)")
            #expect(accepted.status == 202)
        }
    }

    @Test func `a claim whose process died before it was taken in is taken up again`()
        async throws
    {
        let fixture = try Fixture()
        let bytes = Array(TaskRouteTests.program.utf8)
        _ = try await fixture.store.claim(
            idempotencyKey: "k",
            organization: "org_1",
            fingerprint: Data("task\n".utf8)
                + RequestContent.fingerprint(of: bytes, isForm: false),
            subject: "tsk_claimed",
            at: Sample.now,
            expiry: Sample.now
        )
        try await fixture.run { caller in
            let reply = try await caller.send(
                .post,
                TaskRouteTests.path,
                TaskRouteTests.program,
                as: Fixture.agent,
                headers: [.idempotencyKey: "k"]
            )
            #expect(reply.status == 202)
            #expect(reply["data.id"] == "tsk_claimed")
            #expect(reply.headers[.idempotencyReplayed] == nil)
        }
    }
}
