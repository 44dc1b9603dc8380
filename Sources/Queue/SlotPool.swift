/// How many sessions may be open for work at once.
///
/// A slot leases a session: who has one may hold a sandbox open, for one execution or for longer.
/// How many may wait for a slot is decided by ``AdmissionCapacity``.
struct SlotPool: Sendable {
    let count: Int
    private(set) var leased = 0

    /// - Parameter count: at least 1.
    init(count: Int) { self.count = max(1, count) }

    var hasFree: Bool { leased < count }

    /// To be called where there is a free one.
    mutating func lease() { leased += 1 }

    mutating func release() { leased -= 1 }
}
