import Foundation

/// The due times of the requests of an open loop, in seconds from its start: a Poisson process, as
/// independent callers produce.
struct Arrivals: Sendable {
    let times: [Double]

    /// - Parameters:
    ///   - perSecond: the rate; at 0 or below, there are no arrivals.
    ///   - seconds: the length of the loop.
    ///   - seed: the same seed makes the same arrivals.
    init(perSecond: Double, seconds: Double, seed: UInt64) {
        var generator = SplitMix(state: seed)
        var times: [Double] = []
        var time = 0.0
        while perSecond > 0 {
            // Gaps are exponential; 1 − u is never 0.
            time -= log(1 - generator.nextFraction()) / perSecond
            guard time < seconds else { break }
            times.append(time)
        }
        self.times = times
    }
}
