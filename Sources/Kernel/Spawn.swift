internal import CLinux
internal import Glibc

/// Starts a program with an exact set of descriptors and no environment.
///
/// Safe in a process with many threads, which must never clone itself and run Swift in the child.
public enum Spawn {
    /// - Parameter inherited: become 3, 4, … in the child, which has `/dev/null` as its input and
    ///    this process's standard error as its output and error.
    /// - Returns: the child's process number; the caller reaps it.
    public static func start(
        _ path: String,
        inherited: [Int32]
    ) throws(KernelError) -> Int32 {
        // First out of the way of the numbers that they are to have.
        var copies: [Int32] = []
        defer { for copy in copies { Descriptor.close(copy) } }
        for number in inherited { copies.append(try Files.duplicate(number, atOrAbove: 64)) }
        return try check(.execve) { unsafe linux_spawn(path, copies, Int32(copies.count)) }
    }

    /// A write to a pipe without a reader is an error of that write, not the end of this process.
    public static func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }
}
