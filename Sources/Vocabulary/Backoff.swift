/// The pauses between attempts at what keeps failing: each twice the one before, up to a bound.
public struct Backoff: Sendable {
    public let firstMilliseconds: UInt64
    public let mostMilliseconds: UInt64

    public init(firstMilliseconds: UInt64, mostMilliseconds: UInt64) {
        self.firstMilliseconds = firstMilliseconds
        self.mostMilliseconds = mostMilliseconds
    }

    /// - Parameter failures: in a row; before the first there is no pause.
    /// - Returns: milliseconds.
    public func pause(after failures: Int) -> UInt64 {
        guard failures > 0 else { return 0 }
        // From 64 doublings on nothing would be left of the number.
        let doublings = min(failures - 1, firstMilliseconds.leadingZeroBitCount)
        let (doubled, isTooMuch) = firstMilliseconds.multipliedReportingOverflow(
            by: 1 << UInt64(doublings)
        )
        return isTooMuch ? mostMilliseconds : min(doubled, mostMilliseconds)
    }
}
