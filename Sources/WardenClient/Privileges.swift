internal import Glibc
import Kernel

/// Giving up the rights of root, for good, in every thread of this process.
public enum Privileges {
    public static var isRoot: Bool { OwnProcess.isRoot }

    /// Must be called before there is a second thread: the kernel keeps it for each thread, and new
    /// ones inherit it.
    public static func forbidNew() throws { try Credentials.forbidNewPrivileges() }

    /// Becomes an ordinary user.
    ///
    /// The kernel takes all capabilities with the last uid 0.
    ///
    /// - Throws: ``KernelError``, also where some of it did not take effect: half dropped is not
    ///    dropped.
    public static func become(uid: UInt32, gid: UInt32) throws {
        // The C library's functions, not the system calls: those would change one thread only. For
        // root they set all three ids.
        try check(.setgroups) { setgroups(0, nil) < 0 ? -errno : 0 }
        try check(.setresuid) { setgid(gid) < 0 ? -errno : 0 }
        try check(.setresuid) { setuid(uid) < 0 ? -errno : 0 }
        if uid != 0, setuid(0) == 0 { throw KernelError(.setresuid, errno: 0) }
    }

    /// As many descriptors as the hard limit allows: every connection and every pipe of a stage is
    /// one.
    public static func raiseOpenFilesLimit() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit) == 0
        else { return }
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
    }
}
