internal import Kernel

/// The number of file locks in a jail, which is bounded.
///
/// To close a file, the kernel looks at every lock on it. Tens of thousands of locks, on a file
/// that is open thousands of times, make the end of a jail last for minutes, past SIGKILL and every
/// clock. No control group counts their memory either.
final class FileLocks {
    /// The most locks of processes (F_SETLK).
    ///
    /// There can be more for a moment: two for each thread that is on its way into the kernel.
    private static let processLocksMax = 512
    /// The most calls that lock open files (flock, F_OFD_SETLK), until no process is left.
    ///
    /// These locks cannot be counted: they live on in a mapping, or in a message that nobody has
    /// read.
    private static let fileLockCallsMax = 4_096
    /// A lock in the middle of another of a process leaves three.
    private static let locksPerCallMax = 2

    private let isBounded: Bool
    /// At least as many as there are.
    private var processLocks = 0
    private var fileLockCalls = 0
    /// Until then the jail has too many locks, as the last count found; in nanoseconds of the
    /// monotonic clock.
    private var fullUntil: UInt64 = 0
    /// A program that goes on asking takes no more than a ninth of init's time.
    private static let pausePerCount: UInt64 = 8

    init(isBounded: Bool) { self.isBounded = isBounded }

    /// No process of the program is left.
    func reset() {
        fullUntil = 0
        processLocks = 0
        fileLockCalls = 0
    }

    func allowsFileLock() -> Bool {
        guard isBounded else { return true }
        guard fileLockCalls < Self.fileLockCallsMax else { return false }
        fileLockCalls += 1
        return true
    }

    /// Counts the locks where there could be too many: most programs unlock what they lock.
    func allowsProcessLock() -> Bool {
        guard isBounded else { return true }
        if isFull { count() }
        guard !isFull else { return false }
        processLocks += Self.locksPerCallMax
        return true
    }

    private var isFull: Bool { processLocks + Self.locksPerCallMax > Self.processLocksMax }

    private func count() {
        let start = MonotonicClock.nanoseconds
        guard start >= fullUntil else { return }
        processLocks = Self.counted(most: Self.processLocksMax)
        let end = MonotonicClock.nanoseconds
        if isFull { fullUntil = end + (end - start) * Self.pausePerCount }
    }

    /// The locks of processes, as `/proc/PID/fdinfo` shows them: those of a table of descriptors,
    /// at each of its descriptors of the locked file.
    private static func counted(most: Int) -> Int {
        var count = 0
        for process in numbers(in: "/proc") {
            var first: Int32?
            for thread in numbers(in: "/proc/\(process)/task") {
                if let first, Thread.sharesFiles(first, thread) { continue }
                let locks = locks(of: "/proc/\(process)/task/\(thread)/fdinfo")
                // A first thread that has ended has no descriptors, and others may.
                if first == nil, locks != nil { first = thread }
                count += locks ?? 0
                if count > most { return count }
            }
        }
        return count
    }

    /// - Returns: `nil` where there is not one descriptor; more than may be where one cannot be
    ///    read.
    private static func locks(of folder: String) -> Int? {
        let descriptors = numbers(in: folder)
        guard !descriptors.isEmpty else { return nil }
        var found: Set<Substring> = []
        for descriptor in descriptors {
            let text: String
            do throws(KernelError) {
                text = try readText("\(folder)/\(descriptor)", in: currentFolder)
            } catch {
                let isClosed = [Errno.noEntry, Errno.noProcess].contains(error.errno)
                if isClosed { continue }
                return processLocksMax + 1
            }
            for line in text.split(separator: "\n") where line.hasPrefix("lock:") {
                // `lock:	1: POSIX  ADVISORY  WRITE …`: the number is the line's.
                let parts = line.split(separator: ":", maxSplits: 2)
                if let lock = parts.last, lock.hasPrefix(" POSIX ") { found.insert(lock) }
            }
        }
        return found.count
    }

    private static func numbers(in folder: String) -> [Int32] {
        guard let folder = try? Descriptor.open(folder, flags: OpenFlags.folder) else { return [] }
        return Folder.names(in: folder.number).compactMap { Int32($0) }
    }
}
