import Synchronization

/// A gate that is opened once; tasks wait at it until then.
final class Gate: Sendable {
    /// The waiters; `nil` once the gate is open.
    private let waiting = Mutex<[AsyncStream<Void>.Continuation]?>([])

    func open() {
        let waited = waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
        for one in waited ?? [] { one.finish() }
    }

    var isOpen: Bool { waiting.withLock { $0 == nil } }

    /// - Returns: whether the gate is open: `false` if the task was cancelled before.
    func wait() async -> Bool {
        let (opening, continuation) = AsyncStream<Void>.makeStream()
        waiting.withLock { waiting in
            if waiting == nil { continuation.finish() }
            waiting?.append(continuation)
        }
        for await _ in opening {}
        return isOpen
    }
}
