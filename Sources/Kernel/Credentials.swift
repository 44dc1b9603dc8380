internal import CLinux
internal import Glibc

/// The calls that give up a process's rights for good.
public enum Credentials {
    public static func become(uid: UInt32, gid: UInt32) throws(KernelError) {
        try check(.setgroups) { linux_drop_groups() }
        try check(.setresuid) { linux_set_ids(uid, gid) }
    }

    /// Opens and makes files as `uid` from here on; all other rights stay.
    public static func setFilesystemIDs(uid: UInt32, gid: UInt32) {
        linux_set_filesystem_ids(uid, gid)
    }

    /// Forbids new rights to every program started from here: set-uid files and file capabilities
    /// grant none.
    public static func forbidNewPrivileges() throws(KernelError) {
        try check(.prctl) { linux_prctl(38, 1, 0, 0, 0) }  // PR_SET_NO_NEW_PRIVS
    }

    /// Empties the bounding set, and disables for good the rule that user 0 has capabilities.
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

    /// - Parameter process: the process with the limit; 0 is this process.
    public func set(_ value: UInt64, of process: Int32 = 0) throws(KernelError) {
        try check(.rlimit) { linux_limit(process, rawValue, value, value) }
    }

    /// Sets the soft limit alone; the hard limit stays at the host's value.
    ///
    /// - Returns: the new soft limit.
    @discardableResult
    public func setAtMostHard(_ value: UInt64) throws(KernelError) -> UInt64 {
        let hard = hard
        let soft = min(value, hard)
        try check(.rlimit) { linux_limit(0, rawValue, soft, hard) }
        return soft
    }

    /// Sets both limits, at most to the host's hard limit, which needs no privilege.
    public func lower(to value: UInt64) throws(KernelError) { try set(min(value, hard)) }

    private var hard: UInt64 {
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(UInt32(rawValue)), &limit)
        return UInt64(limit.rlim_max)
    }
}

/// The signal settings of this process.
public enum Signals {
    public static func reset() throws(KernelError) { try check(.signals) { linux_reset_signals() } }

    /// Ignores the termination signals: this process ends when its parent ends it.
    ///
    /// A terminal's Ctrl-C and a service manager's SIGTERM are meant for the process that drains,
    /// but reach the whole group.
    public static func ignoreTermination() {
        for number in [SIGINT, SIGTERM, SIGHUP] { _ = signal(number, SIG_IGN) }
    }

    /// Returns a descriptor that is readable after the end of a child.
    ///
    /// SIGCHLD is blocked from here on.
    public static func childDescriptor() throws(KernelError) -> Descriptor {
        Descriptor(owning: try check(.signals) { linux_signalfd(SIGCHLD) })
    }

    /// Returns a descriptor that is readable when another process opens a file with a lease of this
    /// process.
    ///
    /// SIGIO is blocked from here on.
    public static func leaseDescriptor() throws(KernelError) -> Descriptor {
        Descriptor(owning: try check(.signals) { linux_signalfd(SIGIO) })
    }
}
