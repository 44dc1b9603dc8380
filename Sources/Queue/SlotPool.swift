/// The number of sessions that may be open for work at once.
///
/// A lease of a slot permits one open sandbox, for one execution or for longer.
/// ``AdmissionCapacity`` bounds the number that may wait for a slot.
struct SlotPool: Sendable {
    let count: Int
    private(set) var leased = 0

    /// - Parameter count: at least 1.
    init(count: Int) { self.count = max(1, count) }

    var hasFree: Bool { leased < count }

    /// Leases a slot; the caller has checked that one is free.
    mutating func lease() { leased += 1 }

    mutating func release() { leased -= 1 }
}
