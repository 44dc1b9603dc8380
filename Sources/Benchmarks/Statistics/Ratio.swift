/// A ratio and its confidence interval: the range of 95 of 100 resamplings of the rounds.
///
/// This is the percentile bootstrap (Efron, 1979). Each draw takes a whole round with both sides,
/// since a slow phase of the machine slows both. The seed is fixed: the same measurements have the
/// same interval.
struct Ratio: Sendable, Hashable {
    let value: Double
    let low: Double
    let high: Double

    private static let resamplings = 1_000
    private static let seed: UInt64 = 0x5eed
    private static let tail = 0.025

    /// Makes the ratio of the medians, over the rounds that both series have.
    /// - Returns: `nil` if the common rounds are too few to quote a median.
    init?(_ series: Series, to base: Series) {
        let pairs = series.paired(with: base)
        self.init(of: pairs) { pairs in
            Self.quotient(Sample(pairs.map(\.own)).median, Sample(pairs.map(\.other)).median)
        }
    }

    /// Makes the ratio of a series' quantile to its median.
    /// - Returns: `nil` if there are too few rounds for that quantile.
    init?(quantile fraction: Double, toMedianOf series: Series) {
        guard series.sample.quotable(fraction) != nil else { return nil }
        self.init(of: series.sample.values) { values in
            let sample = Sample(values)
            return Self.quotient(sample.quantile(fraction), sample.median)
        }
    }

    private init?<Round>(of rounds: [Round], _ statistic: ([Round]) -> Double?) {
        guard rounds.count >= Sample.quotableMin, let value = statistic(rounds) else { return nil }
        var generator = SplitMix(state: Self.seed)
        let drawn = Sample(
            (0..<Self.resamplings).compactMap { _ in
                statistic(
                    rounds.indices.map { _ in
                        rounds[Int.random(in: rounds.indices, using: &generator)]
                    }
                )
            }
        )
        self.value = value
        low = drawn.quantile(Self.tail)
        high = drawn.quantile(1 - Self.tail)
    }

    private static func quotient(_ above: Double, _ below: Double) -> Double? {
        below > 0 ? above / below : nil
    }
}
