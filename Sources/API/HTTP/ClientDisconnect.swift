import NIOCore
import Synchronization

/// Whether a connection's other end has gone, and what is to be done then.
///
/// One route at a time waits on a connection.
final class ClientDisconnect: Sendable {
    private enum State {
        case open(action: (@Sendable () -> Void)?)
        case happened
    }

    private let state: Mutex<State>

    init() { state = Mutex(.open(action: nil)) }

    private init(_ state: State) { self.state = Mutex(state) }

    /// The state of a connection that closed before any handler asked.
    static func happened() -> ClientDisconnect { ClientDisconnect(.happened) }

    /// Has `action` called when the other end goes: at once where it has gone already.
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

/// The open connections' hang-ups, found without asking a connection's event loop.
final class ClientDisconnects: Sendable {
    private struct State {
        var open: [ObjectIdentifier: ClientDisconnect] = [:]
        /// Whether connections are watched at all: a test may have routes without a server.
        var isWatching = false
    }

    private let state = Mutex(State())

    func add(_ disconnect: ClientDisconnect, of channel: any Channel) {
        state.withLock { state in
            state.open[ObjectIdentifier(channel)] = disconnect
            state.isWatching = true
        }
    }

    func remove(of channel: any Channel) {
        state.withLock { $0.open[ObjectIdentifier(channel)] = nil }
    }

    /// - Returns: one that has happened, where the connection is gone already; `nil` where no
    ///    ``ConnectionHandler`` watches.
    func disconnect(of channel: any Channel) -> ClientDisconnect? {
        state.withLock { state in
            state.open[ObjectIdentifier(channel)] ?? (state.isWatching ? .happened() : nil)
        }
    }
}

extension APIContext {
    /// Runs `operation` in a task that is cancelled when the caller hangs up, or the key that it
    /// showed is revoked.
    /// - Throws: ``APIError/unauthorized`` where it was revoked.
    func untilDisconnect<Value: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        // On this thread until it has to wait: no other is woken to begin it.
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
