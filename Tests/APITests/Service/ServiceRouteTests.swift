import Domain
import Foundation
import HTTPTypes
import JSON
import Testing

@testable import API

@Suite struct ServiceRouteTests {
    @Test func `the root says that the API is online`() async throws {
        try await Fixture().run { caller in
            let reply = try await caller.send(.get, "/", headers: [.accept: "*/*"])
            #expect(reply.status == 200)
            #expect(reply.text == #"{"name":"quicksand","version":"1.2.3","status":"ok"}"#)
            #expect(reply.headers[.vary] == "Accept")
        }
    }

    @Test func `a browser gets a page that loads nothing and allows only its own script`()
        async throws
    {
        try await Fixture().run { caller in
            let accept = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"
            let reply = try await caller.send(.get, "/", headers: [.accept: accept])
            #expect(reply.headers[.contentType] == "text/html; charset=utf-8")
            let policy = try #require(reply.headers[.contentSecurityPolicy])
            #expect(policy.hasPrefix("default-src 'none'; script-src 'sha256-"))
            #expect(!policy.contains("unsafe"))
            #expect(policy.contains("frame-ancestors 'none'"))
            for forbidden in ["http://", "https://", "innerHTML", "src=", "style=", "onclick"] {
                #expect(!reply.text.contains(forbidden))
            }
            #expect(reply.text.contains("textContent"))
            let start = try #require(reply.text.range(of: "<script>"))
            let end = try #require(reply.text.range(of: "</script>"))
            #expect(reply.text[start.upperBound..<end.lowerBound] == TryItPage.page.script ?? "")
        }
    }

    @Test func `readiness says why not`() async throws {
        var fixture = try Fixture()
        try await fixture.run { caller in
            let live = try await caller.send(.get, "/health/live")
            let ready = try await caller.send(.get, "/health/ready")
            #expect(live.status == 200)
            #expect(ready.status == 200)
        }
        fixture.readiness = { "the warden is down" }
        try await fixture.run { caller in
            #expect(try await caller.send(.get, "/health/live").status == 200)
            let reply = try await caller.send(.get, "/health/ready")
            #expect(reply.status == 503)
            #expect(reply["reason"] == "the warden is down")
        }
    }

    @Test func `metrics are Prometheus text`() async throws {
        try await Fixture().run { caller in
            _ = try await caller.send(.get, "/health/live")
            _ = try await caller.send(.get, "/nowhere")
            let reply = try await caller.send(.get, "/metrics")
            #expect(reply.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(
                reply.text == """
                    # HELP quicksand_http_requests_total Requests answered, by status.
                    # TYPE quicksand_http_requests_total counter
                    quicksand_http_requests_total{status="200"} 1.0
                    quicksand_http_requests_total{status="404"} 1.0
                    # HELP quicksand_http_connections Open connections.
                    # TYPE quicksand_http_connections gauge
                    quicksand_http_connections 0.0
                    # HELP quicksand_http_connections_displaced_total Connections without a request in \
                    progress, closed to make room for others.
                    # TYPE quicksand_http_connections_displaced_total counter
                    quicksand_http_connections_displaced_total 0.0
                    # HELP quicksand_http_connections_refused_total Connections above the bounds.
                    # TYPE quicksand_http_connections_refused_total counter
                    quicksand_http_connections_refused_total 0.0
                    # HELP quicksand_queue_length Waiting.
                    # TYPE quicksand_queue_length gauge
                    quicksand_queue_length{plan="a\\"b\\\\\\n"} 3.0

                    """
            )
        }
    }

    @Test(arguments: [
        (HTTPRequest.Method.get, "/v1/sandbox/try", "POST"),
        (.put, "/api/v1/executions", "GET, HEAD, POST"),
        (.patch, "/v1/executions/exe_1", "DELETE, GET, HEAD"), (.post, "/", "GET, HEAD"),
        (.delete, "/v1/runtimes", "GET, HEAD"), (.get, "/v1/deliveries/x/retry", "POST"),
        (.options, "/v1/usage", "GET, HEAD"),
    ])
    func `a wrong method is told which are right`(
        method: HTTPRequest.Method,
        path: String,
        allow: String
    ) async throws {
        try await Fixture().run { caller in
            let reply = try await caller.send(method, path)
            #expect(reply.status == 405)
            #expect(reply.errorCode == "METHOD_NOT_ALLOWED")
            #expect(reply.headers[.allow] == allow)
            #expect(reply.headers[.xRequestID] != nil)
        }
    }

    @Test(arguments: [
        "/nowhere", "/v1", "/v2/executions", "/api/executions", "/v1/project", "/v1/tasks",
        "/v1/executions/exe_1/events", "/openapi.yaml", "/..%2f..%2fetc/passwd",
    ])
    func `a path that is not there is 404 in the envelope`(path: String) async throws {
        try await Fixture().run { caller in
            let reply = try await caller.send(.get, path)
            #expect(reply.status == 404)
            #expect(reply["success"] == false)
            #expect(reply.errorCode == "NOT_FOUND")
        }
    }

    @Test(arguments: ["/", "/health/live", "/metrics", "/v1/runtimes", "/v1/usage"])
    func `HEAD is GET without the body`(path: String) async throws {
        try await Fixture().run { caller in
            let reply = try await caller.send(.head, path)
            #expect(reply.status == 200)
            #expect(reply.text.isEmpty)
            #expect(reply.headers[.contentLength].flatMap { Int($0) } ?? 0 > 0)
        }
    }

    @Test func `runtimes are listed with those that are missing`() async throws {
        try await Fixture().run { caller in
            let reply = try await caller.send(.get, "/api/v1/runtimes")
            guard case .array(let runtimes)? = reply["data"] else { return }
            #expect(runtimes.map { $0["name"] } == ["python", "python", "c", "ruby"])
            #expect(
                runtimes[2] == [
                    "name": "c", "version": "12.2.0", "aliases": [], "compiled": true,
                    "entry": "main.c", "installed": true,
                ]
            )
            #expect(runtimes[3]["installed"] == false)
            #expect(runtimes[3]["install"] == "apt-get install ruby")
        }
    }

    @Test func `usage is the caller's, or a stranger's where there is no credential`() async throws
    {
        try await Fixture().run { caller in
            let stranger = try await caller.send(.get, "/v1/usage")
            #expect(stranger["data.plan"] == "anonymous")
            let reply = try await caller.send(.get, "/v1/usage", as: Fixture.reader)
            #expect(reply["data.plan"] == "free")
            #expect(
                reply["data.limits.wall_ms"]
                    == ["default": .integer(5_000), "ceiling": .integer(10_000)]
            )
            #expect(
                reply["data.rates"] == [
                    [
                        "policy": "per_day", "limit": .integer(10), "remaining": .integer(9),
                        "window_seconds": .integer(86_400),
                        "resets_at": "2026-03-01T13:00:00.000Z",
                    ]
                ]
            )
            #expect(reply.headers[.xRateLimitLimit] == "10")
            #expect(try await caller.send(.get, "/v1/usage", as: "sk_live_x").status == 401)
        }
    }

    @Test func `deliveries are listed, shown and sent again`() async throws {
        let fixture = try Fixture()
        try await fixture.store.save(
            Sample.execution("exe_1"),
            deliveries: [Sample.delivery("msg_1", state: .failed(at: Sample.now))]
        )
        try await fixture.store.save(
            Sample.execution("exe_2", organization: "org_2"),
            deliveries: [
                Sample.delivery("msg_2", organization: "org_2", state: .delivered(at: Sample.now))
            ]
        )
        try await fixture.run { caller in
            let list = try await caller.send(.get, "/v1/deliveries", as: Fixture.reader)
            #expect(list["pagination.total"] == .integer(1))
            let shown = try await caller.send(.get, "/v1/deliveries/msg_1", as: Fixture.reader)
            #expect(shown["data.status"] == "failed")
            #expect(
                shown["data.attempts"] == [
                    [
                        "started_at": "2026-03-01T12:00:00.000Z", "duration_ms": .integer(12),
                        "response_status": .integer(500), "error": .null,
                    ],
                    [
                        "started_at": "2026-03-01T12:00:00.000Z", "duration_ms": .integer(3),
                        "response_status": .null, "error": "connection refused",
                    ],
                ]
            )
            let retried = try await caller.send(
                .post,
                "/v1/deliveries/msg_1/retry",
                as: Fixture.writer
            )
            #expect(retried.status == 202)
            #expect(retried["data.status"] == "pending")
            for (method, path) in [
                (HTTPRequest.Method.get, "/v1/deliveries/msg_2"),
                (.post, "/v1/deliveries/msg_2/retry"), (.get, "/v1/deliveries/msg_3"),
            ] {
                let reply = try await caller.send(method, path, as: Fixture.writer)
                #expect(reply.status == 404)
            }
        }
        #expect(
            try await fixture.store.delivery(id: "msg_1", organization: "org_1")?.state
                == .pending(nextAttemptAt: Sample.now)
        )
        #expect(await fixture.wakes.count == 1)
    }

    @Test func `an organization's deliveries are sent again at a rate`() async throws {
        let fixture = try Fixture()
        try await fixture.store.save(
            Sample.execution("exe_1"),
            deliveries: [Sample.delivery("msg_1", state: .failed(at: Sample.now))]
        )
        try await fixture.run { caller in
            func retry() async throws -> Reply {
                let path = "/v1/deliveries/msg_1/retry"
                return try await caller.send(.post, path, as: Fixture.writer)
            }
            for _ in 0..<60 { #expect(try await retry().status == 202) }
            let reply = try await retry()
            #expect(reply.status == 429)
            #expect(reply["error.code"] == "RATE_LIMITED")
            #expect(reply["error.details.policy"] == "delivery_retries")
            #expect(reply["error.details.limit"] == .integer(60))
            #expect(reply.headers[.retryAfter] == "1")
        }
        #expect(await fixture.wakes.count == 60)
    }
}
