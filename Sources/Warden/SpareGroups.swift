internal import Kernel

/// The control groups that an idle warden makes in advance for future jails.
///
/// Each belongs to one jail and is removed with it, exactly like a group made on request: a spare
/// has never held a process. Making a group takes several calls, and no request waits for them
/// then.
struct SpareGroups: ~Copyable {
    /// The number of spares: sometimes two jails are opened at once, and a refill takes a fraction
    /// of a jail's time.
    static let countMax = 2

    private var groups: [JailCgroup] = []
    private var lastNumber: UInt64 = 0
    /// The memory limit of the last jail: the next jail mostly has the same.
    private var memoryBytes: UInt64?
    private var hasFailed = false

    /// Whether an idle moment is useful for another spare.
    var isWanting: Bool { groups.count < Self.countMax && !hasFailed }

    mutating func take(from layout: borrowing CgroupLayout) throws(KernelError) -> JailCgroup {
        hasFailed = false
        if let spare = groups.popLast() { return spare }
        return try make(in: layout)
    }

    /// Notes the memory limit that future jails will probably have.
    mutating func expect(memoryBytes: UInt64) { self.memoryBytes = memoryBytes }

    /// Makes one more spare.
    ///
    /// A failure is not reported before a request needs a group: it is then that jail's fault.
    mutating func refill(in layout: borrowing CgroupLayout) {
        do {
            let group = try make(in: layout)
            groups.append(group)
            if let memoryBytes { try group.limit(memoryBytes: memoryBytes) }
        } catch {
            hasFailed = true
        }
    }

    /// Takes all spares out, for removal.
    mutating func drain() -> [JailCgroup] {
        defer { groups = [] }
        return groups
    }

    private mutating func make(in layout: borrowing CgroupLayout) throws(KernelError) -> JailCgroup
    {
        // A number is never reused: a group that the kernel removes slowly does not conflict with a
        // new one.
        lastNumber += 1
        return try layout.makeGroup("jail-\(lastNumber)")
    }
}
