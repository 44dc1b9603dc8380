public import Domain
import Synchronization

/// What happened, in order, and a way to wait until it has.
public final class Journal: Sendable {
    public enum Event: Sendable, Hashable {
        case opened(String)
        case ran(String, stage: Int)
        case closed(String)
        /// Written down as running.
        case begun(String, attempt: Int)
        case saved(String, Execution.Status, deliveries: Int)
        case saveFailed(String)
        case refunded(String)
        case deliveriesSaved
        case paused(Duration)
        case heard(String)
        /// A task was written down.
        case task(String, AgentTask.Status)
    }

    private struct State: Sendable {
        var events: [Event] = []
        var waiters:
            [(isMet: @Sendable ([Event]) -> Bool, waiter: CheckedContinuation<Void, Never>)] =
                []
    }

    private let state = Mutex(State())

    public init() {}

    public var events: [Event] { state.withLock(\.events) }

    public func record(_ event: Event) {
        let met = state.withLock { state in
            state.events.append(event)
            let events = state.events
            let met = state.waiters.filter { $0.isMet(events) }.map(\.waiter)
            state.waiters.removeAll { $0.isMet(events) }
            return met
        }
        for waiter in met { waiter.resume() }
    }

    public func count(of event: Event) -> Int { events.filter { $0 == event }.count }

    /// Returns once `event` has happened, so often.
    public func wait(for event: Event, times: Int = 1) async {
        let hasHappened: @Sendable ([Event]) -> Bool = { events in
            events.count { $0 == event } >= times
        }
        await withCheckedContinuation { waiter in
            let isMet = state.withLock { state in
                if hasHappened(state.events) { return true }
                state.waiters.append((hasHappened, waiter))
                return false
            }
            if isMet { waiter.resume() }
        }
    }
}
