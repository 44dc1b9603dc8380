import CallbackReceiver
import Domain
import Foundation
import NIOHTTP1
import TestSupport
import Testing

@testable import Courier

/// The courier's behaviour over time: stopping, restarting, sharing of slots, and a failing store.
@Suite(.guardedAgainstHanging)
struct CourierLifeTests {
    @Test func `an interrupted delivery stays pending and is sent again under its id`() async throws
    {
        let answer: Receiver.Script = { _, before in
            before == 0 ? .stall : .status(200)
        }
        try await Receiver.serve(answering: answer) { receiver, port in
            var limits = CourierLimits.patient
            limits.graceMilliseconds = 20
            let delivery = Delivery.due(to: "http://127.0.0.1:\(port)/")
            let store = FakeStore([delivery])
            let first = Bench([], store: store, limits: limits)
            try await first.run { await receiver.wait(requests: 1) }
            #expect(await store.deliveries["msg_1"] == delivery)
            let second = Bench([], store: store)
            try await second.run {
                let delivered = await second.delivery(afterAttempts: 1)
                #expect(delivered?.state == .delivered(at: ManualClock.start))
            }
            #expect(receiver.requests.map { $0.headers["webhook-id"] } == [["msg_1"], ["msg_1"]])
        }
    }

    @Test func `an attempt under way at the end is waited for and saved`() async throws {
        try await Receiver.serve(answering: Receiver.always(.status(200))) { receiver, port in
            var limits = CourierLimits.patient
            limits.graceMilliseconds = 300_000
            let bench = Bench([.due(to: "http://127.0.0.1:\(port)/")], limits: limits)
            try await bench.run { await receiver.wait(requests: 1) }
            let delivery = await bench.store.deliveries["msg_1"]
            #expect(delivery?.state == .delivered(at: ManualClock.start))
        }
    }

    @Test func `a delivery that is saved later is found by a wake`() async throws {
        try await Receiver.serve { _, port in
            let bench = Bench([])
            try await bench.run {
                await bench.store.add(.due(to: "http://127.0.0.1:\(port)/"))
                bench.courier.wake()
                let delivery = await bench.delivery(afterAttempts: 1)
                #expect(delivery?.state == .delivered(at: ManualClock.start))
            }
        }
    }

    @Test func `a failed delivery can be sent again and keeps its attempts`() async throws {
        let answer: Receiver.Script = { _, before in
            .status(before == 0 ? 410 : 200)
        }
        try await Receiver.serve(answering: answer) { _, port in
            let bench = Bench([.due(to: "http://127.0.0.1:\(port)/")])
            try await bench.run {
                var delivery = try #require(await bench.delivery(afterAttempts: 1))
                #expect(delivery.state == .failed(at: ManualClock.start))
                delivery.state = .pending(nextAttemptAt: ManualClock.start)
                try await bench.store.save(DeliverySummary(delivery))
                bench.courier.wake()
                let delivered = await bench.delivery(afterAttempts: 2)
                #expect(delivered?.state == .delivered(at: ManualClock.start))
                #expect(
                    delivered?.attempts.map(\.outcome) == [
                        .answered(status: 410), .answered(status: 200),
                    ]
                )
            }
        }
    }

    @Test func `many deliveries of one organization all arrive, once each`() async throws {
        try await Receiver.serve { receiver, port in
            let all = (100..<200).map { Delivery.due("msg_\($0)", to: "http://127.0.0.1:\(port)/") }
            let bench = Bench(all)
            try await bench.run {
                for delivery in all {
                    let done = await bench.delivery(delivery.id, afterAttempts: 1)
                    #expect(done?.state == .delivered(at: ManualClock.start))
                }
            }
            #expect(receiver.requests.count == 100)
            #expect(Set(receiver.requests.map { $0.headers["webhook-id"] }).count == 100)
        }
    }

    @Test func `a store that fails does not make the courier repeat itself`() async throws {
        try await Receiver.serve { receiver, port in
            let delivery = Delivery.due(to: "http://127.0.0.1:\(port)/")
            let bench = Bench([], store: FakeStore([delivery], savesToFail: 2))
            try await bench.run {
                await bench.store.waitForFailedSaves(1)
                bench.courier.wake()
                await bench.store.waitForFailedSaves(2)
                bench.courier.wake()
                let delivered = await bench.delivery(afterAttempts: 1)
                #expect(delivered?.state == .delivered(at: ManualClock.start))
            }
            #expect(receiver.requests.count == 1)
        }
    }
}
