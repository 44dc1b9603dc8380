internal import Kernel
internal import Vocabulary

/// The bound on a jail's file locks.
///
/// To close a file, the kernel looks at every lock on it. Tens of thousands of locks, on a file
/// that is open thousands of times, make the end of a jail last for minutes, past SIGKILL and every
/// clock. No control group counts their memory either.
final class FileLocks {
    /// The most locks of processes (F_SETLK).
    ///
    /// There can be more for a moment: two for each thread that is on its way into the kernel.
    private static let processLocksMax = 512
    /// The most locks of open files (flock, F_OFD_SETLK) until no process is left, counted by the
    /// calls that can have made them.
    ///
    /// These locks cannot be counted: they live on in a mapping, or in a message that nobody has
    /// read. The more descriptors there can be at a jail's end, the fewer locks there are.
    private var fileLocksMax = FileLocks.fileLocksRange.upperBound
    private static let fileLocksRange = 512...8_192
    /// The most looks at a lock at a jail's end, which take a second or two.
    private static let looksMax: UInt64 = 1 << 29
    /// A lock, or an unlock, in the middle of another lock leaves two more.
    private static let locksPerRangeCall = 2
    private static let locksPerFlock = 1
    /// The factor by which a call that unlocks may pass the bounds.
    ///
    /// A program can announce an unlock and lock instead; it gains no more than this factor.
    private static let shares = 2

    private let isBounded: Bool
    /// At least as many as there are.
    private var processLocks = 0
    private var fileLocks = 0
    /// The ends of the two pauses after a count that found too many locks: for calls that lock, and
    /// for calls that unlock.
    ///
    /// In nanoseconds of the monotonic clock.
    private var fullUntil = [UInt64](repeating: 0, count: FileLocks.shares)
    /// The length of a pause, in lengths of the count: counts take at most a ninth of init's time.
    private static let pausePerCount: UInt64 = 8

    init(isBounded: Bool) { self.isBounded = isBounded }

    /// A stage with these limits begins.
    ///
    /// A program that is parked has the limits of no stage yet.
    func adapt(to limits: Limits) {
        let (descriptors, isVast) = limits.count(.processes).multipliedReportingOverflow(
            by: limits.count(.openFiles)
        )
        let locks = isVast ? 0 : Int(clamping: Self.looksMax / max(descriptors, 1))
        fileLocksMax = min(fileLocksMax, max(locks, Self.fileLocksRange.lowerBound))
    }

    /// No process of the program is left.
    func reset() {
        fileLocksMax = Self.fileLocksRange.upperBound
        (processLocks, fileLocks) = (0, 0)
        fullUntil = [UInt64](repeating: 0, count: Self.shares)
    }

    func allowsFlock() -> Bool { allowsFileLock(Self.locksPerFlock) { false } }

    func allowsFileLock(unlocks: () -> Bool) -> Bool {
        allowsFileLock(Self.locksPerRangeCall, unlocks: unlocks)
    }

    private func allowsFileLock(_ count: Int, unlocks: () -> Bool) -> Bool {
        guard isBounded else { return true }
        let isAllowed =
            fileLocks + count <= fileLocksMax
            || (fileLocks + count <= fileLocksMax * Self.shares && unlocks())
        if isAllowed { fileLocks += count }
        return isAllowed
    }

    /// Counts the locks if the calls so far could have made too many.
    ///
    /// Most programs unlock again.
    func allowsProcessLock(unlocks: () -> Bool) -> Bool {
        guard isBounded else { return true }
        let share = isFull(1) && unlocks() ? Self.shares : 1
        if isFull(share) { count(share) }
        guard !isFull(share) else { return false }
        processLocks += Self.locksPerRangeCall
        return true
    }

    private func isFull(_ share: Int) -> Bool {
        processLocks + Self.locksPerRangeCall > Self.processLocksMax * share
    }

    private func count(_ share: Int) {
        let start = MonotonicClock.nanoseconds
        guard start >= fullUntil[share - 1] else { return }
        processLocks = LockCount.ofProcesses(most: Self.processLocksMax * share)
        let end = MonotonicClock.nanoseconds
        if isFull(share) { fullUntil[share - 1] = end + (end - start) * Self.pausePerCount }
    }
}
