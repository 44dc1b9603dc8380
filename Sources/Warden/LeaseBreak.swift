internal import Kernel

/// How long the kernel makes an opener of a leased file wait (`/proc/sys/fs/lease-break-time`).
struct LeaseBreak: Equatable {
    let milliseconds: UInt64

    /// A program that is parked is destroyed so long before it would go on by itself.
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

    /// - Parameter setting: seconds, as the kernel shows them.
    /// - Throws: where they are too few to park a program for any use.
    init(setting: String) throws(KernelError) {
        guard let seconds = UInt64(setting.prefix(while: \.isNumber)), seconds <= 1 << 32 else {
            throw KernelError(.lease, errno: Errno.invalid)
        }
        // 0 is for ever.
        milliseconds = seconds == 0 ? Self.lifeMillisecondsMax * 2 : seconds * 1_000
        guard milliseconds >= Self.marginMilliseconds * 3 / 2 else {
            throw KernelError(.lease, errno: Errno.timedOut)
        }
    }

    /// How long a program may be parked.
    var lifeMilliseconds: UInt32 {
        UInt32(min(milliseconds - Self.marginMilliseconds, Self.lifeMillisecondsMax))
    }
}
