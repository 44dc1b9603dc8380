import Foundation

/// The pause between two attempts of a task.
enum Backoff {
    static let firstSeconds = 1.0
    /// Of the pause without its jitter.
    static let secondsMax = 600.0
    /// Up to so much of the pause is added or taken away: what failed together should not come
    /// back together.
    static let jitterMax = 0.2

    /// - Parameters:
    ///   - attempt: which has failed, counted from 1.
    ///   - random: 0 to 1.
    static func seconds(after attempt: Int, random: Double) -> Double {
        let doubled = firstSeconds * pow(2, Double(max(attempt, 1) - 1))
        return min(doubled, secondsMax) * (1 + jitterMax * (2 * min(max(random, 0), 1) - 1))
    }
}
