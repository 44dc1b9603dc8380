import Foundation

/// The timeout of every wait.
///
/// It is longer than any wait on a busy machine: only a hang reaches it. No test depends on
/// durations.
enum Patience {
    static let seconds = 300
}

/// A state that one thread changes and another thread waits for, within a bound.
///
/// `@unchecked`: every access to `state` holds `condition`.
final class Monitor<State: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private var state: State

    init(_ state: State) { self.state = state }

    var value: State {
        condition.lock()
        defer { condition.unlock() }
        return state
    }

    func change(_ body: (inout State) -> Void) {
        condition.lock()
        body(&state)
        condition.broadcast()
        condition.unlock()
    }

    /// - Returns: the state once `isReached` holds, or `nil` if it does not within the bound.
    func wait(
        seconds: Int = Patience.seconds,
        until isReached: @escaping @Sendable (State) -> Bool
    ) async -> State? {
        await onThread { [self] in
            let deadline = Date(timeIntervalSinceNow: TimeInterval(seconds))
            condition.lock()
            defer { condition.unlock() }
            while !isReached(state) {
                guard condition.wait(until: deadline) else { return isReached(state) ? state : nil }
            }
            return state
        }
    }
}

/// Runs blocking code on its own thread, so that it blocks no thread of Swift's pool.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: body()) }
    }
}

/// Polls until there is a value.
///
/// - Throws: ``Unreached`` if there is no value within the bound.
func eventually<Value>(
    _ what: String,
    _ probe: () async throws -> Value?
) async throws -> Value {
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(Patience.seconds)
    repeat {
        if let value = try await probe() { return value }
        // The awaited process needs the processor more.
        try await Task.sleep(for: .milliseconds(2))
    } while clock.now < deadline
    throw Unreached(what: what)
}

func eventually(_ what: String, _ probe: () async throws -> Bool) async throws {
    try await eventually(what) { try await probe() ? () : nil }
}

struct Unreached: Error {
    let what: String
}
