internal import CLinux
internal import Glibc

/// A start of a program with an exact set of descriptors and no environment.
///
/// It is safe in a process with many threads, which must never clone itself and run Swift in the
/// child.
public enum Spawn {
    /// - Parameter inherited: the descriptors that become 3, 4, … in the child. The child's input
    ///   is `/dev/null`; its output and error are this process's standard error.
    /// - Returns: the child's process id; the caller reaps it.
    public static func start(
        _ path: String,
        inherited: [Int32]
    ) throws(KernelError) -> Int32 {
        // Copy them first to numbers above their final numbers, so that none is overwritten.
        var copies: [Int32] = []
        defer { for copy in copies { Descriptor.close(copy) } }
        for number in inherited { copies.append(try Files.duplicate(number, atOrAbove: 64)) }
        return try check(.execve) { unsafe linux_spawn(path, copies, Int32(copies.count)) }
    }

    /// Makes a write to a pipe without a reader an error of that write, not the end of this
    /// process.
    public static func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }
}
