/// The measured values of one kind, one for each round; times are in milliseconds.
///
/// Quantiles are interpolated between the two nearest values (Hyndman and Fan's type 7). Quantiles
/// of an empty sample are 0.
struct Sample: Sendable {
    let values: [Double]
    private let sorted: [Double]

    /// The fewest values for which a median is quoted.
    static let quotableMin = 5

    init(_ values: [Double]) {
        self.values = values
        sorted = values.sorted()
    }

    var median: Double { quantile(0.5) }
    var minimum: Double { quantile(0) }

    /// - Parameter fraction: from 0, the least value, to 1, the greatest value.
    /// - Returns: the value that this fraction of the values does not exceed.
    func quantile(_ fraction: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        let position = min(max(fraction, 0), 1) * Double(sorted.count - 1)
        let below = Int(position)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (position - Double(below))
    }

    /// Returns the quantile, or `nil` if there are too few values to quote it.
    ///
    /// At least one value must be expected beyond the quantile: a p90 takes ten values and a p99 a
    /// hundred.
    func quotable(_ fraction: Double) -> Double? {
        let beyond = Double(values.count) * min(fraction, 1 - fraction)
        // In floating point, 100 × (1 − 0.99) is slightly below 1.
        let isEnough = fraction <= 0 || fraction >= 1 || beyond > 1 - 1e-9
        return values.count >= Self.quotableMin && isEnough ? quantile(fraction) : nil
    }
}
