import Domain
import Foundation
import Synchronization

/// The table of executions that the parts of the queue share.
///
/// The lock is held only for decisions and never over an `await`. The clock is read under the lock,
/// so that the decisions are in the order of time.
final class QueueTable: Sendable {
    private let clock: WallClock
    private let state: Mutex<QueueState>

    init(_ state: QueueState, clock: WallClock) {
        self.clock = clock
        self.state = Mutex(state)
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

    /// Removes an execution, and passes its result to the waiters.
    func leave(_ entry: QueueState.Entry, with result: Result<Execution, any Error>) {
        let idleWaiters = state.withLock { $0.remove(entry.id) }
        entry.events.finish(result)
        for waiter in idleWaiters { waiter.resume() }
    }

    /// Returns the place and undoes the counts of the policies in memory; a second call does
    /// nothing.
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
