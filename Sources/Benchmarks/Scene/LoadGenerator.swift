import Foundation
import Synchronization

/// Worker threads that do the same work side by side; each knows its number.
enum LoadGenerator {
    /// Runs a closed loop: each worker starts the next work as soon as the last has ended, until
    /// the time is over.
    ///
    /// Work in progress at the end is finished and counted, and so is the time that it takes.
    /// - Returns: the work done per second by all workers together.
    /// - Throws: the error of the first worker that failed.
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

    /// Runs an open loop: work starts when it is due, independently of earlier work.
    ///
    /// Times run from the due time, also if every worker was busy then: the wait for a worker is
    /// part of the latency (no "coordinated omission").
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

    /// - Throws: the error of the first worker that failed, after all workers have ended.
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
