import CallbackReceiver
import Domain
import Foundation
import TestSupport
import Testing

@testable import Courier

/// Slow and dead receivers delay no others, of other organizations or of their own.
@Suite(.guardedAgainstHanging)
struct FairnessTests {
    private static var patient: CourierLimits {
        var limits = CourierLimits.patient
        limits.graceMilliseconds = 20
        return limits
    }

    /// Serves while `body` runs, on every address of the loopback, and never answers.
    private func withStalling(
        _ body: (_ receiver: Receiver, _ url: (_ host: Int) -> String) async throws -> Void
    ) async throws {
        try await Receiver.serve(on: "0.0.0.0", answering: Receiver.always(.stall)) {
            receiver,
            port in
            try await body(receiver) { "http://127.0.1.\($0):\(port)/" }
        }
    }

    @Test func `a stalled receiver's backlog holds up no other receiver of its organization`()
        async throws
    {
        try await withStalling { stalling, url in
            try await Receiver.serve { _, port in
                let backlog = (100..<200).map { Delivery.due("msg_\($0)", to: url(1)) }
                let other = Delivery.due("msg_9", to: "http://127.0.0.1:\(port)/")
                let bench = Bench(backlog + [other], limits: Self.patient)
                try await bench.run {
                    let delivery = await bench.delivery("msg_9", afterAttempts: 1)
                    #expect(delivery?.state == .delivered(at: ManualClock.start))
                    await stalling.wait(requests: 2)
                    #expect(stalling.requests.count == 2)
                }
            }
        }
    }

    @Test func `many dead receivers of one organization hold up nobody else`() async throws {
        try await withStalling { stalling, url in
            try await Receiver.serve { _, port in
                let good = "http://127.0.0.1:\(port)/"
                let dead = (1...200).map {
                    Delivery.due("msg_\($0 + 1_000)", to: url($0), organization: "org_a")
                }
                let bench = Bench(
                    [.due("msg_1", to: good, organization: "org_a")],
                    limits: Self.patient
                )
                try await bench.run {
                    _ = await bench.delivery("msg_1", afterAttempts: 1)
                    for delivery in dead { await bench.store.add(delivery) }
                    bench.courier.wake()
                    await stalling.wait(requests: 4)
                    // Of its own receivers, the one that is known to answer.
                    await bench.store.add(.due("msg_2", to: good, organization: "org_a"))
                    // Of others, also one that is not known yet.
                    await bench.store.add(.due("msg_3", to: good, organization: "org_b"))
                    bench.courier.wake()
                    for id in ["msg_2", "msg_3"] {
                        let delivery = await bench.delivery(id, afterAttempts: 1)
                        #expect(delivery?.state == .delivered(at: ManualClock.start))
                    }
                    #expect(stalling.requests.count == 4)
                }
            }
        }
    }

    @Test func `a body is read when its delivery has a slot, and no other`() async throws {
        try await withStalling { stalling, url in
            let all = (0..<2_000).map { Delivery.due("msg_\($0)", to: url($0 % 200)) }
            let bench = Bench(all, limits: Self.patient)
            try await bench.run {
                await stalling.wait(requests: 4)
                bench.courier.wake()
                #expect(await bench.store.wholeReads.count == 4)
            }
        }
    }

    /// Returns the port of a server that was there a moment ago.
    private func closedPort() async throws -> Int {
        var closed = 0
        try await Receiver.serve { _, port in closed = port }
        return closed
    }

    @Test func `a failing receiver is held back, and its deliveries come when it answers again`()
        async throws
    {
        let answer: Receiver.Script = { _, before in .status(before < 2 ? 503 : 200) }
        try await Receiver.serve(answering: answer) { receiver, port in
            let all = (1...6).map { Delivery.due("msg_\($0)", to: "http://127.0.0.1:\(port)/") }
            let bench = Bench(all)
            try await bench.run {
                // Nothing is known of it at first, so it gets two.
                for id in ["msg_1", "msg_2"] { _ = await bench.delivery(id, afterAttempts: 1) }
                bench.courier.wake()
                try await Receiver.serve { _, port in
                    await bench.store.add(.due("msg_9", to: "http://127.0.0.1:\(port)/"))
                    bench.courier.wake()
                    _ = await bench.delivery("msg_9", afterAttempts: 1)
                }
                #expect(receiver.requests.count == 2)
                bench.clock.advance(seconds: 5)
                bench.courier.wake()
                for id in all.map(\.id) {
                    let delivered = await bench.store.delivery(id) {
                        if case .delivered = $0.state { true } else { false }
                    }
                    #expect(delivered?.attempts.count == (["msg_1", "msg_2"].contains(id) ? 2 : 1))
                }
            }
        }
    }

    @Test func `what has waited a day behind a failing receiver is given up`() async throws {
        let url = "http://127.0.0.1:\(try await closedPort())/"
        let bench = Bench((1...5).map { Delivery.due("msg_\($0)", to: url) })
        bench.clock.advance(seconds: 90_000)
        try await bench.run {
            for id in ["msg_1", "msg_2"] { _ = await bench.delivery(id, afterAttempts: 1) }
            for id in ["msg_3", "msg_4", "msg_5"] {
                let delivery = await bench.store.delivery(id) {
                    if case .failed = $0.state { true } else { false }
                }
                #expect(delivery?.attempts.isEmpty == true)
            }
        }
    }
}
