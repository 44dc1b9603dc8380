/// The number of sessions that may be open for work at once.
///
/// A lease of a slot permits one open sandbox, for one execution or for longer. A few slots beyond
/// the number are a reserve for groups of callers with none running, so that nobody waits for the
/// long executions of others. ``AdmissionCapacity`` bounds the number that may wait for a slot.
struct SlotPool: Sendable {
    let count: Int
    private let reserve: Int
    private(set) var leased = 0

    /// - Parameters:
    ///   - count: at least 1.
    ///   - reserve: the slots beyond it.
    init(count: Int, reserve: Int = 0) {
        self.count = max(1, count)
        self.reserve = reserve
    }

    /// Returns whether there is a slot for a group that has `running` already.
    func hasFree(forGroupWith running: Int) -> Bool {
        leased < count || (running == 0 && leased < count + reserve)
    }

    /// Leases a slot; the caller has checked that one is free.
    mutating func lease() { leased += 1 }

    mutating func release() { leased -= 1 }
}
