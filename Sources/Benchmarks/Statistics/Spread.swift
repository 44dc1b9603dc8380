/// How far a series strays from its own median: what "flat" means here.
struct Spread: Sendable, Hashable {
    let median: Double
    /// The farthest value above and below the median, as fractions of it; never negative.
    let above: Double
    let below: Double

    /// - Returns: `nil` where there are fewer than two values, or their median is not above 0.
    init?(_ values: [Double]) {
        let sample = Sample(values)
        guard values.count >= 2, sample.median > 0 else { return nil }
        median = sample.median
        above = sample.quantile(1) / median - 1
        below = 1 - sample.minimum / median
    }

    /// The larger of the two.
    var widest: Double { max(above, below) }

    func isWithin(_ tolerance: Double) -> Bool { widest <= tolerance }
}
