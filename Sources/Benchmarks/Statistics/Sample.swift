/// Measured values of one kind, one for each round; times are in milliseconds.
///
/// Quantiles are interpolated between the two nearest values (Hyndman and Fan's type 7). Those of
/// no values are 0.
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

    /// - Parameter fraction: from 0, the least value, to 1, the greatest.
    /// - Returns: the value that this fraction of the values does not exceed.
    func quantile(_ fraction: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        let position = min(max(fraction, 0), 1) * Double(sorted.count - 1)
        let below = Int(position)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (position - Double(below))
    }

    /// The quantile where there are values enough to quote it: at least one has to be expected
    /// beyond it, so a p90 takes ten of them and a p99 a hundred.
    func quotable(_ fraction: Double) -> Double? {
        let beyond = Double(values.count) * min(fraction, 1 - fraction)
        // 100 × (1 − 0.99) is a hair below 1.
        let isEnough = fraction <= 0 || fraction >= 1 || beyond > 1 - 1e-9
        return values.count >= Self.quotableMin && isEnough ? quantile(fraction) : nil
    }
}
