import Domain
import Foundation
import Testing

@testable import Courier

struct WebhookSignatureTests {
    @Test func `the published example has the published signature`() throws {
        // The values are from the tests of the Standard Webhooks reference libraries.
        let signature = try #require(
            WebhookSignature(secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        )
        let body = Data(#"{"test": 2432232314}"#.utf8)
        #expect(
            signature.sign(id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: body)
                == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        )
    }

    @Test(arguments: [(23, false), (24, true), (64, true), (65, false)])
    func `a secret has 24 to 64 bytes`(count: Int, isAccepted: Bool) {
        let text = Data(repeating: 7, count: count).base64EncodedString()
        #expect((WebhookSignature(secret: "whsec_" + text) != nil) == isAccepted)
        #expect(WebhookSignature(secret: text) == nil)
    }
}

struct RetryScheduleTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let failure = Delivery.Outcome.failed(reason: "timed out")

    private func state(
        _ outcome: Delivery.Outcome,
        attempts: Int = 1,
        retryAfter: RetryAfter? = nil,
        random: Double = 0
    ) -> Delivery.State {
        RetrySchedule().state(
            after: outcome,
            attempts: attempts,
            retryAfter: retryAfter,
            now: now,
            random: random
        )
    }

    private func pending(_ seconds: Double) -> Delivery.State {
        .pending(nextAttemptAt: now.addingTimeInterval(seconds))
    }

    @Test func `a failing delivery is attempted eight times and no more`() {
        let delays: [Double] = [5, 30, 120, 900, 3_600, 14_400, 43_200]
        for (index, delay) in delays.enumerated() {
            #expect(state(failure, attempts: index + 1) == pending(delay))
        }
        #expect(state(failure, attempts: 8) == .failed(at: now))
        #expect(state(failure, attempts: 9) == .failed(at: now))
    }

    @Test func `jitter adds at most a tenth`() {
        #expect(state(failure, attempts: 2, random: 0.5) == pending(31.5))
        #expect(state(failure, attempts: 2, random: 1) == pending(33))
        #expect(state(failure, attempts: 2, random: 7) == pending(33))
        #expect(state(failure, attempts: 2, random: -7) == pending(30))
    }

    @Test(arguments: [200, 204, 299])
    func `a 2xx delivers`(status: Int) {
        #expect(state(.answered(status: status)) == .delivered(at: now))
    }

    @Test(arguments: [300, 301, 302, 307, 308, 400, 404, 409, 411, 429, 500, 503, 599])
    func `another status is tried again`(status: Int) {
        #expect(state(.answered(status: status)) == pending(5))
    }

    @Test func `what no attempt would change ends it`() {
        #expect(state(.answered(status: 410)) == .failed(at: now))
        #expect(state(.addressNotAllowed) == .failed(at: now))
        #expect(state(.addressMalformed) == .failed(at: now))
    }

    @Test func `a receiver can ask for a longer pause and for no shorter one`() {
        let busy = Delivery.Outcome.answered(status: 503)
        #expect(state(busy, retryAfter: .seconds(4)) == pending(5))
        #expect(state(busy, retryAfter: .seconds(6)) == pending(6))
        #expect(state(busy, retryAfter: .date(now.addingTimeInterval(60))) == pending(60))
        #expect(state(busy, retryAfter: .date(now.addingTimeInterval(-60))) == pending(5))
        #expect(state(busy, retryAfter: .seconds(86_400)) == pending(86_400))
        #expect(state(busy, retryAfter: .seconds(86_401)) == pending(86_400))
        #expect(state(busy, retryAfter: .seconds(.max)) == pending(86_400))
    }

    @Test func `Retry-After is seconds or an HTTP date`() {
        let date = Date(timeIntervalSince1970: 784_111_777)
        #expect(RetryAfter("120") == .seconds(120))
        #expect(RetryAfter("0") == .seconds(0))
        #expect(RetryAfter("99999999999999999999") == .seconds(.max))
        #expect(RetryAfter("Sun, 06 Nov 1994 08:49:37 GMT") == .date(date))
        for text in ["", "-1", "1.5", "soon", "12 hours", String(repeating: "1", count: 65)] {
            #expect(RetryAfter(text) == nil, "\(text)")
        }
    }
}
