// Target `Kernel`: typed system calls over `CLinux`, one file per kind of kernel object.
// Border: raw descriptors and errno end here. Callers get a `Descriptor` that closes itself and a
// `KernelError` that names the call.
// Only the privileged side and `WardenClient` import it. No Foundation, no `async`.

/// A failed system call, with its reason.
public struct KernelError: Error, Hashable, Sendable {
    public let call: Call
    /// A positive errno.
    public let errno: Int32

    public init(_ call: Call, errno: Int32) {
        self.call = call
        self.errno = errno
    }
}

/// The system call, or the group of calls, that failed.
///
/// The raw value appears in messages to operators.
public enum Call: String, Sendable {
    case chdir, chown, clone, closeRange, dup, epoll, eventfd, execve, flock, kill, landlock
    case lease, loopback, mkdir, mknod, mount, moveMount, open, openTree, pipe, pivotRoot, prctl
    case read, receive, rlimit, rmdir, seccomp, send, setgroups, sethostname, setns, setresuid,
        setsid, signals
    case socketpair, symlink, umount, unlink, unshare, wait, write, capset, memfd, seal,
        mountAttributes
}

/// Makes a system call: every call passes here.
///
/// Tries again after an interruption, and turns `-errno` into an error that names the call.
@discardableResult
public func check<Result: BinaryInteger>(
    _ call: Call,
    _ body: () -> Result
) throws(KernelError) -> Result {
    while true {
        let result = body()
        if result >= 0 { return result }
        let errno = Int32(truncatingIfNeeded: 0 - result)
        if errno != Errno.interrupted { throw KernelError(call, errno: errno) }
    }
}

/// The error numbers that the code compares; Linux has the same on every supported architecture.
public enum Errno {
    public static let notPermitted: Int32 = 1
    public static let noEntry: Int32 = 2
    public static let noProcess: Int32 = 3
    public static let interrupted: Int32 = 4
    public static let badDescriptor: Int32 = 9
    public static let again: Int32 = 11
    public static let noMemory: Int32 = 12
    public static let busy: Int32 = 16
    public static let exists: Int32 = 17
    public static let invalid: Int32 = 22
    public static let noTerminal: Int32 = 25  // ENOTTY
    public static let brokenPipe: Int32 = 32
    public static let noSpace: Int32 = 28
    public static let noLocks: Int32 = 37
    public static let noSystemCall: Int32 = 38
    public static let tooManyLinks: Int32 = 40
    public static let messageSize: Int32 = 90
    public static let noProtocolOption: Int32 = 92
    public static let protocolNotSupported: Int32 = 93
    public static let operationNotSupported: Int32 = 95
    public static let connectionReset: Int32 = 104
    public static let timedOut: Int32 = 110
}
