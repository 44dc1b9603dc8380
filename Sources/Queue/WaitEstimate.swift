/// The estimated wait for a caller who found the queue full, from the lengths of recent executions.
struct WaitEstimate: Sendable {
    /// The exponentially weighted mean of the lengths; 1 second until there is a measurement.
    private(set) var averageSeconds = 1.0
    private var isMeasured = false

    /// The weight of the newest execution in the mean.
    private static let weight = 0.2

    mutating func record(seconds: Double) {
        let seconds = max(0, seconds)
        averageSeconds += (isMeasured ? Self.weight : 1) * (seconds - averageSeconds)
        isMeasured = true
    }

    /// Returns the time in which the slots work off the waiting executions: 1 to 60 seconds.
    func retryAfterSeconds(waiting: Int, slots: Int) -> Int {
        let seconds = averageSeconds * Double(waiting + 1) / Double(max(1, slots))
        return Int(min(60, max(1, seconds.rounded(.up))))
    }
}
