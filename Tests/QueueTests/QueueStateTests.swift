import Domain
import TestSupport
import Testing

@testable import Queue

/// The interplay of recovery and draining.
@Suite struct QueueStateTests {
    private let clock = ManualClock()

    private func entry(_ id: String) -> QueueState.Entry {
        QueueState.Entry(
            execution: Execution.sample(id, createdAt: clock.date),
            runtime: .python,
            durability: .accepted,
            isCharged: true
        )
    }

    @Test func `what is here is not taken in again, and nothing while draining`() {
        var state = QueueState(slots: 1, queueCapacity: 1)
        #expect(state.readmit(entry("1")) == .admitted)
        #expect(state.readmit(entry("1")) == .known)
        _ = state.beginDraining(at: clock.date)
        #expect(state.readmit(entry("1")) == .known)
        #expect(state.readmit(entry("2")) == .draining)
        #expect(state.entry("2") == nil)
    }

    @Test func `what waits is ended when everything is interrupted`() {
        var state = QueueState(slots: 1, queueCapacity: 1)
        _ = state.readmit(entry("1"))
        _ = state.enqueue("1", isCharged: true, at: clock.date)
        let ended = state.interruptAll(by: .drain, at: clock.date).compactMap { action in
            if case .end(let entry) = action { entry.id } else { nil }
        }
        #expect(ended == ["1"])
        #expect(state.load.queued == 0)
    }
}
