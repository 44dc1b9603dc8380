import CallbackReceiver
import Domain
import Foundation
import NIOHTTP1
import TestSupport
import Testing

@testable import Courier

@Suite(.guardedAgainstHanging)
struct CourierTests {
    private func failed(_ delivery: Delivery?) -> Bool {
        if case .failed = delivery?.state { true } else { false }
    }

    private func delivered(_ delivery: Delivery?) -> Bool {
        if case .delivered = delivery?.state { true } else { false }
    }

    @Test func `a delivery arrives signed, byte for byte`() async throws {
        try await Receiver.serve { receiver, port in
            let delivery = Delivery.due(to: "http://127.0.0.1:\(port)/hook?a=b")
            let bench = Bench([delivery])
            try await bench.run {
                #expect(delivered(await bench.delivery(afterAttempts: 1)))
            }
            let request = try #require(receiver.requests.first)
            let time = Int(ManualClock.start.timeIntervalSince1970)
            let signature = try #require(WebhookSignature(secret: FakeStore.secret))
            #expect(receiver.requests.count == 1)
            #expect(request.path == "/hook?a=b")
            #expect(request.body == delivery.body)
            #expect(request.headers["content-type"] == ["application/json"])
            #expect(request.headers["user-agent"] == ["quicksand-test"])
            #expect(request.headers["webhook-id"] == ["msg_1"])
            #expect(request.headers["webhook-timestamp"] == ["\(time)"])
            #expect(
                request.headers["webhook-signature"] == [
                    signature.sign(id: "msg_1", timestamp: time, body: delivery.body)
                ]
            )
        }
    }

    @Test(arguments: [0, 1, 2_000_000])
    func `a body of any size arrives whole`(count: Int) async throws {
        try await Receiver.serve { receiver, port in
            let body = String(repeating: "x", count: count)
            let bench = Bench([.due(to: "http://127.0.0.1:\(port)/", body: body)])
            try await bench.run { #expect(delivered(await bench.delivery(afterAttempts: 1))) }
            #expect(receiver.requests.first?.body == Data(body.utf8))
        }
    }

    @Test func `a failed attempt is repeated when it is due, under the same id`() async throws {
        let answer: Receiver.Script = { _, before in
            .status(before == 0 ? 500 : 204)
        }
        try await Receiver.serve(answering: answer) { receiver, port in
            let bench = Bench([.due(to: "http://127.0.0.1:\(port)/")])
            try await bench.run {
                let first = await bench.delivery(afterAttempts: 1)
                let next = ManualClock.start.addingTimeInterval(5)
                #expect(first?.state == .pending(nextAttemptAt: next))
                bench.clock.advance(seconds: 5)
                bench.courier.wake()
                let second = await bench.delivery(afterAttempts: 2)
                #expect(second?.state == .delivered(at: next))
                #expect(
                    second?.attempts.map(\.outcome) == [
                        .answered(status: 500), .answered(status: 204),
                    ]
                )
            }
            let (ids, times) = (
                receiver.requests.map { $0.headers["webhook-id"] },
                receiver.requests.map { $0.headers["webhook-timestamp"] }
            )
            #expect(ids == [["msg_1"], ["msg_1"]])
            #expect(Set(times).count == 2)
        }
    }

    @Test func `410 ends a delivery`() async throws {
        try await Receiver.serve(answering: Receiver.always(.status(410))) { receiver, port in
            let bench = Bench([.due(to: "http://127.0.0.1:\(port)/")])
            try await bench.run { #expect(failed(await bench.delivery(afterAttempts: 1))) }
            #expect(receiver.requests.count == 1)
        }
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `a redirect is not followed`(status: Int) async throws {
        let answer: Receiver.Script = { _, _ in
            .status(status, [("location", "/elsewhere")])
        }
        try await Receiver.serve(answering: answer) { receiver, port in
            let bench = Bench([.due(to: "http://127.0.0.1:\(port)/")])
            try await bench.run {
                let delivery = await bench.delivery(afterAttempts: 1)
                #expect(delivery?.attempts.first?.outcome == .answered(status: status))
                #expect(!failed(delivery) && !delivered(delivery))
            }
            #expect(receiver.requests.map(\.path) == ["/"])
        }
    }

    @Test func `Retry-After is honoured`() async throws {
        let answer: Receiver.Script = { _, _ in
            .status(503, [("retry-after", "120")])
        }
        try await Receiver.serve(answering: answer) { _, port in
            let bench = Bench([.due(to: "http://127.0.0.1:\(port)/")])
            try await bench.run {
                let delivery = await bench.delivery(afterAttempts: 1)
                let next = ManualClock.start.addingTimeInterval(120)
                #expect(delivery?.state == .pending(nextAttemptAt: next))
            }
        }
    }

    @Test func `a receiver that stalls times out`() async throws {
        try await Receiver.serve(answering: Receiver.always(.stall)) { _, port in
            var limits = CourierLimits.patient
            limits.totalMilliseconds = 200
            let bench = Bench([.due(to: "http://127.0.0.1:\(port)/")], limits: limits)
            try await bench.run {
                let attempt = await bench.delivery(afterAttempts: 1)?.attempts.first
                #expect(attempt?.outcome == .failed(reason: "timed out"))
                #expect((attempt?.durationMilliseconds ?? 0) >= 200)
            }
        }
    }

    @Test(arguments: [200, 500])
    func `an endless answer is cut off and its status counts`(status: Int) async throws {
        try await Receiver.serve(answering: Receiver.always(.endless(status))) { _, port in
            let bench = Bench([.due(to: "http://127.0.0.1:\(port)/")])
            try await bench.run {
                let delivery = await bench.delivery(afterAttempts: 1)
                #expect(delivery?.attempts.first?.outcome == .answered(status: status))
                #expect(delivered(delivery) == (status == 200))
                // The answer was cut off by its size, not by the timeout.
                let duration = delivery?.attempts.first?.durationMilliseconds ?? .max
                #expect(duration < CourierLimits.patient.totalMilliseconds)
            }
        }
    }

    @Test func `a receiver that hangs up or is not there is tried again`() async throws {
        var closed = 0
        try await Receiver.serve(answering: Receiver.always(.hangUp)) { _, port in
            closed = port
            let bench = Bench([.due(to: "http://127.0.0.1:\(port)/")])
            try await bench.run {
                let attempt = await bench.delivery(afterAttempts: 1)?.attempts.first
                #expect(attempt?.outcome == .failed(reason: "connection closed"))
            }
        }
        let bench = Bench([.due(to: "http://127.0.0.1:\(closed)/")])
        try await bench.run {
            let delivery = await bench.delivery(afterAttempts: 1)
            #expect(delivery?.attempts.first?.outcome == .failed(reason: "connection refused"))
            #expect(!failed(delivery))
        }
    }

    @Test func `a stored address that is no URL fails at once`() async throws {
        let bench = Bench([.due(to: "http://0x7f.1/")])
        try await bench.run {
            let delivery = await bench.delivery(afterAttempts: 1)
            #expect(delivery?.attempts.first?.outcome == .addressMalformed)
            #expect(failed(delivery))
        }
    }

    @Test func `nothing is sent unsigned`() async throws {
        try await Receiver.serve { receiver, port in
            let delivery = Delivery.due(to: "http://127.0.0.1:\(port)/")
            let bench = Bench([], store: FakeStore([delivery], secret: "whsec_short"))
            try await bench.run {
                let attempt = await bench.delivery(afterAttempts: 1)?.attempts.first
                #expect(attempt?.outcome == .failed(reason: "no signing secret"))
            }
            #expect(receiver.requests.isEmpty)
        }
    }
}
