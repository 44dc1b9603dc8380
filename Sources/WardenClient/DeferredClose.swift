import WardenProtocol

/// The delayed close of idle jails.
///
/// The end of a jail, and the making of its replacement, take a processor for about a millisecond:
/// at that moment, that processor also makes and writes the answer. So a jail whose stage has just
/// got its verdict is closed after that. The watching thread is awake for the verdict and checks
/// again by itself, so nobody has to wake it.
struct DeferredClose {
    /// The delay: about the time to write an answer.
    static let nanoseconds: UInt64 = 1_000_000
    /// The highest number of delayed jails: further jails are closed at once, so that they never
    /// add up.
    static let jailsMax = 2

    private var jails: [JailNumber] = []
    private var end: UInt64?

    /// Starts the delay after a verdict.
    ///
    /// A delay that already runs is not extended.
    mutating func begin(now: UInt64) { end = end ?? now + Self.nanoseconds }

    /// - Returns: whether the close is delayed; else the caller closes the jail at once.
    mutating func take(_ jail: JailNumber, now: UInt64) -> Bool {
        guard let end, now < end, jails.count < Self.jailsMax else { return false }
        jails.append(jail)
        return true
    }

    /// - Returns: the jails to close now.
    mutating func finish(now: UInt64) -> [JailNumber] {
        guard let end, now >= end else { return [] }
        self.end = nil
        defer { jails = [] }
        return jails
    }

    /// Returns the timeout of the watching thread's wait; -1 is for ever.
    func waitMilliseconds(now: UInt64) -> Int32 {
        guard let end else { return -1 }
        return end > now ? Int32((end - now + 999_999) / 1_000_000) : 0
    }
}
