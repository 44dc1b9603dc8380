internal import CLinux
internal import Glibc

/// A wait for any of many descriptors; the caller gives each a number.
public struct Epoll: ~Copyable, Sendable {
    private let descriptor: Descriptor
    private static let batch = 64

    public init() throws(KernelError) {
        descriptor = Descriptor(owning: try check(.epoll) { linux_epoll_create() })
    }

    public var number: Int32 { descriptor.number }

    /// Gives up the descriptor without closing it.
    public consuming func release() -> Int32 { descriptor.release() }

    public struct Interest: OptionSet, Sendable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        public static let readable = Interest(rawValue: 0x1)
        public static let writable = Interest(rawValue: 0x4)
        /// The flag for a single report, until ``Epoll/update(_:_:token:)``.
        public static let once = Interest(rawValue: 1 << 30)
        /// The event of a closed other end or an error; always reported.
        public static let hangUp = Interest(rawValue: 0x18)
    }

    public struct Event: Sendable {
        public let token: UInt64
        public let ready: Interest
    }

    public func add(_ number: Int32, _ interest: Interest, token: UInt64) throws(KernelError) {
        try check(.epoll) {
            linux_epoll_control(descriptor.number, 1, number, interest.rawValue, token)
        }
    }

    public func update(
        _ number: Int32,
        _ interest: Interest,
        token: UInt64
    ) throws(KernelError) {
        try check(.epoll) {
            linux_epoll_control(descriptor.number, 3, number, interest.rawValue, token)
        }
    }

    /// Sleeps.
    public static func pause(milliseconds: Int32) {
        _ = try? Epoll().wait(milliseconds: milliseconds)
    }

    public func remove(_ number: Int32) {
        _ = linux_epoll_control(descriptor.number, 2, number, 0, 0)
    }

    /// - Parameter milliseconds: the timeout; -1 waits for ever. An interrupted wait returns no
    ///   events.
    public func wait(milliseconds: Int32) throws(KernelError) -> [Event] {
        var ready = [UInt32](repeating: 0, count: Self.batch)
        var tokens = [UInt64](repeating: 0, count: Self.batch)
        let count = unsafe linux_epoll_wait(
            descriptor.number,
            &ready,
            &tokens,
            Int32(Self.batch),
            milliseconds
        )
        if count == -Errno.interrupted { return [] }
        if count < 0 { throw KernelError(.epoll, errno: -count) }
        return (0..<Int(count)).map {
            Event(token: tokens[$0], ready: Interest(rawValue: ready[$0]))
        }
    }
}

/// An event descriptor that wakes a thread from ``Epoll``.
public struct Waker: ~Copyable, Sendable {
    private let descriptor: Descriptor

    public init() throws(KernelError) {
        descriptor = Descriptor(owning: try check(.eventfd) { linux_eventfd() })
    }

    public var number: Int32 { descriptor.number }

    public func wake() { try? writeAll([1, 0, 0, 0, 0, 0, 0, 0], to: descriptor.number) }

    /// Clears all earlier wakes.
    public func clear() { _ = try? read(from: descriptor.number, most: 8) }
}

/// A clock that never goes back.
public enum MonotonicClock {
    /// Nanoseconds since some moment in the past (CLOCK_MONOTONIC).
    public static var nanoseconds: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
