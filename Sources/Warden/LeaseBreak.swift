internal import Kernel

/// The kernel's limit of an opener's wait for a leased file (`/proc/sys/fs/lease-break-time`).
struct LeaseBreak: Equatable {
    let milliseconds: UInt64

    /// The time between the end of a parked program's life and the moment when the kernel would
    /// release it.
    private static let marginMilliseconds: UInt64 = 10_000
    private static let lifeMillisecondsMax: UInt64 = 300_000

    /// The kernel's present setting.
    static var current: LeaseBreak {
        get throws(KernelError) {
            try LeaseBreak(
                setting: try readText("/proc/sys/fs/lease-break-time", in: currentFolder)
            )
        }
    }

    /// - Parameter setting: the seconds in the kernel's notation.
    /// - Throws: if the time is too short to park a program usefully.
    init(setting: String) throws(KernelError) {
        guard let seconds = UInt64(setting.prefix(while: \.isNumber)), seconds <= 1 << 32 else {
            throw KernelError(.lease, errno: Errno.invalid)
        }
        // 0 means for ever.
        milliseconds = seconds == 0 ? Self.lifeMillisecondsMax * 2 : seconds * 1_000
        guard milliseconds >= Self.marginMilliseconds * 3 / 2 else {
            throw KernelError(.lease, errno: Errno.timedOut)
        }
    }

    /// The longest time that a program may be parked.
    var lifeMilliseconds: UInt32 {
        UInt32(min(milliseconds - Self.marginMilliseconds, Self.lifeMillisecondsMax))
    }
}
