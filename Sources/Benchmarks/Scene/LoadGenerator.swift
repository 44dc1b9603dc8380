import Foundation
import Synchronization

/// Threads that do the same work side by side, each knowing its number.
enum LoadGenerator {
    /// A closed loop: each begins again as soon as it has ended, until the time is over.
    ///
    /// What was begun is finished and counted, and so is the time that it takes.
    /// - Returns: how many were done in a second, by all together.
    /// - Throws: what the first that failed has thrown.
    static func rate(
        of workers: Int,
        seconds: Double,
        _ work: @escaping @Sendable (Int) throws -> Void
    ) throws -> Double {
        let done = Mutex(0)
        let start = ContinuousClock.now
        let end = start + .seconds(seconds)
        try run(workers) { worker in
            var count = 0
            while ContinuousClock.now < end {
                try work(worker)
                count += 1
            }
            done.withLock { $0 += count }
        }
        return Double(done.withLock { $0 }) / start.duration(to: .now).inSeconds
    }

    struct OpenLoop {
        /// The latency of each arrival, from its due time to its completion.
        let milliseconds: [Double]
        let donePerSecond: Double
    }

    /// An open loop: work is begun when it is due, whatever became of the work before.
    ///
    /// Times run from the moment when it was due, also where every worker was busy then: waiting
    /// for us is part of the answer (no "coordinated omission").
    static func openLoop(
        of workers: Int,
        _ arrivals: Arrivals,
        _ work: @escaping @Sendable (Int) throws -> Void
    ) throws -> OpenLoop {
        let next = Mutex(0)
        let times = Mutex([Double]())
        let start = ContinuousClock.now
        try run(workers) { worker in
            while true {
                let index = next.withLock { next in
                    defer { next += 1 }
                    return next
                }
                guard index < arrivals.times.count else { return }
                let due = start + .seconds(arrivals.times[index])
                Pause.until(due)
                try work(worker)
                let time = due.duration(to: .now).inMilliseconds
                times.withLock { $0.append(time) }
            }
        }
        let milliseconds = times.withLock { $0 }
        return OpenLoop(
            milliseconds: milliseconds,
            donePerSecond: Double(milliseconds.count) / start.duration(to: .now).inSeconds
        )
    }

    /// - Throws: what the first that failed has thrown, when all have ended.
    private static func run(
        _ workers: Int,
        _ body: @escaping @Sendable (Int) throws -> Void
    ) throws {
        let failure = Mutex<(any Error)?>(nil)
        let all = DispatchGroup()
        for worker in 0..<workers {
            all.enter()
            Thread.detachNewThread {
                do {
                    try body(worker)
                } catch {
                    failure.withLock { if $0 == nil { $0 = error } }
                }
                all.leave()
            }
        }
        all.wait()
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
