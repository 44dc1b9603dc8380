import Domain
import Synchronization

/// The end of one execution, awaited by any number of tasks and settled once.
final class Ending: Sendable {
    private typealias Waiter = CheckedContinuation<Execution, any Error>

    private struct State: Sendable {
        var result: Result<Execution, any Error>?
        var waiters: [Int: Waiter] = [:]
        var nextTicket = 0
    }

    private let state = Mutex(State())

    /// Tells everyone who waits, and whoever asks later.
    func settle(_ result: Result<Execution, any Error>) {
        let waiters = state.withLock { state in
            state.result = result
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume(with: result) }
    }

    /// Waits for the end, even if the waiting task is cancelled.
    func value() async throws -> Execution {
        let ticket = takeTicket()
        return try await withCheckedThrowingContinuation { waiter in
            add(waiter, as: ticket, heedsCancellation: false)
        }
    }

    /// Waits for the end.
    /// - Throws: `CancellationError` as soon as the waiting task is cancelled.
    func valueUnlessCancelled() async throws -> Execution {
        let ticket = takeTicket()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                add(waiter, as: ticket, heedsCancellation: true)
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: ticket) }
            waiter?.resume(throwing: CancellationError())
        }
    }

    private func takeTicket() -> Int {
        state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
    }

    private func add(_ waiter: Waiter, as ticket: Int, heedsCancellation: Bool) {
        let known: Result<Execution, any Error>? = state.withLock { state in
            if let result = state.result { return result }
            // Asked under the lock: a task is marked as cancelled before its handler looks for the
            // waiter here, so either this sees the mark or the handler finds the waiter.
            if heedsCancellation && Task.isCancelled { return .failure(CancellationError()) }
            state.waiters[ticket] = waiter
            return nil
        }
        if let known { waiter.resume(with: known) }
    }
}
