internal import Kernel
internal import WardenProtocol

/// The script of a program that starts before its request: an empty file whose `open` blocks.
///
/// Init takes a lease of the file (fcntl(2), F_SETLEASE). An interpreter boots, opens its script as
/// usual, and blocks in the kernel until init has written the script's content and released the
/// lease. The interpreter does not know of it, and no trace of it is left: no descriptor, no
/// argument, no code that ran before the program's first line.
struct ScriptLease: ~Copyable {
    /// The descriptor that is readable when the program has opened its script.
    let openings: Descriptor
    private let file: Descriptor
    private let entry: String
    private let folder: String
    private let deadline: UInt64

    /// The smallest rest of the lease at the resume: it proves that the lease was held all the
    /// time.
    private static let marginMilliseconds: UInt64 = 1_000

    /// - Parameter leaseMilliseconds: the time after which the kernel itself releases waiting
    ///   programs (`/proc/sys/fs/lease-break-time`).
    init(_ entry: String, in folder: String, leaseMilliseconds: UInt64) throws(KernelError) {
        guard leaseMilliseconds > Self.marginMilliseconds,
            Archive.components(of: entry).count == 1
        else { throw KernelError(.lease, errno: Errno.invalid) }
        // Counted from now, which is earlier than the opening, the start of the kernel's count.
        let deadline =
            MonotonicClock.nanoseconds + (leaseMilliseconds - Self.marginMilliseconds) * 1_000_000
        let openings = try Signals.leaseDescriptor()
        let file = try JailIdentity.asProgram { () throws(KernelError) in
            let work = try Descriptor.open(folder, flags: OpenFlags.folder)
            let file = try Descriptor.openWithin(
                work.number,
                entry,
                flags: OpenFlags.readWrite | OpenFlags.create | OpenFlags.exclusive,
                mode: 0o644
            )
            try Files.lease(file.number)  // only a file's owner may
            return file
        }
        self.deadline = deadline
        self.openings = openings
        self.file = file
        self.entry = entry
        self.folder = folder
    }

    /// Writes the files and lets the program continue.
    ///
    /// - Throws: if it took so long that the program may have continued before.
    consuming func resume(with archive: Int32?) throws(KernelError) {
        try Unpacking.unpack(archive, into: folder, parked: (entry, file.number))
        guard MonotonicClock.nanoseconds < deadline else {
            throw KernelError(.lease, errno: Errno.timedOut)
        }
    }
}
