internal import Kernel
internal import WardenProtocol

/// The script of a program that starts before its request: an empty file whose `open` waits.
///
/// Init takes a lease of the file (fcntl(2), F_SETLEASE). An interpreter boots, opens its script as
/// it always does, and stands in the kernel until init has written what the script is to be and
/// lets the lease go. Nothing in the interpreter knows of it, and nothing of it is left: no
/// descriptor, no argument, no code that ran before the program's first line.
struct ScriptLease: ~Copyable {
    /// Readable when the program is there.
    let openings: Descriptor
    private let file: Descriptor
    private let entry: String
    private let folder: String
    private let deadline: UInt64

    /// What is left of the lease when the program goes on must be enough for it to have been held
    /// all the time.
    private static let marginMilliseconds: UInt64 = 1_000

    /// - Parameter leaseMilliseconds: after which the kernel lets waiting programs go by itself
    ///    (`/proc/sys/fs/lease-break-time`).
    init(_ entry: String, in folder: String, leaseMilliseconds: UInt64) throws(KernelError) {
        guard leaseMilliseconds > Self.marginMilliseconds,
            Archive.components(of: entry).count == 1
        else { throw KernelError(.lease, errno: Errno.invalid) }
        // From now, and not from the opening, which is what the kernel counts from.
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

    /// Puts the files there and lets the program go on.
    ///
    /// - Throws: where it took so long that the program may have gone on before.
    consuming func resume(with archive: Int32?) throws(KernelError) {
        try Unpacking.unpack(archive, into: folder, parked: (entry, file.number))
        guard MonotonicClock.nanoseconds < deadline else {
            throw KernelError(.lease, errno: Errno.timedOut)
        }
    }
}
