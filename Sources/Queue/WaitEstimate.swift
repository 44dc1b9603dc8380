/// When a caller who found the queue full should come back, from how long recent executions took.
struct WaitEstimate: Sendable {
    /// An exponentially weighted mean; a second until something has been measured.
    private(set) var averageSeconds = 1.0
    private var isMeasured = false

    /// The weight of the newest execution.
    private static let weight = 0.2

    mutating func record(seconds: Double) {
        let seconds = max(0, seconds)
        averageSeconds += (isMeasured ? Self.weight : 1) * (seconds - averageSeconds)
        isMeasured = true
    }

    /// The time in which the slots work off what is waiting: 1 to 60 seconds.
    func retryAfterSeconds(waiting: Int, slots: Int) -> Int {
        let seconds = averageSeconds * Double(waiting + 1) / Double(max(1, slots))
        return Int(min(60, max(1, seconds.rounded(.up))))
    }
}
