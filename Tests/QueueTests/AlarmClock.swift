import Domain
import Foundation
import Synchronization

/// A clock that moves only when a test says so, and then wakes the sleepers whose time has come.
final class AlarmClock: Sendable {
    private typealias Sleeper = (end: Date, waiter: CheckedContinuation<Void, any Error>)

    private struct State: Sendable {
        var now = Date(timeIntervalSince1970: 1_000_000_000)
        var sleepers: [Int: Sleeper] = [:]
        var nextTicket = 0
    }

    private let state = Mutex(State())

    var wallClock: WallClock { WallClock { self.date } }
    var date: Date { state.withLock(\.now) }

    func advance(seconds: Double) {
        let woken = state.withLock { state in
            state.now.addTimeInterval(seconds)
            let now = state.now
            let due = state.sleepers.filter { $0.value.end <= now }
            for ticket in due.keys { state.sleepers[ticket] = nil }
            return due.values.map(\.waiter)
        }
        for waiter in woken { waiter.resume() }
    }

    func sleep(until end: Date) async throws {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in add(waiter, ticket, end) }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: ticket) }
            sleeper?.waiter.resume(throwing: CancellationError())
        }
    }

    private func add(
        _ waiter: CheckedContinuation<Void, any Error>,
        _ ticket: Int,
        _ end: Date
    ) {
        let result: Result<Void, any Error>? = state.withLock { state in
            if Task.isCancelled { return .failure(CancellationError()) }
            if end <= state.now { return .success(()) }
            state.sleepers[ticket] = (end, waiter)
            return nil
        }
        if let result { waiter.resume(with: result) }
    }
}

extension Date {
    static func + (date: Date, duration: Duration) -> Date {
        date.addingTimeInterval(duration / .seconds(1))
    }
}
