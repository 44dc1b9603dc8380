internal import CLinux
internal import Glibc

/// Giving up what a process may do, for good.
public enum Credentials {
    public static func become(uid: UInt32, gid: UInt32) throws(KernelError) {
        try check(.setgroups) { linux_drop_groups() }
        try check(.setresuid) { linux_set_ids(uid, gid) }
    }

    /// Files are opened and made as `uid` from here on; all other rights stay.
    public static func setFilesystemIDs(uid: UInt32, gid: UInt32) {
        linux_set_filesystem_ids(uid, gid)
    }

    /// No program started from here can gain a right: not by a set-uid file, not by file
    /// capabilities.
    public static func forbidNewPrivileges() throws(KernelError) {
        try check(.prctl) { linux_prctl(38, 1, 0, 0, 0) }  // PR_SET_NO_NEW_PRIVS
    }

    /// Empties the bounding set and locks the rule that user 0 has capabilities out.
    public static func emptyBoundingSet() throws(KernelError) {
        // The kernel answers EINVAL at the first number past its last capability.
        for capability in UInt(0)..<64 where linux_prctl(24, capability, 0, 0, 0) < 0 { break }
        let locked: UInt = 0x01 | 0x02 | 0x04 | 0x08 | 0x20 | 0x40 | 0x80
        try check(.prctl) { linux_prctl(28, locked, 0, 0, 0) }  // PR_SET_SECUREBITS
    }

    public static func dropCapabilities() throws(KernelError) {
        try check(.capset) { linux_drop_capabilities() }
    }

    public static func setNotDumpable() throws(KernelError) {
        try check(.prctl) { linux_prctl(4, 0, 0, 0, 0) }  // PR_SET_DUMPABLE
    }
}

/// The resource limits of one process, both soft and hard.
public enum ResourceLimit: Int32, Sendable {
    case cpuSeconds = 0
    case fileBytes = 1
    case dataBytes = 2
    case stackBytes = 3
    case coreBytes = 4
    case processes = 6
    case openFiles = 7
    case lockedBytes = 8
    case messageQueueBytes = 12
    case nice = 13
    case realtimePriority = 14

    /// - Parameter process: whose; 0 is this process's.
    public func set(_ value: UInt64, of process: Int32 = 0) throws(KernelError) {
        try check(.rlimit) { linux_limit(process, rawValue, value, value) }
    }

    /// The soft limit alone; the hard one stays where the host has it.
    ///
    /// - Returns: what the soft limit is now.
    @discardableResult
    public func setAtMostHard(_ value: UInt64) throws(KernelError) -> UInt64 {
        let hard = hard
        let soft = min(value, hard)
        try check(.rlimit) { linux_limit(0, rawValue, soft, hard) }
        return soft
    }

    /// Both limits, at most to where the host has the hard one, which needs no privilege.
    public func lower(to value: UInt64) throws(KernelError) { try set(min(value, hard)) }

    private var hard: UInt64 {
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(UInt32(rawValue)), &limit)
        return UInt64(limit.rlim_max)
    }
}

/// Signals as a freshly started program expects them.
public enum Signals {
    public static func reset() throws(KernelError) { try check(.signals) { linux_reset_signals() } }

    /// Leaves it to this process when it ends.
    ///
    /// A terminal's Ctrl-C and a service manager's SIGTERM are meant for the process that drains,
    /// and go to the whole group.
    public static func ignoreTermination() {
        for number in [SIGINT, SIGTERM, SIGHUP] { _ = signal(number, SIG_IGN) }
    }

    /// Readable when a child has ended.
    ///
    /// SIGCHLD is blocked from here on.
    public static func childDescriptor() throws(KernelError) -> Descriptor {
        Descriptor(owning: try check(.signals) { linux_signalfd(SIGCHLD) })
    }

    /// Readable when another process opens a file on which this process holds a lease.
    ///
    /// SIGIO is blocked from here on.
    public static func leaseDescriptor() throws(KernelError) -> Descriptor {
        Descriptor(owning: try check(.signals) { linux_signalfd(SIGIO) })
    }
}
