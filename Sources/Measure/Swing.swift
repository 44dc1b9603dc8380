/// How far a series strays from its own median: what "flat" means here.
public struct Swing: Sendable, Hashable {
    public let median: Double
    /// The farthest value above and below the median, as fractions of it; never negative.
    public let above: Double
    public let below: Double

    /// - Returns: `nil` where there are fewer than two values, or their median is not above 0.
    public init?(_ values: [Double]) {
        let sample = Sample(values)
        guard values.count >= 2, sample.median > 0 else { return nil }
        median = sample.median
        above = sample.quantile(1) / median - 1
        below = 1 - sample.minimum / median
    }

    /// The larger of the two.
    public var widest: Double { max(above, below) }

    public func isWithin(_ tolerance: Double) -> Bool { widest <= tolerance }
}
