import Domain
import Foundation
import Synchronization

/// The executions under way, as the parts of the queue share them.
///
/// The lock is held for decisions only and never over an `await`. The clock is read under it, so
/// that decisions are made in the order of time.
final class QueueTable: Sendable {
    private let clock: WallClock
    private let state: Mutex<QueueState>

    init(slots: Int, queueCapacity: Int, clock: WallClock) {
        self.clock = clock
        state = Mutex(QueueState(slots: slots, queueCapacity: queueCapacity))
    }

    func decide<Decision: Sendable>(
        _ decision: (inout QueueState, _ now: Date) -> Decision
    ) -> Decision {
        state.withLock { decision(&$0, clock.now()) }
    }

    var load: (queued: Int, running: Int) { state.withLock(\.load) }
    var isDraining: Bool { state.withLock(\.isDraining) }

    func entry(_ id: String) -> QueueState.Entry? { state.withLock { $0.entry(id) } }

    /// - Returns: the entry, if the execution is the organization's.
    func entry(_ id: String, of organization: String) -> QueueState.Entry? {
        let entry = entry(id)
        return entry?.execution.owner == .organization(organization) ? entry : nil
    }

    /// The execution has left, and this is how.
    func leave(_ entry: QueueState.Entry, with result: Result<Execution, any Error>) {
        let idleWaiters = state.withLock { $0.remove(entry.id) }
        entry.events.finish(result)
        for waiter in idleWaiters { waiter.resume() }
    }

    /// Gives back the place and what the policies in memory counted; a second time, nothing.
    func withdraw(_ entry: QueueState.Entry) {
        let idleWaiters = state.withLock { $0.withdraw(entry.id) }
        entry.events.finish(.failure(CancellationError()))
        for waiter in idleWaiters { waiter.resume() }
    }

    /// Returns when no execution is left.
    func waitUntilIdle() async {
        await withCheckedContinuation { waiter in
            let mustWait = state.withLock { $0.waitUntilIdle(waiter) }
            if !mustWait { waiter.resume() }
        }
    }
}
