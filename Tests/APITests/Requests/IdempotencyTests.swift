import Domain
import Foundation
import HTTPTypes
import JSON
import TemporaryStore
import Testing

@testable import API

@Suite struct IdempotencyTests {
    private static let program = #"{"language": "python", "code": "print(1 + 1)"}"#

    private func send(
        _ caller: Fixture.Caller,
        key: String = "k1",
        body: String = program,
        as who: String = Fixture.writer,
        type: String = "application/json",
        prefer: String? = nil
    ) async throws -> Reply {
        var headers: HTTPFields = [.idempotencyKey: key]
        headers[.prefer] = prefer
        return try await caller.send(
            .post,
            "/v1/executions",
            body,
            as: who,
            type: type,
            headers: headers
        )
    }

    @Test func `the same request again is the same execution`() async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            let first = try await send(caller)
            let second = try await send(caller)
            #expect(first.status == 200)
            #expect(second.status == 200)
            #expect(first["data"] == second["data"])
            #expect(first.headers[.idempotencyReplayed] == nil)
            #expect(second.headers[.idempotencyReplayed] == "true")
            #expect(second.headers[.xRateLimitRemaining] == "9")
        }
        #expect(fixture.service.submitted.count == 1)
        #expect(fixture.service.submitted.first?.durability == .accepted)
    }

    @Test func `an execution that is still under way is waited for`() async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            let first = try await send(caller, prefer: "respond-async")
            #expect(first.status == 202)
            let id = try #require(first["data.id"]?.text)
            let stored = try await fixture.store.execution(id: id, organization: "org_1")
            fixture.service.setCurrent(try #require(stored))
            let second = try await send(caller)
            #expect(second.status == 200)
            #expect(second["data.id"] == first["data.id"])
            #expect(second["data.status"] == "succeeded")
        }
        #expect(fixture.service.waits == [.seconds(60)])
    }

    @Test func `an execution that waits for after a restart is not waited for`() async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            #expect(try await send(caller, prefer: "respond-async").status == 202)
            let second = try await send(caller)
            #expect(second.status == 503)
            #expect(second.errorCode == "OVERLOADED")
        }
        #expect(fixture.service.waits == [])
    }

    @Test func `another body under the same key is refused`() async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            _ = try await send(caller)
            let other = try await send(caller, body: Self.program + " ")
            #expect(other.status == 422)
            #expect(other.errorCode == "IDEMPOTENCY_MISMATCH")
            let form = try await send(
                caller,
                body: "language=python&code=x",
                type: "application/x-www-form-urlencoded"
            )
            #expect(form.status == 422)
        }
        #expect(fixture.service.submitted.count == 1)
    }

    @Test func `keys of two organizations have nothing to do with each other`() async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            let mine = try await send(caller)
            let theirs = try await send(caller, as: Fixture.stranger)
            #expect(theirs.status == 200)
            #expect(mine["data.id"] != theirs["data.id"])
        }
    }

    @Test func `a refused request lets its key go`() async throws {
        let fixture = try Fixture(.refuse(.overloaded(retryAfterSeconds: 1)))
        try await fixture.run { caller in
            let refused = try await send(caller)
            #expect(refused.status == 503)
            fixture.service.set(.finish(Sample.success))
            let accepted = try await send(caller, body: Self.program + " ")
            #expect(accepted.status == 200)
        }
    }

    @Test func `a bad body claims nothing`() async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            let reply = try await send(caller, body: "{}")
            #expect(reply.status == 400)
        }
    }

    @Test func `a claim whose process died before submitting is taken up again`() async throws {
        let survivor = try Fixture()
        let fingerprint = RequestContent.fingerprint(of: Array(Self.program.utf8), isForm: false)
        _ = try await survivor.store.claim(
            idempotencyKey: "k1",
            organization: "org_1",
            fingerprint: fingerprint,
            subject: "exe_claimed",
            at: Sample.now,
            expiry: Sample.now
        )
        try await survivor.run { caller in
            let reply = try await send(caller)
            #expect(reply.status == 200)
            #expect(reply.headers[.idempotencyReplayed] == nil)
        }
        #expect(survivor.service.submitted.map(\.id) == ["exe_claimed"])
    }

    @Test func `a key is forgotten after a day`() async throws {
        let temporary = try TemporaryStore()
        let idempotency = Idempotency(store: temporary.store)
        func claim(_ candidate: String, _ seconds: TimeInterval) async throws -> String {
            try await idempotency.holding(
                "k",
                organization: "org_1",
                fingerprint: Data(),
                candidate: candidate,
                now: Sample.now.addingTimeInterval(seconds),
                isKept: { $0 == "a" },
                submit: { outcome in
                    switch outcome {
                    case .submit(let id): id
                    case .replay(let id): "replay " + id
                    }
                }
            )
        }
        #expect(try await claim("a", 0) == "a")
        #expect(try await claim("b", 86_399) == "replay a")
        #expect(try await claim("b", 86_400) == "replay a")
        #expect(try await claim("b", 86_401) == "b")
    }

    @Test func `the same key at the same time is a conflict`() async throws {
        let temporary = try TemporaryStore()
        let idempotency = Idempotency(store: temporary.store)
        let conflict = try await idempotency.holding(
            "k",
            organization: "org_1",
            fingerprint: Data(),
            candidate: "a",
            now: Sample.now,
            isKept: { _ in true },
            submit: { _ -> APIError? in
                do {
                    _ = try await idempotency.holding(
                        "k",
                        organization: "org_1",
                        fingerprint: Data(),
                        candidate: "b",
                        now: Sample.now,
                        isKept: { _ in true },
                        submit: { _ in true }
                    )
                    return nil
                } catch {
                    return error as? APIError
                }
            }
        )
        #expect(conflict?.code == .conflict)
    }

    @Test(arguments: [(1, 200), (254, 200), (255, 200), (256, 400)])
    func `a key is held at 255 characters`(length: Int, status: Int) async throws {
        try await Fixture().run { caller in
            let reply = try await send(caller, key: String(repeating: "k", count: length))
            #expect(reply.status == status)
            if status == 400 { #expect(reply.errorField == "Idempotency-Key") }
        }
    }

    @Test func `a key of other than printable characters is refused`() async throws {
        try await Fixture().run { caller in
            let accented = try await send(caller, key: "é")
            let empty = try await send(caller, key: "")
            #expect(accented.status == 400)
            #expect(empty.status == 400)
        }
    }
}
