import Synchronization

/// The disconnect signal of one connection: whether the client has hung up, and the action for that
/// case.
///
/// At most one route at a time waits on a connection.
final class ClientDisconnect: Sendable {
    private enum State {
        case open(action: (@Sendable () -> Void)?)
        case happened
    }

    private let state: Mutex<State>

    init() { state = Mutex(.open(action: nil)) }

    private init(_ state: State) { self.state = Mutex(state) }

    /// Returns the signal of a connection that is already closed.
    static func happened() -> ClientDisconnect { ClientDisconnect(.happened) }

    /// Calls `action` when the client hangs up, or at once if it has done so already.
    func notify(_ action: @escaping @Sendable () -> Void) {
        let hasHappened = state.withLock { state in
            guard case .open = state else { return true }
            state = .open(action: action)
            return false
        }
        if hasHappened { action() }
    }

    func forget() {
        state.withLock { state in
            if case .open = state { state = .open(action: nil) }
        }
    }

    func happen() {
        let action = state.withLock { state -> (@Sendable () -> Void)? in
            guard case .open(let action) = state else { return nil }
            state = .happened
            return action
        }
        action?()
    }
}

extension APIContext {
    /// Runs `operation` in a task that is cancelled when the caller hangs up or its key is revoked.
    /// - Throws: ``APIError/unauthorized`` if the key was revoked.
    func untilDisconnect<Value: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        // The task starts on this thread and runs there until it suspends, so no other thread is
        // woken.
        let task = Task.immediate { try await operation() }
        disconnect?.notify { task.cancel() }
        defer { disconnect?.forget() }
        let isRevoked = Mutex(false)
        let end: @Sendable () -> Void = {
            isRevoked.withLock { $0 = true }
            task.cancel()
        }
        let result = try await underWay.entering(as: caller.known, onRevocation: end) {
            await withTaskCancellationHandler {
                await task.result
            } onCancel: {
                task.cancel()
            }
        }
        if isRevoked.withLock(\.self) { throw APIError.unauthorized }
        return try result.get()
    }
}
