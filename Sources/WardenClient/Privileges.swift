internal import Glibc
import Kernel

/// The calls that give up root's rights, for good, in every thread of this process.
public enum Privileges {
    public static var isRoot: Bool { OwnProcess.isRoot }

    /// Forbids new rights.
    ///
    /// Call it before there is a second thread: the kernel keeps the setting per thread, and new
    /// threads inherit it.
    public static func forbidNew() throws { try Credentials.forbidNewPrivileges() }

    /// Becomes an ordinary user.
    ///
    /// The kernel takes all capabilities with the last uid 0.
    ///
    /// - Throws: ``KernelError``, also if some of it did not take effect: a half drop is no drop.
    public static func become(uid: UInt32, gid: UInt32) throws {
        // These are the C library's functions: the system calls would change one thread only. For
        // root the functions set all three ids.
        try check(.setgroups) { setgroups(0, nil) < 0 ? -errno : 0 }
        try check(.setresuid) { setgid(gid) < 0 ? -errno : 0 }
        try check(.setresuid) { setuid(uid) < 0 ? -errno : 0 }
        if uid != 0, setuid(0) == 0 { throw KernelError(.setresuid, errno: 0) }
    }

    /// Raises the limit of descriptors to the hard limit: every connection and every pipe of a
    /// stage is a descriptor.
    public static func raiseOpenFilesLimit() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit) == 0
        else { return }
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
    }
}
