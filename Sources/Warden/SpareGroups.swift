internal import Kernel

/// Control groups that are made while the warden has nothing else to do, for the jails to come.
///
/// Each is one jail's and is gone with it, as if it had been made when it was asked for: a spare
/// has never held a process. Making one takes several calls, which nobody has to wait for then.
struct SpareGroups: ~Copyable {
    /// Two come at once sometimes, and refilling takes a fraction of what a jail does.
    static let countMax = 2

    private var groups: [JailCgroup] = []
    private var lastNumber: UInt64 = 0
    /// The memory limit of the last jail: the next one mostly has the same.
    private var memoryBytes: UInt64?
    private var hasFailed = false

    /// Whether there is a use for a moment in which nothing else is to be done.
    var isWanting: Bool { groups.count < Self.countMax && !hasFailed }

    mutating func take(from layout: borrowing CgroupLayout) throws(KernelError) -> JailCgroup {
        hasFailed = false
        if let spare = groups.popLast() { return spare }
        return try make(in: layout)
    }

    /// The jails to come will be like this one.
    mutating func expect(memoryBytes: UInt64) { self.memoryBytes = memoryBytes }

    /// Makes one more.
    ///
    /// Where that fails nobody is told before somebody asks for one: then it is that jail's fault.
    mutating func refill(in layout: borrowing CgroupLayout) {
        do {
            let group = try make(in: layout)
            groups.append(group)
            if let memoryBytes { try group.limit(memoryBytes: memoryBytes) }
        } catch {
            hasFailed = true
        }
    }

    /// All of them, to be removed.
    mutating func drain() -> [JailCgroup] {
        defer { groups = [] }
        return groups
    }

    private mutating func make(in layout: borrowing CgroupLayout) throws(KernelError) -> JailCgroup
    {
        // A number never comes again: a group that the kernel is slow to remove is in nobody's way.
        lastNumber += 1
        return try layout.makeGroup("jail-\(lastNumber)")
    }
}
