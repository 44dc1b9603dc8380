import Domain
import Foundation
import HTTPTypes
import JSON
import Testing

@testable import API

@Suite struct TrialTests {
    private let program = #"{"language": "python", "code": "print(1 + 1)"}"#

    @Test(arguments: ["/api/v1/sandbox/try", "/v1/sandbox/try"])
    func `a stranger's program is run and answered`(path: String) async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            let reply = try await caller.send(.post, path, program)
            #expect(reply.status == 200)
            #expect(reply["success"] == true)
            #expect(reply["data.status"] == "succeeded")
            #expect(reply["data.stdout"] == "2\n")
            #expect(reply.headers[.contentType] == "application/json; charset=utf-8")
            #expect(reply.headers[.xRequestID]?.hasPrefix("req_") == true)
            #expect(reply.headers[.xContentTypeOptions] == "nosniff")
            #expect(reply.headers[.cacheControl] == "no-store")
            #expect(reply.headers[.xRateLimitLimit] == "10")
            #expect(reply.headers[.xRateLimitRemaining] == "9")
            #expect(reply.headers[.rateLimit] == "\"per_day\";r=9;t=3600")
            #expect(reply.headers[.rateLimitPolicy] == "\"per_day\";q=10;w=86400")
        }
        let submitted = try #require(fixture.service.submitted.first)
        #expect(submitted.durability == .nothing)
        #expect(submitted.caller.plan.name == "anonymous")
        #expect(submitted.caller.organization == nil)
        #expect(try await fixture.inspect("SELECT id FROM execution").isEmpty)
    }

    @Test func `a form does as well`() async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            let reply = try await caller.send(
                .post,
                "/v1/sandbox/try",
                "language=python&code=print%281%29&args=a&args=b",
                type: "application/x-www-form-urlencoded; charset=UTF-8"
            )
            #expect(reply.status == 200)
        }
        let input = fixture.service.submitted.first?.request.inputs.first
        #expect(input?.arguments == ["a", "b"])
    }

    @Test(arguments: [
        ("", 400), ("{", 400), ("[]", 400), ("{\"a\":1,\"a\":2}", 400), ("\u{0}", 400),
        (#"{"language": "python", "code": "x", "files": []}"#, 400),
        (#"{"language": "cobol", "code": "x"}"#, 400), (#"{"code": "x"}"#, 400),
    ])
    func `a bad body is refused before anything is charged`(
        body: String,
        status: Int
    ) async throws {
        let fixture = try Fixture()
        try await fixture.run { caller in
            let reply = try await caller.send(.post, "/v1/sandbox/try", body)
            #expect(reply.status == status)
            #expect(reply["success"] == false)
            #expect(reply.errorCode == "VALIDATION_ERROR")
            #expect(reply.headers[.xRateLimitRemaining] == "9")
        }
        #expect(fixture.service.submitted.isEmpty)
    }

    @Test func `malformed JSON is answered with its place`() async throws {
        try await Fixture().run { caller in
            let reply = try await caller.send(.post, "/v1/sandbox/try", "{\n \"code\": tru}")
            #expect(reply["error.details.line"] == .integer(2))
            #expect(reply["error.details.column"] == .integer(10))
            let twice = try await caller.send(.post, "/v1/sandbox/try", "{\"a\":1,\"a\":2}")
            #expect(twice.errorField == "a")
        }
    }

    @Test(arguments: [
        "text/plain", "application/xml", "multipart/form-data", "application/json-patch+json",
        "application/json; charset=latin1",
    ])
    func `another content type is refused`(type: String) async throws {
        try await Fixture().run { caller in
            let reply = try await caller.send(.post, "/v1/sandbox/try", program, type: type)
            #expect(reply.status == 415)
            #expect(reply.errorCode == "UNSUPPORTED_MEDIA_TYPE")
        }
    }

    @Test func `a body is read as far as the plan can use, and no further`() async throws {
        let bytesMax = BodyReader.bytesMax(Sample.anonymous)
        #expect(bytesMax == 140_000 + 65_536)
        @Sendable func body(_ bytes: Int) -> String {
            program + String(repeating: " ", count: bytes - program.utf8.count)
        }
        try await Fixture().run { caller in
            for (bytes, status) in [(bytesMax - 1, 200), (bytesMax, 200), (bytesMax + 1, 413)] {
                let reply = try await caller.send(.post, "/v1/sandbox/try", body(bytes))
                #expect(reply.status == status)
            }
            let reply = try await caller.send(.post, "/v1/sandbox/try", body(bytesMax + 1))
            #expect(reply.errorCode == "PAYLOAD_TOO_LARGE")
            #expect(reply["error.details.limit"] == JSONValue(bytesMax))
        }
    }

    @Test func `a used-up quota is 429 with the policy and when to come back`() async throws {
        let report = RateReport(standings: [
            RateStanding(
                policy: .perDay,
                limit: 10,
                remaining: 0,
                resetsAt: Sample.now.addingTimeInterval(3_600),
                windowSeconds: 86_400
            )
        ])
        let refusal = SubmissionRefusal.rateLimited(by: report.standings[0], report: report)
        try await Fixture(.refuse(refusal)).run { caller in
            let reply = try await caller.send(.post, "/v1/sandbox/try", program)
            #expect(reply.status == 429)
            #expect(reply.errorCode == "RATE_LIMITED")
            #expect(reply["error.details.policy"] == "per_day")
            #expect(reply["error.details.limit"] == .integer(10))
            #expect(reply["error.details.reset"] == .integer(1_772_370_000))
            #expect(reply.headers[.retryAfter] == "3600")
            #expect(reply.headers[.xRateLimitRemaining] == "0")
        }
    }

    @Test(arguments: [SubmissionRefusal.overloaded(retryAfterSeconds: 7), .draining])
    func `no room is 503 with when to come back`(refusal: SubmissionRefusal) async throws {
        try await Fixture(.refuse(refusal)).run { caller in
            let reply = try await caller.send(.post, "/v1/sandbox/try", program)
            #expect(reply.status == 503)
            #expect(reply.errorCode == "OVERLOADED")
            #expect(reply.headers[.retryAfter] == (refusal == .draining ? "10" : "7"))
        }
    }

    @Test(arguments: [true, false])
    func `our fault is 500 and tells nothing but the request's name`(
        throwing: Bool
    ) async throws {
        try await Fixture(throwing ? .fail : .fault).run { caller in
            let reply = try await caller.send(
                .post,
                "/v1/sandbox/try",
                program,
                headers: [.xRequestID: "mine-1"]
            )
            #expect(reply.status == 500)
            #expect(reply.headers[.xRequestID] == "mine-1")
            #expect(
                reply["error"] == [
                    "code": "INTERNAL_ERROR", "message": "something went wrong on our side",
                    "details": ["request_id": "mine-1"],
                ]
            )
        }
    }

    @Test(arguments: [
        (StoreUnavailable(reason: "the disk is full") as any Error, "5"),
        (SubmissionRefusal.draining, "10"), (ClaimLost(), "10"),
    ])
    func `a fault that passes is 503, and says when to come again`(
        _ error: any Error,
        _ retryAfter: String
    ) async throws {
        try await Fixture(.end(by: error)).run { caller in
            let reply = try await caller.send(.post, "/v1/sandbox/try", program)
            #expect(reply.status == 503)
            #expect(reply.errorCode == "OVERLOADED")
            #expect(reply.headers[.retryAfter] == retryAfter)
        }
    }

    @Test func `a program's own failure is 200`() async throws {
        let failed = Sample.stage("", verdict: .timedOut)
        let result = ExecutionResult(compile: nil, runs: [failed], files: [])
        try await Fixture(.finish(result)).run { caller in
            let reply = try await caller.send(.post, "/v1/sandbox/try", program)
            #expect(reply.status == 200)
            #expect(reply["data.status"] == "timed_out")
        }
    }
}
