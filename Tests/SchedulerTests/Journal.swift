import Domain
import Foundation
import Synchronization

/// What happened, in order, and a way to wait until it has.
final class Journal: Sendable {
    enum Event: Sendable, Hashable {
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

    var events: [Event] { state.withLock(\.events) }

    func record(_ event: Event) {
        let met = state.withLock { state in
            state.events.append(event)
            let events = state.events
            let met = state.waiters.filter { $0.isMet(events) }.map(\.waiter)
            state.waiters.removeAll { $0.isMet(events) }
            return met
        }
        for waiter in met { waiter.resume() }
    }

    func count(of event: Event) -> Int { events.filter { $0 == event }.count }

    /// Returns once `event` has happened, so often.
    func wait(for event: Event, times: Int = 1) async {
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

/// Doors that stay shut until they are opened by name.
///
/// Waiting at one ends with the task's cancellation.
final class Gates: Sendable {
    private struct State: Sendable {
        var open: Set<String> = []
        var waiters: [Int: (name: String, waiter: CheckedContinuation<Void, any Error>)] = [:]
        var nextTicket = 0
    }

    private let state = Mutex(State())

    func isOpen(_ name: String) -> Bool { state.withLock { $0.open.contains(name) } }

    func open(_ name: String) {
        let waiters = state.withLock { state in
            state.open.insert(name)
            let met = state.waiters.filter { $0.value.name == name }
            for ticket in met.keys { state.waiters[ticket] = nil }
            return met.values.map(\.waiter)
        }
        for waiter in waiters { waiter.resume() }
    }

    func pass(_ name: String) async throws {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in add(waiter, ticket, name) }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: ticket)?.waiter }
            waiter?.resume(throwing: CancellationError())
        }
    }

    private func add(
        _ waiter: CheckedContinuation<Void, any Error>,
        _ ticket: Int,
        _ name: String
    ) {
        let result: Result<Void, any Error>? = state.withLock { state in
            if Task.isCancelled { return .failure(CancellationError()) }
            if state.open.contains(name) { return .success(()) }
            state.waiters[ticket] = (name, waiter)
            return nil
        }
        if let result { waiter.resume(with: result) }
    }
}

/// A clock that moves when it is told to.
final class ManualClock: Sendable {
    private let now = Mutex(Date(timeIntervalSince1970: 1_000_000_000))

    var wallClock: WallClock { WallClock { self.now.withLock { $0 } } }
    var date: Date { now.withLock { $0 } }

    func advance(seconds: Double) { now.withLock { $0.addTimeInterval(seconds) } }
}
