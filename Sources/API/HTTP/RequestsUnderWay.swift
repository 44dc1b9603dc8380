import Domain
import Synchronization

/// The requests in progress whose callers wait, by the key of each request.
///
/// Revoking a key cancels its requests, so that a thief's work is not finished. Executions and
/// tasks that were accepted for later belong to the organization, and stay.
final class RequestsUnderWay: Sendable {
    private struct State {
        var endings: [String: [Int: @Sendable () -> Void]] = [:]
        var nextTicket = 0
    }

    private let state = Mutex(State())

    /// Runs `body`, and calls `end` if the caller's key is revoked meanwhile.
    func entering<Value>(
        as caller: Caller?,
        onRevocation end: @escaping @Sendable () -> Void,
        _ body: () async throws -> Value
    ) async throws -> Value {
        guard let key = caller?.credential.keyID else { return try await body() }
        let ticket = state.withLock { state in
            state.nextTicket += 1
            state.endings[key, default: [:]][state.nextTicket] = end
            return state.nextTicket
        }
        defer {
            state.withLock { state in
                state.endings[key]?[ticket] = nil
                if state.endings[key]?.isEmpty == true { state.endings[key] = nil }
            }
        }
        return try await body()
    }

    func end(key: String) {
        let endings = state.withLock { $0.endings.removeValue(forKey: key) ?? [:] }
        for end in endings.values { end() }
    }
}
