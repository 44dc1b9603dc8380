import Dispatch
import Synchronization

/// The threads on which passwords are hashed and looked up in the dictionary.
///
/// Both take long, and scrypt takes 32 MiB. So they block no thread that answers requests, few run
/// at once, and few wait: ``PasswordLine`` says whose turn it is, and refuses the others.
final class PasswordPool: Sendable {
    typealias Job = @Sendable () -> Void

    private struct State {
        var line = PasswordLine<Job>()
        var idle: [DispatchQueue]
    }

    private let state: Mutex<State>

    /// - Parameter threads: the most jobs that run at once.
    init(threads: Int) {
        let queues = (0..<threads).map { number in
            DispatchQueue(label: "quicksand.passwords.\(number)", qos: .utility)
        }
        state = Mutex(State(idle: queues))
    }

    /// - Throws: ``PasswordsBusy``, or what `work` throws.
    func run<Value: Sendable>(
        for caller: PasswordCaller,
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let hasRoom = enter(for: caller) {
                continuation.resume(with: Result(catching: work))
            }
            if !hasRoom { continuation.resume(throwing: PasswordsBusy()) }
        }
    }

    /// - Returns: whether the job runs or waits.
    private func enter(for caller: PasswordCaller, _ job: @escaping Job) -> Bool {
        state.withLock { state in
            guard state.line.enter(job, of: caller) else { return false }
            guard let queue = state.idle.popLast() else { return true }
            // A job that can run at once takes no place of those who wait.
            let first = state.line.next()
            queue.async {
                first?()
                while let job = self.next(on: queue) { job() }
            }
            return true
        }
    }

    private func next(on queue: DispatchQueue) -> Job? {
        state.withLock { state in
            let job = state.line.next()
            if job == nil { state.idle.append(queue) }
            return job
        }
    }
}

/// The error for too many waiting passwords.
public struct PasswordsBusy: Error, Sendable, Hashable {
    public init() {}
}
