/// The pauses between retries: each is twice the one before, up to a bound.
public struct Backoff: Sendable {
    public let firstMilliseconds: UInt64
    public let mostMilliseconds: UInt64

    public init(firstMilliseconds: UInt64, mostMilliseconds: UInt64) {
        self.firstMilliseconds = firstMilliseconds
        self.mostMilliseconds = mostMilliseconds
    }

    /// - Parameter failures: the number of consecutive failures; there is no pause before the
    ///   first.
    /// - Returns: the pause in milliseconds.
    public func pause(after failures: Int) -> UInt64 {
        guard failures > 0 else { return 0 }
        // 64 doublings or more would shift out all bits of the number.
        let doublings = min(failures - 1, firstMilliseconds.leadingZeroBitCount)
        let (doubled, isTooMuch) = firstMilliseconds.multipliedReportingOverflow(
            by: 1 << UInt64(doublings)
        )
        return isTooMuch ? mostMilliseconds : min(doubled, mostMilliseconds)
    }
}
