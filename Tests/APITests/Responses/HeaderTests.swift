import Domain
import Foundation
import HTTPTypes
import JSON
import Testing

@testable import API

@Suite struct PreferencesTests {
    private func read(_ lines: String...) -> Preferences {
        var headers = HTTPFields()
        for line in lines { headers.append(HTTPField(name: .prefer, value: line)) }
        return Preferences(headers)
    }

    @Test func `what is asked for is honoured and said`() {
        #expect(read("respond-async, wait=10").applied == "respond-async, wait=10")
        #expect(read("Respond-Async").respondsAsync)
        #expect(read("respond-async", "wait=\"5\"").waitSeconds == 5)
        #expect(read("wait = 5; x=y").waitSeconds == 5)
        #expect(read("wait=1, wait=2").waitSeconds == 1)
        #expect(read("wait=0").waitSeconds == 0)
    }

    @Test(arguments: [(59, 59), (60, 60), (61, 60)])
    func `a wait is held at 60 seconds`(asked: Int, given: Int) {
        #expect(read("wait=\(asked)").waitSeconds == given)
        #expect(read("wait=99999999999999999999").waitSeconds == 60)
    }

    @Test(arguments: [
        "", "wait", "wait=", "wait=-1", "wait=x", "wait=1.5", "handling=strict", "=", ";",
    ])
    func `what is unknown or malformed is ignored`(line: String) {
        #expect(read(line).applied == nil)
    }
}

@Suite struct RateHeadersTests {
    private let report = RateReport(standings: [
        RateStanding(
            policy: .perMinute,
            limit: 60,
            remaining: 59,
            resetsAt: Sample.now.addingTimeInterval(29.2),
            windowSeconds: 60
        ),
        RateStanding(
            policy: .perDay,
            limit: 1_000,
            remaining: 10,
            resetsAt: Sample.now.addingTimeInterval(3_600),
            windowSeconds: 86_400
        ),
        RateStanding(
            policy: .concurrent,
            limit: 4,
            remaining: 3,
            resetsAt: Sample.now,
            windowSeconds: 0
        ),
    ])

    @Test func `every policy is told, and the tightest by the older names`() {
        let fields = RateHeaders.fields(report, now: Sample.now)
        #expect(fields[.xRateLimitLimit] == "1000")
        #expect(fields[.xRateLimitRemaining] == "10")
        #expect(fields[.xRateLimitReset] == "1772370000")
        #expect(
            fields[.rateLimitPolicy]
                == "\"per_minute\";q=60;w=60, \"per_day\";q=1000;w=86400, \"concurrent\";q=4"
        )
        #expect(
            fields[.rateLimit]
                == "\"per_minute\";r=59;t=30, \"per_day\";r=10;t=3600, \"concurrent\";r=3"
        )
    }

    @Test func `an unlimited plan says nothing`() {
        #expect(RateHeaders.fields(RateReport(standings: []), now: Sample.now).isEmpty)
    }

    @Test func `a refusal says when to come back, and never at once`() {
        let refusal = SubmissionRefusal.rateLimited(by: report.standings[2], report: report)
        let error = RateHeaders.error(refusal, now: Sample.now)
        #expect(error.code == .rateLimited)
        #expect(error.headers[.retryAfter] == "1")
        #expect(error.details.policy == "concurrent")
        #expect(error.details.limit == .integer(4))
        #expect(error.details.reset == 1_772_366_400)
    }

    @Test func `every header name is one`() {
        let names: [HTTPField.Name] = [
            .forwardedFor, .idempotencyKey, .idempotencyReplayed, .prefer,
            .preferenceApplied, .rateLimit, .rateLimitPolicy, .referrerPolicy, .xAPIKey,
            .xRateLimitLimit, .xRateLimitRemaining, .xRateLimitReset, .xRequestID,
        ]
        #expect(Set(names).count == names.count)
    }
}

@Suite struct ClientAddressTests {
    private func find(_ peer: String?, _ lines: String...) throws -> String? {
        let proxies = ["10.0.0.0/8", "2001:db8:1::/48"].compactMap { CIDR($0) }
        var headers = HTTPFields()
        for line in lines { headers.append(HTTPField(name: .forwardedFor, value: line)) }
        let finder = ClientAddress(trustedProxies: proxies)
        return finder.find(peer: peer.flatMap { IPAddress($0) }, headers: headers)?.description
    }

    @Test func `a stranger's forwarding header is not believed`() throws {
        #expect(try find("192.0.2.1", "198.51.100.7") == "192.0.2.1")
        #expect(try find(nil, "198.51.100.7") == nil)
    }

    @Test func `behind trusted proxies the nearest address that is none counts`() throws {
        #expect(try find("10.0.0.1", "198.51.100.7") == "198.51.100.7")
        #expect(try find("10.0.0.1", "1.1.1.1, 198.51.100.7, 10.9.9.9") == "198.51.100.7")
        #expect(try find("10.0.0.1", "1.1.1.1", "198.51.100.7", "10.9.9.9") == "198.51.100.7")
        #expect(try find("2001:db8:1::5", "2001:db8:2::7") == "2001:db8:2::7")
        #expect(try find("::ffff:10.0.0.1", "198.51.100.7") == "198.51.100.7")
        #expect(try find("10.0.0.1", "::ffff:198.51.100.7") == "198.51.100.7")
    }

    @Test func `only a trusted proxy names the host that was asked`() throws {
        let addresses = ClientAddress(trustedProxies: [try #require(CIDR("10.0.0.0/8"))])
        func host(_ peer: String, _ forwarded: [String]) -> String? {
            var head = HTTPRequest(method: .get, scheme: "http", authority: "own", path: "/")
            for value in forwarded {
                head.headerFields.append(HTTPField(name: .forwardedHost, value: value))
            }
            return addresses.host(peer: IPAddress(peer), request: head)
        }
        #expect(host("10.0.0.1", ["public.example"]) == "public.example")
        #expect(host("::ffff:10.0.0.1", ["public.example"]) == "public.example")
        #expect(host("192.0.2.1", ["public.example"]) == "own")
        #expect(host("10.0.0.1", []) == "own")
        #expect(host("10.0.0.1", ["a", "b"]) == "own")
        #expect(host("10.0.0.1", ["a, b"]) == "own")
    }

    @Test func `a port is set aside`() throws {
        #expect(try find("10.0.0.1", "198.51.100.7:4711") == "198.51.100.7")
        #expect(try find("10.0.0.1", "[2001:db8:2::7]:4711") == "2001:db8:2::7")
    }

    @Test func `a word that is no address ends the chain at the last that was believed`() throws {
        #expect(try find("10.0.0.1", "198.51.100.7, unknown") == "10.0.0.1")
        #expect(try find("10.0.0.1", "198.51.100.7, x, 10.2.2.2") == "10.2.2.2")
        #expect(try find("10.0.0.1", "") == "10.0.0.1")
        #expect(try find("10.0.0.1") == "10.0.0.1")
    }

    @Test func `a chain of proxies is followed for 32 steps`() throws {
        func chain(_ proxies: Int) -> String {
            (["198.51.100.7"] + Array(repeating: "10.0.0.2", count: proxies))
                .joined(separator: ", ")
        }
        #expect(try find("10.0.0.1", chain(30)) == "198.51.100.7")
        #expect(try find("10.0.0.1", chain(31)) == "198.51.100.7")
        #expect(try find("10.0.0.1", chain(32)) == "10.0.0.2")
    }
}

@Suite struct RequestIDTests {
    private func choose(_ given: String) -> String {
        RequestID.choose([.xRequestID: given], at: Sample.now)
    }

    @Test func `a caller's own plain name is kept`() {
        #expect(choose("abc-1_2.Z") == "abc-1_2.Z")
    }

    @Test(arguments: [63, 64, 65])
    func `a name is held at 64 characters`(length: Int) {
        let name = String(repeating: "a", count: length)
        #expect((choose(name) == name) == (length <= 64))
    }

    @Test(arguments: ["a b", "é", "a\"b", "<x>", ""])
    func `any other name is replaced`(name: String) {
        #expect(choose(name).hasPrefix("req_"))
    }
}
