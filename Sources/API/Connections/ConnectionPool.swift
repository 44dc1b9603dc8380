/// The open connections, and the choice of the one that makes room for another.
///
/// The type is pure. Room is made by the oldest idle connection of the holder with the most, then
/// by a request that still arrives; a request that the server works on never makes room.
/// Connections that have shown a valid credential make room last. A holder with more connections
/// never displaces one with fewer.
struct ConnectionPool: Sendable {
    struct Bounds: Sendable, Hashable {
        /// The most connections in all.
        let all: Int
        /// The most connections of one holder.
        let perHolder: Int
    }

    /// What a connection does now.
    enum Phase: Sendable, Hashable {
        /// No request has begun.
        case idle
        /// A request's body still arrives.
        case arriving
        /// A request waits for its answer, or the answer is being sent.
        case working
    }

    enum Decision: Sendable, Hashable {
        /// The connection is in the pool; the one to close, if any, has left it.
        case admitted(closing: Int?)
        case refused(Excess)
    }

    /// The bound that a connection exceeds.
    enum Excess: Sendable, Hashable { case all, holder }

    private struct Member: Sendable {
        let holder: String?
        var phase = Phase.idle
        /// The turn of the last change of phase.
        var since: Int
        var isKnown = false
    }

    let bounds: Bounds
    private var members: [Int: Member] = [:]
    private var counts: [String: Int] = [:]
    private var turn = 0

    init(bounds: Bounds) { self.bounds = bounds }

    var count: Int { members.count }

    /// Adds a connection, where there is room or room can be made.
    /// - Parameter holder: the group of addresses that the connection counts for; `nil` if only the
    ///   bound of all concerns it.
    mutating func admit(_ id: Int, of holder: String?) -> Decision {
        let held = count(of: holder)
        var closing: Int?
        if holder != nil, held >= bounds.perHolder {
            closing = victim { $0.holder == holder && $0.phase == .idle }
            guard closing != nil else { return .refused(.holder) }
        } else if members.count >= bounds.all {
            closing = victim { member in
                let count = count(of: member.holder)
                return member.phase == .idle ? count >= held : count > held + 1
            }
            guard closing != nil else { return .refused(.all) }
        }
        if let closing { remove(closing) }
        turn += 1
        members[id] = Member(holder: holder, since: turn)
        if let holder { counts[holder, default: 0] += 1 }
        return .admitted(closing: closing)
    }

    mutating func remove(_ id: Int) {
        guard let member = members.removeValue(forKey: id), let holder = member.holder else {
            return
        }
        let count = count(of: holder)
        counts[holder] = count > 1 ? count - 1 : nil
    }

    mutating func enter(_ phase: Phase, _ id: Int) {
        turn += 1
        members[id]?.phase = phase
        members[id]?.since = turn
    }

    /// Records that the connection has shown a valid credential.
    mutating func recognize(_ id: Int) { members[id]?.isKnown = true }

    private func count(of holder: String?) -> Int { holder.map { counts[$0, default: 0] } ?? 0 }

    private func victim(where mayClose: (Member) -> Bool) -> Int? {
        members.filter { $0.value.phase != .working && mayClose($0.value) }
            .min { makesRoom($0.value, before: $1.value) }?.key
    }

    private func makesRoom(_ one: Member, before other: Member) -> Bool {
        if one.phase != other.phase { return one.phase == .idle }
        if one.isKnown != other.isKnown { return !one.isKnown }
        let (ones, others) = (count(of: one.holder), count(of: other.holder))
        return ones == others ? one.since < other.since : ones > others
    }
}
