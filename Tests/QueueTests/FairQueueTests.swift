import Domain
import Testing

@testable import Queue

@Suite struct FairQueueTests {
    private func drained(_ queue: FairQueue) -> [String] {
        var queue = queue
        var order: [String] = []
        while let id = queue.popFirst() { order.append(id) }
        return order
    }

    @Test func `one caller's executions run in the order in which they came`() {
        var queue = FairQueue()
        for id in ["1", "2", "3"] { queue.append(id, of: "a") }
        #expect(drained(queue) == ["1", "2", "3"])
    }

    @Test func `a caller with one execution runs second behind a caller with a hundred`() {
        var queue = FairQueue()
        for index in 0..<100 { queue.append("a\(index)", of: "a") }
        queue.append("b", of: "b")
        #expect(drained(queue).prefix(3) == ["a0", "b", "a1"])
    }

    @Test func `callers take turns`() {
        var queue = FairQueue()
        for id in ["a1", "a2", "a3"] { queue.append(id, of: "a") }
        for id in ["b1", "b2"] { queue.append(id, of: "b") }
        queue.append("c1", of: "c")
        #expect(drained(queue) == ["a1", "b1", "c1", "a2", "b2", "a3"])
    }

    @Test func `a caller who comes back waits for a whole round`() {
        var queue = FairQueue()
        queue.append("a1", of: "a")
        queue.append("b1", of: "b")
        #expect(queue.popFirst() == "a1")
        queue.append("a2", of: "a")
        #expect(drained(queue) == ["b1", "a2"])
    }

    @Test func `who has less running comes first, whoever's turn it is`() {
        var queue = FairQueue()
        for id in ["a1", "a2", "a3", "a4"] { queue.append(id, of: "a") }
        let first = [queue.popFirst(), queue.popFirst()]
        queue.append("b1", of: "b")
        queue.append("b2", of: "b")
        let second = [queue.popFirst(), queue.popFirst(), queue.popFirst()]
        #expect(first == ["a1", "a2"])
        #expect(second == ["b1", "b2", "a3"])
    }

    @Test func `what ran no longer counts`() {
        var queue = FairQueue()
        for id in ["a1", "a2"] { queue.append(id, of: "a") }
        queue.append("b1", of: "b")
        queue.append("b2", of: "b")
        let first = [queue.popFirst(), queue.popFirst()]
        queue.finish(of: "b")
        queue.finish(of: "nobody")
        let second = [queue.popFirst(), queue.popFirst()]
        #expect(first == ["a1", "b1"])
        #expect(second == ["b2", "a2"])
    }

    @Test func `it knows who has something waiting`() {
        var queue = FairQueue()
        queue.append("a1", of: "a")
        queue.append("b1", of: "b")
        _ = queue.popFirst()
        #expect([queue.holds("a"), queue.holds("b"), queue.holds("c")] == [false, true, false])
        queue.remove("b1", of: "b")
        #expect(!queue.holds("b"))
    }

    @Test func `a removed execution is not run and the others keep their order`() {
        var queue = FairQueue()
        for id in ["a1", "a2", "a3"] { queue.append(id, of: "a") }
        queue.append("b1", of: "b")
        queue.remove("a2", of: "a")
        #expect(queue.count == 3)
        #expect(drained(queue) == ["a1", "b1", "a3"])
    }

    @Test func `a caller whose only execution was removed has no turn left over`() {
        var queue = FairQueue()
        queue.append("a1", of: "a")
        queue.append("b1", of: "b")
        queue.remove("a1", of: "a")
        for id in ["a2", "a3"] { queue.append(id, of: "a") }
        queue.append("b2", of: "b")
        #expect(drained(queue) == ["b1", "a2", "b2", "a3"])
    }

    @Test func `what is not waiting cannot be removed`() {
        var queue = FairQueue()
        queue.append("a1", of: "a")
        let removed = [
            queue.remove("a2", of: "a"), queue.remove("a1", of: "b"), queue.remove("a1", of: "a"),
        ]
        #expect(removed == [false, false, true])
    }

    @Test func `a group takes turns like one caller, and within it each subject`() {
        var queue = FairQueue()
        for index in 0..<3 {
            for name in ["1", "2"] { queue.append("s\(name)\(index)", of: name, in: "strangers") }
        }
        for id in ["a1", "a2", "a3"] { queue.append(id, of: "a") }
        #expect(
            drained(queue) == ["s10", "a1", "s20", "a2", "s11", "a3", "s21", "s12", "s22"]
        )
        let first = queue.popFirst()
        queue.finish(of: "1", in: "strangers")
        #expect(first == "s10")
        #expect(drained(queue).prefix(2) == ["a1", "s20"])
    }

    @Test func `who may not start is passed over, and keeps its turn`() {
        var queue = FairQueue()
        for (id, subject) in [("1a", "1"), ("1b", "1"), ("2a", "2")] {
            queue.append(id, of: subject, in: "strangers")
        }
        queue.append("a1", of: "a")
        #expect(queue.popFirst(mayStart: { !$0.hasPrefix("1") }) == "2a")
        #expect(queue.popFirst(mayStart: { !$0.hasPrefix("1") }) == "a1")
        #expect(queue.popFirst(mayStart: { !$0.hasPrefix("1") }) == nil)
        #expect(queue.count == 2)
        #expect(drained(queue) == ["1a", "1b"])
    }

    @Test func `a group with none running gets a slot that others do not get`() {
        var queue = FairQueue()
        for id in ["a1", "a2"] { queue.append(id, of: "a") }
        queue.append("1", of: "1", in: "strangers")
        queue.append("2", of: "2", in: "strangers")
        let started = (0..<4).map { _ in queue.popFirst(hasSlot: { $0 == 0 }) }
        #expect(started == ["a1", "1", nil, nil])
    }

    @Test func `an empty queue has nothing next`() {
        var queue = FairQueue()
        #expect(queue.popFirst() == nil)
        queue.append("a1", of: "a")
        #expect(queue.popFirst() == "a1")
        #expect(queue.popFirst() == nil)
        #expect(queue.count == 0)
    }
}

@Suite struct AdmissionCapacityTests {
    private let plan = Caller.pro.plan

    /// Returns for each of `subjects`, in this order, whether it got a place.
    private func taking(_ subjects: [String], from places: inout AdmissionCapacity) -> [Bool] {
        subjects.map { places.take(for: $0, on: plan) }
    }

    @Test func `one subject gets its share and no more`() {
        var places = AdmissionCapacity(slots: 1, queue: 9)
        #expect(
            taking(["a", "a", "a", "a", "b"], from: &places) == [true, true, true, false, true]
        )
    }

    @Test func `all subjects together get the capacity and no more`() {
        var places = AdmissionCapacity(slots: 2, queue: 2)
        #expect(
            taking(["a", "a", "b", "c", "d"], from: &places) == [true, true, true, true, false]
        )
        #expect(places.count == 4)
    }

    @Test func `callers of a plan get its part of the queue and no more`() {
        var places = AdmissionCapacity(slots: 1, queue: 10)
        let strangers = Plan.test(plan.rates, queuePercent: 30)
        let taken = (0..<6).map { places.take(for: "\($0)", on: strangers) }
        #expect(taken == [true, true, true, true, false, false])
        let others = Plan.test(plan.rates, name: "other")
        let rest = (0..<8).map { places.take(for: "org\($0)", on: others) }
        #expect(rest.count(where: \.self) == 7)
        places.giveBack(for: "0", on: strangers.name)
        let again = places.take(for: "6", on: strangers)
        #expect(again)
    }

    @Test func `a place that is given back can be taken again`() {
        var places = AdmissionCapacity(slots: 0, queue: 1)
        #expect(taking(["a", "b"], from: &places) == [true, false])
        places.giveBack(for: "a", on: plan.name)
        #expect(taking(["b"], from: &places) == [true])
    }

    @Test func `what was accepted before gets a place above the bounds`() {
        var places = AdmissionCapacity(slots: 0, queue: 1)
        for _ in 0..<3 { places.force(for: "a", on: plan.name) }
        for _ in 0..<2 { places.giveBack(for: "a", on: plan.name) }
        #expect(taking(["b"], from: &places) == [false])
        places.giveBack(for: "a", on: plan.name)
        #expect(taking(["b"], from: &places) == [true])
    }
}

@Suite struct SlotPoolTests {
    @Test func `the reserve is for groups with none running`() {
        var slots = SlotPool(count: 2, reserve: 1)
        slots.lease()
        #expect(slots.hasFree(forGroupWith: 1))
        slots.lease()
        #expect([0, 1].map(slots.hasFree(forGroupWith:)) == [true, false])
        slots.lease()
        #expect(!slots.hasFree(forGroupWith: 0))
        slots.release()
        #expect([0, 1].map(slots.hasFree(forGroupWith:)) == [true, false])
    }
}

@Suite struct WaitEstimateTests {
    @Test func `before anything was measured a second is guessed for each`() {
        #expect(WaitEstimate().retryAfterSeconds(waiting: 9, slots: 2) == 5)
    }

    @Test func `the first measurement replaces the guess and the next ones pull at it`() {
        var estimate = WaitEstimate()
        estimate.record(seconds: 10)
        #expect(estimate.averageSeconds == 10)
        estimate.record(seconds: 5)
        #expect(estimate.averageSeconds == 9)
    }

    @Test func `the answer is never below a second nor above sixty`() {
        var estimate = WaitEstimate()
        estimate.record(seconds: 0.001)
        #expect(estimate.retryAfterSeconds(waiting: 0, slots: 4) == 1)
        estimate.record(seconds: 1_000)
        #expect(estimate.retryAfterSeconds(waiting: 256, slots: 1) == 60)
    }
}
