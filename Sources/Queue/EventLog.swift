import Domain
import Synchronization

/// The events of one execution for any number of readers, and its end for any number of waiters.
///
/// A reader holds only a position in the log. A slow reader delays nobody, and gets a gap event for
/// events that the log has dropped.
final class EventLog: Sendable {
    private struct State: Sendable {
        var log: EventLogState
        var end: Result<Execution, any Error>?
        /// Waiters by the event that they wait for: an event resumes its own waiters only.
        var waiters: [Awaited: [Int: CheckedContinuation<Void, Never>]] = [:]
        var lastTicket = 0

        func has(_ awaited: Awaited) -> Bool {
            if end != nil { return true }
            switch awaited {
            case .event(let number): return number < log.nextNumber
            case .end: return false
            }
        }

        /// Appends an event.
        /// - Returns: the readers that wait for the event.
        mutating func append(
            _ kind: ExecutionEvent.Kind
        ) -> [CheckedContinuation<Void, Never>] {
            let number = log.nextNumber
            log.append(kind)
            return waiters.removeValue(forKey: .event(number: number)).map { Array($0.values) }
                ?? []
        }

        /// Removes all waiters, at the end of the execution.
        mutating func takeAll() -> [CheckedContinuation<Void, Never>] {
            defer { waiters = [:] }
            return waiters.values.flatMap(\.values)
        }
    }

    private enum Awaited: Hashable, Sendable {
        case event(number: Int)
        case end
    }

    private let state: Mutex<State>

    /// The most output bytes that the log keeps for later readers.
    static let bytesMax = 256 << 10

    init(bytesMax: Int = bytesMax) {
        state = Mutex(State(log: EventLogState(bytesMax: bytesMax)))
    }

    /// Appends an event; does nothing after the end.
    func append(_ kind: ExecutionEvent.Kind) {
        let readers = state.withLock { state in
            state.end == nil ? state.append(kind) : []
        }
        for reader in readers { reader.resume() }
    }

    /// Records the end of the execution, or the error because of which it will not end here.
    func finish(_ result: Result<Execution, any Error>) {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard state.end == nil else { return [] }
            if case .success(let execution) = result { state.log.append(.result(execution)) }
            state.end = result
            return state.takeAll()
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits for the end, even after the waiting task is cancelled.
    func result() async throws -> Execution {
        await wait(for: .end, heedsCancellation: false)
        return try known()
    }

    /// Waits for the end.
    /// - Throws: `CancellationError` as soon as the waiting task is cancelled.
    func resultUnlessCancelled() async throws -> Execution {
        await wait(for: .end, heedsCancellation: true)
        return try known()
    }

    private func known() throws -> Execution {
        guard let end = state.withLock(\.end) else { throw CancellationError() }
        return try end.get()
    }

    /// Returns the events from `number` on, as they happen, up to the result.
    ///
    /// The sequence throws where the result will not be known here.
    func events(from number: Int) -> ExecutionEvents {
        ExecutionEvents(log: self, first: max(1, number))
    }

    /// - Returns: the event or the gap at this number; `nil` after the end.
    fileprivate func next(from number: Int) async throws -> ExecutionEvent? {
        while true {
            let (event, end) = state.withLock { ($0.log.event(from: number), $0.end) }
            if let event { return event }
            if let end {
                _ = try end.get()
                return nil
            }
            await wait(for: .event(number: number), heedsCancellation: true)
            try Task.checkCancellation()
        }
    }

    private func wait(for awaited: Awaited, heedsCancellation: Bool) async {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    // The check is under the lock. A task is marked as cancelled before its handler
                    // looks for the waiter, so either this check sees the mark or the handler finds
                    // the waiter.
                    if state.has(awaited) || heedsCancellation && Task.isCancelled { return false }
                    state.waiters[awaited, default: [:]][ticket] = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            guard heedsCancellation else { return }
            let waiter = state.withLock { $0.waiters[awaited]?.removeValue(forKey: ticket) }
            waiter?.resume()
        }
    }
}

/// The events of an execution from a given number on.
struct ExecutionEvents: AsyncSequence, Sendable {
    fileprivate let log: EventLog
    fileprivate let first: Int

    func makeAsyncIterator() -> Iterator { Iterator(log: log, number: first) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let log: EventLog
        fileprivate var number: Int

        mutating func next() async throws -> ExecutionEvent? {
            let event = try await log.next(from: number)
            if let event { number = event.lastNumber + 1 }
            return event
        }
    }
}
