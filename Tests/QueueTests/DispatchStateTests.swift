import Domain
import Foundation
import Testing

@testable import Queue

/// The tasks under way, and the organizations that are skipped.
@Suite struct DispatchStateTests {
    private static let now = Date(timeIntervalSince1970: 1_000_000_000)

    private func later(_ seconds: Double) -> Date { Self.now.addingTimeInterval(seconds) }

    private func standing(
        _ policy: RateStanding.Policy,
        resetsIn seconds: Double,
        remaining: Int = 0
    ) -> RateStanding {
        RateStanding(
            policy: policy,
            limit: 1,
            remaining: remaining,
            resetsAt: later(seconds),
            windowSeconds: 60
        )
    }

    @Test func `there is room for as many as were said, until what came of them is stored`() {
        var state = DispatchState(tasksMax: 2)
        #expect(state.hasRoom)
        for name in ["1", "2"] { state.begin(.sample(name)) }
        #expect(!state.hasRoom)
        #expect(!state.areAllEnded)
        state.end("tsk_1", with: .lost)
        #expect(state.ended == ["tsk_1"])
        #expect(!state.hasRoom)
        state.remove("tsk_1")
        #expect(state.hasRoom)
        state.end("tsk_2", with: .lost)
        #expect(state.areAllEnded)
    }

    @Test func `after closing there is no room`() {
        var state = DispatchState(tasksMax: 2)
        state.close()
        #expect(!state.hasRoom)
    }

    @Test func `an end that nobody waits for is forgotten`() {
        var state = DispatchState(tasksMax: 1)
        state.end("tsk_1", with: .lost)
        state.markCancelled("tsk_1")
        state.remove("tsk_1")
        #expect(state.underWay.isEmpty)
    }

    @Test func `an organization is passed over until its plan admits it again`() {
        var state = DispatchState(tasksMax: 1)
        state.hold("a", by: standing(.perMinute, resetsIn: 20), at: Self.now)
        #expect(state.held(at: later(19.9)) == ["a"])
        #expect(state.held(at: later(20)).isEmpty)
    }

    @Test(arguments: [(0.0, 0.01), (0.009, 0.01), (1, 1), (59, 59), (60, 60), (61, 60), (9e9, 60)])
    func `but asked about again within a minute`(resetsIn: Double, heldFor: Double) {
        var state = DispatchState(tasksMax: 1)
        state.hold("a", by: standing(.perDay, resetsIn: resetsIn), at: Self.now)
        #expect(state.held(at: later(heldFor - 0.001)) == ["a"])
        #expect(state.held(at: later(heldFor)).isEmpty)
    }

    @Test func `one that has as many at once as it may waits for an end of its own`() {
        var state = DispatchState(tasksMax: 9)
        for (name, organization) in [("1", "a"), ("2", "b"), ("3", "c")] {
            state.begin(.sample(name, organization: organization))
        }
        state.hold("a", by: standing(.concurrent, resetsIn: 1), at: Self.now)
        state.hold("b", by: standing(.perMinute, resetsIn: 1), at: Self.now)
        state.remove("tsk_3")
        #expect(state.held(at: Self.now) == ["a", "b"])
        state.remove("tsk_1")
        state.remove("tsk_2")
        #expect(state.held(at: Self.now) == ["b"])
    }

    @Test func `it sleeps until the next is due or somebody is passed over no more`() {
        var state = DispatchState(tasksMax: 1)
        #expect(state.idleSeconds(nextDue: nil, at: Self.now) == 60)
        #expect(state.idleSeconds(nextDue: later(5), at: Self.now) == 5)
        #expect(state.idleSeconds(nextDue: later(-5), at: Self.now) == 0)
        #expect(state.idleSeconds(nextDue: later(61), at: Self.now) == 60)
        state.hold("a", seconds: 3, at: Self.now)
        #expect(state.idleSeconds(nextDue: later(5), at: Self.now) == 3)
        #expect(state.idleSeconds(nextDue: later(2), at: Self.now) == 2)
        state.begin(.sample("1"))
        #expect(state.idleSeconds(nextDue: later(5), at: Self.now) == 5)
    }

    @Test func `the obstacle is the policy that refuses for longest`() {
        let report = RateReport(standings: [
            standing(.perSecond, resetsIn: 1), standing(.perMinute, resetsIn: 9),
            standing(.perDay, resetsIn: 99, remaining: 1),
        ])
        #expect(report.obstacle?.policy == .perMinute)
        #expect(RateReport(standings: []).obstacle == nil)
    }
}
