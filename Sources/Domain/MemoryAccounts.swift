/// The bytes that requests hold, for all callers, for all strangers, and for each caller.
///
/// The type is pure. An organization has at most a quarter of all bytes, an address a sixteenth,
/// and all addresses together a quarter, so no caller and no crowd of strangers can take what the
/// others need. A caller who holds nothing may take more than its share at once, because a plan may
/// allow a body that is larger than a share.
struct MemoryAccounts: Sendable {
    let bytesMax: Int
    private(set) var all = 0
    private var strangers = 0
    private var held: [Owner: Int] = [:]

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    /// Whether the owner, all strangers or all callers hold what they may.
    func isFull(_ owner: Owner) -> Bool { !fits(1, owner) }

    /// Takes bytes, if there is room for them.
    mutating func take(_ bytes: Int, _ owner: Owner) -> Bool {
        guard fits(bytes, owner) else { return false }
        force(bytes, owner)
        return true
    }

    /// Takes bytes that are in memory already, even above the bounds.
    mutating func force(_ bytes: Int, _ owner: Owner) {
        guard bytes > 0 else { return }
        all += bytes
        held[owner, default: 0] += bytes
        if owner.isStranger { strangers += bytes }
    }

    mutating func giveBack(_ bytes: Int, _ owner: Owner) {
        guard let before = held[owner] else { return }
        held[owner] = before > bytes ? before - bytes : nil
        all -= bytes
        if owner.isStranger { strangers -= bytes }
    }

    private func fits(_ bytes: Int, _ owner: Owner) -> Bool {
        guard isWithin(bytesMax, all, bytes) else { return false }
        guard owner.isStranger else {
            return isWithin(bytesMax / 4, held[owner, default: 0], bytes)
        }
        return isWithin(bytesMax / 4, strangers, bytes)
            && isWithin(bytesMax / 16, held[owner, default: 0], bytes)
    }

    /// Who holds nothing may take any number of bytes.
    private func isWithin(_ bound: Int, _ held: Int, _ bytes: Int) -> Bool {
        held == 0 || held + bytes <= bound
    }
}
