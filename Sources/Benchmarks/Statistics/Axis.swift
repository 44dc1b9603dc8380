import Foundation

/// One axis of a plot: its range, the places of values on it, and its tick labels.
struct Axis: Sendable {
    enum Kind: Sendable { case linear, logarithmic }

    let kind: Kind
    /// The axis's name with its unit: `latency (ms)`.
    let label: String
    let lower: Double
    let upper: Double
    /// The labelled values, ascending, both ends included.
    let ticks: [Double]

    private static let ticksAimed = 8.0

    /// Makes an axis that holds all of the values between two of its ticks.
    ///
    /// A linear axis starts at 0. A logarithmic axis leaves out values that are not above 0.
    init(_ kind: Kind, label: String, holding values: [Double]) {
        self.kind = kind
        self.label = label
        let finite = values.filter(\.isFinite)
        switch kind {
        case .linear: ticks = Self.linearTicks(upTo: max(finite.max() ?? 0, 0))
        case .logarithmic: ticks = Self.logarithmicTicks(finite.filter { $0 > 0 })
        }
        lower = ticks.first ?? 0
        upper = ticks.last ?? 1
    }

    /// - Returns: the place from 0 (the lower end) to 1 (the upper end); `nil` for a value outside
    ///   the axis.
    func place(of value: Double) -> Double? {
        guard value >= lower, value <= upper else { return nil }
        switch kind {
        case .linear: return (value - lower) / (upper - lower)
        case .logarithmic: return log(value / lower) / log(upper / lower)
        }
    }

    /// Returns 0 and the multiples of 1, 2 or 5 times a power of ten, up to the first multiple that
    /// is not below the greatest value.
    private static func linearTicks(upTo greatest: Double) -> [Double] {
        guard greatest > 0 else { return [0, 1] }
        let rough = greatest / ticksAimed
        let power = pow(10, floor(log10(rough)))
        let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? 10 * power
        let count = Int((greatest / step - 1e-9).rounded(.up))
        return (0...max(1, count)).map { Double($0) * step }
    }

    /// Returns 1, 2 and 5 times powers of ten, around all of the values.
    private static func logarithmicTicks(_ values: [Double]) -> [Double] {
        guard let least = values.min(), let greatest = values.max() else { return [1, 10] }
        let powers = Int(floor(log10(least)))...Int(floor(log10(greatest))) + 1
        let all = powers.flatMap { power in [1, 2, 5].map { $0 * pow(10, Double(power)) } }
        let slack = 1 + 1e-9
        let first = all.lastIndex { $0 <= least * slack } ?? 0
        let last = all.firstIndex { $0 * slack >= greatest } ?? all.count - 1
        return Array(all[first...max(last, first + 1)])
    }
}
