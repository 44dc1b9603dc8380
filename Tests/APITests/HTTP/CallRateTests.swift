import Domain
import Foundation
import HTTPTypes
import JSON
import TestSupport
import Testing

@testable import API

@Suite struct CallRateTests {
    /// Returns a fixture whose plans give so many tokens a minute; the clock stands still.
    private static func fixture(anonymous: Int? = nil, free: Int? = nil) throws -> Fixture {
        var fixture = try Fixture()
        fixture.plans = Plans([
            rated(Sample.anonymous, anonymous), rated(Sample.free, free),
        ])
        return fixture
    }

    private static func rated(_ plan: Plan, _ requests: Int?) -> Plan {
        Plan(
            name: plan.name,
            rates: Rates(
                perSecond: nil,
                perMinute: nil,
                perDay: plan.rates.perDay,
                concurrent: nil,
                requestsPerMinute: requests
            ),
            holdings: plan.holdings,
            defaults: plan.defaults,
            ceilings: plan.ceilings
        )
    }

    /// The routes with a path that can be sent, each once; those of the health checks are excepted.
    private static func endpoints(_ fixture: Fixture) throws -> [(HTTPRequest.Method, String)] {
        try fixture.table().routes.filter { !RouteTable.isAlias($0.path) }
            .filter { !$0.path.hasPrefix("/health/") }
            .map { route in
                let path = route.path.split(separator: "/").map { part in
                    part.hasPrefix(":") || part == "**" ? "x_1" : String(part)
                }
                return (route.method, "/" + path.joined(separator: "/"))
            }
    }

    private static func isRefused(_ reply: Reply) -> Bool {
        reply.status == 429 && reply["error.details.policy"] == "requests_per_minute"
    }

    /// Sends each request twice, at a time when all buckets are full; each bucket has one token.
    private func sendTwice(
        as key: String?,
        _ check: @Sendable (_ first: Reply, _ second: Reply, _ place: String) -> Void
    ) async throws {
        let clock = ManualClock(Sample.now)
        var fixture = try Self.fixture(anonymous: 1, free: 1)
        fixture.clock = clock.wallClock
        let endpoints = try Self.endpoints(fixture)
        #expect(endpoints.count > 40)
        try await fixture.runDispatching { caller in
            for (method, path) in endpoints {
                let body = method == .get ? nil : "{}"
                let first = try await caller.send(method, path, body, as: key)
                let second = try await caller.send(method, path, body, as: key)
                check(first, second, "\(method) \(path): \(second.text)")
                clock.advance(seconds: 60)
            }
        }
    }

    @Test func `every request of a stranger has a rate, on every route`() async throws {
        try await sendTwice(as: nil) { first, second, place in
            #expect(!Self.isRefused(first), "\(place)")
            #expect(Self.isRefused(second), "\(place)")
            #expect(second.headers[.retryAfter] == "60", "\(place)")
        }
    }

    @Test func `every request with a key has its organization's rate, on every route`()
        async throws
    {
        try await sendTwice(as: Fixture.everything) { first, second, place in
            #expect(!Self.isRefused(first), "\(place)")
            #expect(Self.isRefused(second), "\(place)")
        }
    }

    @Test(arguments: ["/nowhere", "/v1/usage?x=1", "/v1/executions"])
    func `what is refused costs its address as well`(path: String) async throws {
        for key in [nil, Fixture.revoked, "sk_live_typo"] {
            try await Self.fixture(anonymous: 3).run { caller in
                for _ in 0..<3 {
                    let reply = try await caller.send(.get, path, as: key)
                    #expect(!Self.isRefused(reply), "\(reply.text)")
                }
                #expect(Self.isRefused(try await caller.send(.get, path, as: key)))
                // The health checks take no tokens.
                #expect(try await caller.send(.get, "/health/live").status == 200)
                #expect(try await caller.send(.get, "/health/ready").status == 200)
                // So does everything for somebody with a key.
                let keyed = try await caller.send(.get, "/v1/executions", as: Fixture.reader)
                #expect(keyed.status == 200)
            }
        }
    }

    @Test func `an organization's keys share its rate, and others have theirs`() async throws {
        try await Self.fixture(free: 7).run { caller in
            for _ in 0..<6 {
                let reply = try await caller.send(.get, "/v1/executions", as: Fixture.reader)
                #expect(reply.status == 200)
            }
            let project = #"{"name": "p"}"#
            let written = try await caller.send(.post, "/v1/projects", project, as: Fixture.writer)
            #expect(Self.isRefused(written))
            #expect(written.headers[.retryAfter] == "35")
            let usage = try await caller.send(.get, "/v1/usage", as: Fixture.writer)
            #expect(usage.status == 200)
            #expect(usage.text.contains(#""policy":"requests_per_minute","limit":7,"remaining":0"#))
            let other = try await caller.send(.get, "/v1/executions", as: Fixture.stranger)
            #expect(other.status == 200)
        }
    }

    @Test func `a user's session has a rate of its own, beside the organization's keys`()
        async throws
    {
        try await Self.fixture(free: 55).run { caller in
            let token = try await caller.token()
            let other = try await caller.token("bob@example.com")
            let body = #"{"name": "k", "scopes": ["organizations:read"]}"#
            let made = try await caller.send(.post, "/v1/api-keys", body, as: token)
            let key = try #require(made["data.key"]?.text)
            #expect(Self.isRefused(try await caller.send(.post, "/v1/api-keys", body, as: token)))
            for _ in 0..<5 {
                #expect(try await caller.send(.get, "/v1/api-keys", as: token).status == 200)
            }
            #expect(Self.isRefused(try await caller.send(.get, "/v1/api-keys", as: token)))
            for credential in [key, other] {
                let reply = try await caller.send(.get, "/v1/api-keys", as: credential)
                #expect(reply.status == 200)
            }
        }
    }

    @Test func `the shipped plans let every running execution be polled every 100 ms`() throws {
        let file = Repository.root.appendingPathComponent("limits.json")
        let shipped = try StrictJSON.parse(Array(Data(contentsOf: file)))
        let plans = (shipped["plans"]?.members ?? []).filter { $0.name != "anonymous" }
        #expect(plans.count == 3)
        for plan in plans {
            guard case .integer(let requests)? = plan.value["requests_per_minute"],
                case .integer(let concurrent)? = plan.value["concurrent"]
            else {
                Issue.record("\(plan.name) has no rate of requests")
                continue
            }
            #expect(requests >= concurrent * 600, "\(plan.name)")
        }
    }
}
