/// The distance of a series from its own median: the measure of "flat" here.
struct Spread: Sendable, Hashable {
    let median: Double
    /// The distances of the greatest and the least value from the median, as fractions of the
    /// median; never negative.
    let above: Double
    let below: Double

    /// - Returns: `nil` if there are fewer than two values, or their median is not above 0.
    init?(_ values: [Double]) {
        let sample = Sample(values)
        guard values.count >= 2, sample.median > 0 else { return nil }
        median = sample.median
        above = sample.quantile(1) / median - 1
        below = 1 - sample.minimum / median
    }

    /// The larger of ``above`` and ``below``.
    var widest: Double { max(above, below) }

    func isWithin(_ tolerance: Double) -> Bool { widest <= tolerance }
}
