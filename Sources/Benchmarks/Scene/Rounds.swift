import Foundation
import Glibc

/// One side of a comparison.
struct Contender {
    /// The names of what one round measures; usually one.
    let names: [String]
    /// The contender takes part in one round of this many.
    let every: Int
    /// Does the work once, and returns the measurement of each of its parts: milliseconds, or
    /// another compared quantity.
    let measure: () async throws -> [Double]

    init(_ name: String, every: Int = 1, _ measure: @escaping () async throws -> Double) {
        self.init([name], every: every) { [try await measure()] }
    }

    init(_ names: [String], every: Int = 1, _ measure: @escaping () async throws -> [Double]) {
        self.names = names
        self.every = every
        self.measure = measure
    }
}

/// A measurement in which contenders take turns, so that a slow phase of the machine slows all of
/// them.
///
/// Their order is shuffled in every round, by a fixed seed: no contender always follows the same
/// other one and its cache contents. With a period, each contender has its own slot in the period,
/// in a fixed order, so that each runs exactly once in a period, on an idle machine.
struct Rounds {
    let count: Int
    var periodMilliseconds: Int?
    /// The number of uncounted rounds at the start: caches, page tables and cgroup structures fill.
    var warmUps = warmUpsStandard

    static let warmUpsStandard = 5
    private static let seed: UInt64 = 20_261_127

    /// - Returns: a series for each name, in the order of the contenders.
    func measure(_ contenders: [Contender]) async throws -> [Series] {
        var series = contenders.map { $0.names.map { Series(name: $0) } }
        var generator = SplitMix(state: Self.seed)
        let progress = BenchProgress(of: count, "round")
        let start = ContinuousClock.now
        for round in -warmUps..<count {
            if round >= 0 { progress.show(round) }
            var order = contenders.indices.filter { isDue(contenders[$0], round) }
            if periodMilliseconds == nil { order.shuffle(using: &generator) }
            for index in order {
                waitForSlot(index, of: contenders.count, round, since: start)
                let times = try await contenders[index].measure()
                guard round >= 0 else { continue }
                for (part, time) in times.enumerated() {
                    series[index][part].append(time, round: round)
                }
            }
        }
        progress.show(count)
        return series.flatMap { $0 }
    }

    /// Returns whether the contender takes part; a slow contender has one round of the warm-up.
    private func isDue(_ contender: Contender, _ round: Int) -> Bool {
        round < 0 ? contender.every == 1 || round == -1 : round % contender.every == 0
    }

    private func waitForSlot(
        _ slot: Int,
        of slots: Int,
        _ round: Int,
        since start: ContinuousClock.Instant
    ) {
        guard let periodMilliseconds else { return }
        let period = Duration.milliseconds(periodMilliseconds)
        Pause.until(start + period * (round + warmUps) + period * slot / slots)
    }
}

/// A wait on this thread for a moment.
enum Pause {
    static func until(_ moment: ContinuousClock.Instant) {
        while true {
            let left = ContinuousClock.now.duration(to: moment)
            guard left > .zero else { return }
            let (seconds, attoseconds) = left.components
            var time = timespec(
                tv_sec: Int(seconds),
                tv_nsec: Int(attoseconds / 1_000_000_000)
            )
            // A signal ends the sleep early.
            nanosleep(&time, nil)
        }
    }
}

extension Duration {
    var inMilliseconds: Double { self / .milliseconds(1) }
    var inSeconds: Double { self / .seconds(1) }
}

/// The progress display on standard error, if that is a terminal.
struct BenchProgress {
    private let isShown = isatty(2) == 1
    private let count: Int
    private let what: String

    init(of count: Int, _ what: String) {
        self.count = count
        self.what = what
    }

    func show(_ done: Int) {
        guard isShown else { return }
        let text = done < count ? "\r\u{1B}[K\(what) \(done + 1) of \(count)" : "\r\u{1B}[K"
        FileHandle.standardError.write(Data(text.utf8))
    }
}
