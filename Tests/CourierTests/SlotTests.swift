import Domain
import Foundation
import Testing

@testable import Courier

/// Which delivery may start, and which comes first.
struct SlotTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let prompt = ReceiverStandings.Standing(isPrompt: true)
    private let unknown = ReceiverStandings.Standing()
    private let failing = ReceiverStandings.Standing(failures: 1)

    private func due(
        _ id: String,
        _ organization: String = "a",
        to receiver: String? = nil,
        bytes: Int = 1
    ) -> DueDelivery {
        DueDelivery(
            id: id,
            organization: organization,
            receiver: receiver ?? "host-of-\(id)",
            dueAt: now,
            isRetry: false,
            bodyBytes: bytes
        )
    }

    /// Takes slots for as many of these as have room.
    /// - Returns: the number of slots that were taken.
    private func fill(
        _ slots: inout Slots,
        _ all: [DueDelivery],
        _ standing: ReceiverStandings.Standing,
        at date: Date? = nil
    ) -> Int {
        var count = 0
        for due in all where slots.hasRoom(for: due, of: standing, at: date ?? now) {
            let delivery = DeliverySummary(Delivery.due(due.id, to: ""))
            slots.take(delivery, due, isPrompt: standing.isPrompt, at: date ?? now)
            count += 1
        }
        return count
    }

    private func many(_ organization: String, to receiver: String? = nil) -> [DueDelivery] {
        (0..<100).map { due("\(organization)-\(receiver ?? "")-\($0)", organization, to: receiver) }
    }

    @Test func `doubtful receivers of an organization leave room for its prompt ones`() {
        var slots = Slots(CourierLimits())
        #expect(fill(&slots, many("a"), unknown) == 4)
        #expect(!slots.hasRoom(for: due("x"), of: failing, at: now))
        #expect(fill(&slots, many("a", to: "good"), prompt) == 4)
        #expect(!slots.hasRoom(for: due("x"), of: prompt, at: now))
        slots.free("a-good-0")
        #expect(slots.hasRoom(for: due("x"), of: prompt, at: now))
    }

    @Test func `doubtful receivers of all organizations leave room for every prompt one`() {
        var slots = Slots(CourierLimits())
        let all = (0..<100).flatMap { many("org-\($0)") }
        #expect(fill(&slots, all, unknown) == 32)
        #expect(slots.hasRoom(for: due("x", "other"), of: prompt, at: now))
        #expect(!slots.hasRoom(for: due("x", "other"), of: unknown, at: now))
    }

    @Test func `a receiver that is not known has two slots, and a failing one has one`() {
        var slots = Slots(CourierLimits())
        #expect(fill(&slots, many("a", to: "new"), unknown) == 2)
        #expect(fill(&slots, many("a", to: "dead"), failing) == 1)
        // Another organization's slots at the same host are its own.
        #expect(fill(&slots, many("b", to: "new"), unknown) == 2)
    }

    @Test func `an attempt that takes long makes room for a prompt receiver`() {
        var slots = Slots(CourierLimits())
        #expect(fill(&slots, many("a", to: "stalls"), prompt) == 4)
        let later = now.addingTimeInterval(2.001)
        #expect(!slots.hasRoom(for: due("x"), of: prompt, at: now.addingTimeInterval(2)))
        #expect(slots.hasRoom(for: due("x"), of: prompt, at: later))
        #expect(!slots.hasRoom(for: due("x"), of: unknown, at: later))
        // There is an end to that.
        #expect(fill(&slots, many("a", to: "too"), prompt, at: later) == 4)
        #expect(fill(&slots, many("a", to: "three"), prompt, at: later.addingTimeInterval(3)) == 4)
        let end = later.addingTimeInterval(9)
        #expect(!slots.hasRoom(for: due("x"), of: prompt, at: end))
        #expect(slots.hasRoom(for: due("x", "b"), of: prompt, at: end))
    }

    @Test func `a delivery in progress has no second slot, and the slots have an end`() {
        var limits = CourierLimits()
        limits.inFlightMax = 2
        var slots = Slots(limits)
        #expect(fill(&slots, [due("1"), due("1", to: "elsewhere")], prompt) == 1)
        #expect(slots.ids == ["1"])
        #expect(fill(&slots, [due("2", "b"), due("3", "c")], prompt) == 1)
        #expect(slots.isFull)
    }

    @Test func `large bodies share their memory, and one alone may have more`() {
        var slots = Slots(CourierLimits())
        let huge = due("1", "a", bytes: 200 << 20)
        #expect(fill(&slots, [huge, due("2", "b", bytes: 2 << 20)], prompt) == 1)
        #expect(fill(&slots, [due("3", "b", bytes: 1 << 20)], prompt) == 1)
        slots.free("1")
        let halves = ["c", "d", "e"].map { due($0, $0, bytes: 32 << 20) }
        #expect(fill(&slots, halves, prompt) == 2)
        #expect(!slots.hasRoom(for: huge, of: prompt, at: now))
    }
}

struct ReceiverStandingTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    private func receiver(_ name: String, _ organization: String = "a") -> ReceiverStandings.Key {
        ReceiverStandings.Key(
            DueDelivery(
                id: "msg_1",
                organization: organization,
                receiver: name,
                dueAt: now,
                isRetry: false,
                bodyBytes: 0
            )
        )
    }

    private func standing(
        _ outcomes: [(Delivery.Outcome, Int)],
        receiversMax: Int = 10
    ) -> ReceiverStandings.Standing {
        var standings = ReceiverStandings(promptMilliseconds: 2_000, receiversMax: receiversMax)
        for (outcome, duration) in outcomes {
            standings.record(outcome, after: duration, of: receiver("x"), at: now)
        }
        return standings[receiver("x")]
    }

    @Test func `a receiver is prompt after a quick answer, also one that refuses`() {
        #expect(!standing([]).isPrompt)
        for status in [200, 301, 404, 410] {
            #expect(standing([(.answered(status: status), 2_000)]).isPrompt)
            #expect(!standing([(.answered(status: status), 2_001)]).isPrompt)
        }
        for outcome: Delivery.Outcome in [
            .answered(status: 429), .answered(status: 500), .failed(reason: "timed out"),
        ] {
            let standing = standing([(.answered(status: 200), 1), (outcome, 1)])
            #expect(!standing.isPrompt)
            #expect(standing.failures == 1)
        }
    }

    @Test func `a failing receiver is held back, twice as long each time up to half a minute`() {
        let failure = (Delivery.Outcome.failed(reason: "connection refused"), 1)
        for (failures, seconds) in [(1, 1.0), (2, 2), (3, 4), (5, 16), (6, 30), (90, 30)] {
            let standing = standing(Array(repeating: failure, count: failures))
            #expect(standing.failures == failures)
            #expect(standing.isHeld(at: now.addingTimeInterval(seconds - 0.001)))
            #expect(!standing.isHeld(at: now.addingTimeInterval(seconds)))
        }
        let mended = standing([failure, failure, (.answered(status: 200), 1)])
        #expect(mended.failures == 0 && mended.isPrompt && !mended.isHeld(at: now))
    }

    @Test func `an address that may not be called holds back nothing`() {
        for outcome: Delivery.Outcome in [.addressNotAllowed, .addressMalformed] {
            #expect(standing([(outcome, 1)]).failures == 0)
        }
    }

    @Test func `the organization with the most receivers loses its oldest`() {
        var standings = ReceiverStandings(promptMilliseconds: 2_000, receiversMax: 4)
        func answer(_ receiver: ReceiverStandings.Key, _ second: Double) {
            standings.record(
                .answered(status: 200),
                after: 1,
                of: receiver,
                at: now.addingTimeInterval(second)
            )
        }
        answer(receiver("good", "b"), 0)
        for number in 1...9 { answer(receiver("\(number)"), Double(number)) }
        #expect(standings.count == 4)
        #expect(standings[receiver("good", "b")].isPrompt)
        #expect(!standings[receiver("6")].isPrompt)
        for number in 7...9 { #expect(standings[receiver("\(number)")].isPrompt) }
        #expect(!standings[receiver("9", "b")].isPrompt)
    }
}
