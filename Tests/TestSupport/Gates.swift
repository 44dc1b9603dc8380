import Synchronization

/// Doors that stay shut until they are opened by name.
///
/// Waiting at one ends with the task's cancellation.
public final class Gates: Sendable {
    private struct State: Sendable {
        var open: Set<String> = []
        var waiters: [Int: (name: String, waiter: CheckedContinuation<Void, any Error>)] = [:]
        var nextTicket = 0
    }

    private let state = Mutex(State())

    public init() {}

    public func isOpen(_ name: String) -> Bool { state.withLock { $0.open.contains(name) } }

    public func open(_ name: String) {
        let waiters = state.withLock { state in
            state.open.insert(name)
            let met = state.waiters.filter { $0.value.name == name }
            for ticket in met.keys { state.waiters[ticket] = nil }
            return met.values.map(\.waiter)
        }
        for waiter in waiters { waiter.resume() }
    }

    public func pass(_ name: String) async throws {
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
