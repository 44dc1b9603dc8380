/// Measured times of one kind, in milliseconds, one for each round.
///
/// Quantiles are interpolated between the two nearest values (Hyndman and Fan's type 7). Those of
/// no values are 0.
struct Sample: Sendable {
    let values: [Double]
    private let sorted: [Double]

    init(_ values: [Double]) {
        self.values = values
        sorted = values.sorted()
    }

    var median: Double { quantile(0.5) }
    var minimum: Double { quantile(0) }

    /// - Parameter fraction: from 0, the least value, to 1, the greatest.
    /// - Returns: the value that this fraction of the values does not exceed.
    func quantile(_ fraction: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        let position = min(max(fraction, 0), 1) * Double(sorted.count - 1)
        let below = Int(position)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (position - Double(below))
    }

    /// This sample against another of the same rounds.
    ///
    /// The spread is that of the rounds' own ratios: what slowed the machine for a while slowed
    /// both sides of them.
    func compared(to base: Sample) -> Comparison {
        let ratios = Sample(zip(values, base.values).map { $1 > 0 ? $0 / $1 : 0 })
        return Comparison(
            difference: median - base.median,
            ratio: base.median > 0 ? median / base.median : 0,
            lowerQuartile: ratios.quantile(0.25),
            upperQuartile: ratios.quantile(0.75)
        )
    }
}

struct Comparison: Sendable {
    /// Of the medians, in milliseconds.
    let difference: Double
    /// Of the medians.
    let ratio: Double
    /// Of the rounds' ratios.
    let lowerQuartile: Double
    let upperQuartile: Double
}

extension Duration {
    var inMilliseconds: Double { self / .milliseconds(1) }
}
