internal import CLinux
internal import Glibc

/// The namespaces of a jail.
public struct Namespaces: OptionSet, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    public static let mount = Namespaces(rawValue: 0x0002_0000)
    public static let cgroup = Namespaces(rawValue: 0x0200_0000)
    public static let uts = Namespaces(rawValue: 0x0400_0000)
    public static let ipc = Namespaces(rawValue: 0x0800_0000)
    public static let user = Namespaces(rawValue: 0x1000_0000)
    public static let process = Namespaces(rawValue: 0x2000_0000)
    public static let network = Namespaces(rawValue: 0x4000_0000)
}

/// The calls for a child of this process.
///
/// Copying the process id is harmless: only the parent may reap the child.
public enum Process {
    /// Clones this process, which must have one thread only, into new namespaces and, on cgroup v2,
    /// directly into `cgroup`.
    /// - Returns: the child's process id and pidfd, or `nil` in the child.
    public static func clone(
        _ namespaces: Namespaces,
        cgroup: Int32 = -1
    ) throws(KernelError) -> (process: Int32, pidfd: Int32)? {
        var pidfd: Int32 = -1
        let process = unsafe linux_clone3(namespaces.rawValue, &pidfd, cgroup)
        if process == 0 { return nil }
        if process < 0 { throw KernelError(.clone, errno: -process) }
        return (process, pidfd)
    }

    /// Forks this process: the child shares nothing but descriptors.
    public static func fork() throws(KernelError) -> Int32? {
        let process = linux_clone3(0, nil, -1)
        if process < 0 { throw KernelError(.clone, errno: -process) }
        return process == 0 ? nil : process
    }

    public static func unshare(_ namespaces: Namespaces) throws(KernelError) {
        try check(.unshare) { linux_unshare(Int32(namespaces.rawValue)) }
    }

    /// Joins the namespace of an open `/proc/…/ns/…`.
    public static func enter(_ number: Int32, _ namespace: Namespaces) throws(KernelError) {
        try check(.setns) { linux_setns(number, Int32(namespace.rawValue)) }
    }

    public static func kill(pidfd: Int32, signal: Int32) {
        _ = linux_kill_pidfd(pidfd, signal)
    }

    /// Sends SIGKILL to every process in this pid namespace except its init.
    ///
    /// The kernel signals them all under one lock, so a forking process cannot escape.
    public static func killAllOthers() { _ = linux_kill(-1, SIGKILL) }

    /// Sends SIGKILL to a child that is not yet reaped, and to its process group if it leads one.
    public static func killGroup(of child: Int32) {
        _ = linux_kill(-child, SIGKILL)
        _ = linux_kill(child, SIGKILL)
    }

    /// Reaps a child that has ended; returns `nil` if none has (`waiting` false) or no child is
    /// left.
    public static func reap(
        _ process: Int32 = -1,
        waiting: Bool
    ) throws(KernelError) -> ReapedProcess? {
        var status: Int32 = 0
        var usage = rusage()
        while true {
            let result = unsafe linux_wait(process, waiting ? 0 : WNOHANG, &status, &usage)
            switch result {
            case -Errno.interrupted: continue
            case -10, 0: return nil  // ECHILD: there is no child
            case ..<0: throw KernelError(.wait, errno: -result)
            default:
                return ReapedProcess(
                    process: result,
                    end: ProcessEnd(status: status),
                    usage: ProcessUsage(usage)
                )
            }
        }
    }

    /// Makes this process die with its parent thread.
    ///
    /// Any later change of credentials clears this setting.
    public static func dieWithParent() throws(KernelError) {
        try check(.prctl) { linux_prctl(parentDeathSignal, UInt(SIGKILL), 0, 0, 0) }
    }

    /// Makes this process the parent of its descendants' orphans, which it must then reap.
    ///
    /// Children do not inherit this setting.
    public static func adoptOrphans() throws(KernelError) {
        try check(.prctl) { linux_prctl(36, 1, 0, 0, 0) }  // PR_SET_CHILD_SUBREAPER
    }

    public static func newSession() throws(KernelError) {
        try check(.setsid) { linux_setsid() }
    }

    public static func setFileCreationMask(_ mask: UInt32) { _ = umask(mask) }

    public static func exit(_ code: Int32) -> Never { linux_exit(code) }

    private static var parentDeathSignal: Int32 { 1 }
}

/// A reaped child.
public struct ReapedProcess: Sendable {
    public let process: Int32
    public let end: ProcessEnd
    public let usage: ProcessUsage
}

/// The resource usage of a process and of the children that it waited for (wait4(2)).
public struct ProcessUsage: Hashable, Sendable {
    public let cpuMicroseconds: UInt64
    /// The peak memory of the largest of these processes.
    public let peakMemoryBytes: UInt64

    public init(cpuMicroseconds: UInt64, peakMemoryBytes: UInt64) {
        self.cpuMicroseconds = cpuMicroseconds
        self.peakMemoryBytes = peakMemoryBytes
    }

    init(_ usage: rusage) {
        let seconds = UInt64(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        let microseconds = UInt64(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
        cpuMicroseconds = seconds * 1_000_000 + microseconds
        peakMemoryBytes = UInt64(clamping: usage.ru_maxrss) << 10
    }
}

/// The end of a process.
public enum ProcessEnd: Hashable, Sendable {
    case exited(code: Int32)
    case signaled(Int32)

    /// - Parameter status: the wait status from `waitpid`.
    public init(status: Int32) {
        let signal = status & 0x7f
        self = signal == 0 ? .exited(code: (status >> 8) & 0xff) : .signaled(signal)
    }
}
