import WardenProtocol

/// When the jails are closed that nothing runs in any more.
///
/// The end of a jail, and the making of the one that comes in its place, take a processor for about
/// a millisecond: the one in which the answer is being made and written. So a jail whose stage has
/// just been judged is closed after that. The watching thread is awake for the verdict and looks
/// again by itself, so nobody has to be woken for it.
struct DeferredClose {
    /// About as long as it takes to write an answer.
    static let nanoseconds: UInt64 = 1_000_000
    /// More are closed at once, so that they never add up.
    static let jailsMax = 2

    private var jails: [JailNumber] = []
    private var end: UInt64?

    /// A stage has been judged.
    ///
    /// What rests already does not rest longer for it.
    mutating func begin(now: UInt64) { end = end ?? now + Self.nanoseconds }

    /// - Returns: whether the jail is closed when its time comes; else it is to be closed now.
    mutating func take(_ jail: JailNumber, now: UInt64) -> Bool {
        guard let end, now < end, jails.count < Self.jailsMax else { return false }
        jails.append(jail)
        return true
    }

    /// - Returns: what is to be closed now.
    mutating func finish(now: UInt64) -> [JailNumber] {
        guard let end, now >= end else { return [] }
        self.end = nil
        defer { jails = [] }
        return jails
    }

    /// For how long the watching thread may wait for something else; -1 is for ever.
    func waitMilliseconds(now: UInt64) -> Int32 {
        guard let end else { return -1 }
        return end > now ? Int32((end - now + 999_999) / 1_000_000) : 0
    }
}
