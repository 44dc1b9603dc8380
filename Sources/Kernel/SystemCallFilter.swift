internal import CLinux

/// A system call filter in classic BPF.
public enum SystemCallFilter {
    public static let instructionBytes = 8
    public static let instructionsMax = 4_096  // BPF_MAXINSNS

    /// Restricts this process and its children to the calls that the filter allows.
    ///
    /// - Returns: the listener for calls with the filter's result SECCOMP_RET_USER_NOTIF; they wait
    ///   for an answer. After the last listener closes, they fail with ENOSYS.
    public static func install(_ filter: [UInt8]) throws(KernelError) -> SystemCallListener {
        let count = UInt16(truncatingIfNeeded: filter.count / instructionBytes)
        let newListener: UInt32 = 1 << 3  // SECCOMP_FILTER_FLAG_NEW_LISTENER
        // SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV of Linux 5.19: a signal with a handler does not
        // interrupt a call that somebody is about to answer.
        let waitsKillable: UInt32 = 1 << 5
        let listener = try check(.seccomp) {
            unsafe filter.withUnsafeBytes { buffer in
                guard let base = buffer.baseAddress else { return -Errno.invalid }
                let flags = newListener | waitsKillable
                let result = unsafe linux_seccomp_install(base, count, flags)
                guard result == -Errno.invalid else { return result }
                return unsafe linux_seccomp_install(base, count, newListener)
            }
        }
        return SystemCallListener(owning: Descriptor(owning: listener))
    }
}

/// A system call that waits for an answer.
public struct NotifiedCall: Sendable {
    fileprivate let id: UInt64
    /// The caller's thread, as this pid namespace numbers it.
    public let thread: Int32
    public let number: Int32
    /// The first four of the six.
    ///
    /// They are registers, so nobody changes them after the look. The memory that an argument
    /// points to can change at any time.
    public let arguments: (UInt64, UInt64, UInt64, UInt64)

    /// The number that an argument points to, as it is at this moment; `nil` where there is none.
    public func short(at address: UInt64) -> Int16? {
        var number: Int16 = 0
        let size = MemoryLayout<Int16>.size
        return unsafe linux_peek(thread, address, &number, size) == size ? number : nil
    }

    /// The numbers of this architecture.
    public static let fcntl = linux_call_fcntl
    public static let flock = linux_call_flock
    public static let fsync = linux_call_fsync
    public static let fdatasync = linux_call_fdatasync
    /// -1 where the architecture has none.
    public static let epollCreate = linux_call_epoll_create
    public static let epollCreate1 = linux_call_epoll_create1
    public static let epollControl = linux_call_epoll_ctl
}

/// What becomes of a system call that waits.
public enum CallAnswer: Sendable {
    /// The kernel makes it.
    case made
    /// It returns 0 and is not made.
    case done
    case failed(errno: Int32)
    /// It returns a new descriptor of the file that this one stands for.
    case descriptor(Int32, closesOnExec: Bool)
}

/// Hears of the system calls that a filter notifies of, and answers them; see seccomp_unotify(2).
public struct SystemCallListener: ~Copyable, Sendable {
    private let descriptor: Descriptor

    public init(owning descriptor: consuming Descriptor) { self.descriptor = descriptor }

    public var number: Int32 { descriptor.number }

    /// Has a caller and whoever answers it run in turn on one processor, from Linux 6.6 on: an
    /// answer comes in half the time then.
    public func takeTurns() { _ = linux_seccomp_take_turns(descriptor.number) }

    /// To be called when the descriptor is readable.
    ///
    /// - Returns: `nil` where the caller has been killed meanwhile.
    public func nextCall() throws(KernelError) -> NotifiedCall? {
        var call = linux_notified_call()
        do {
            try check(.seccomp) { unsafe linux_seccomp_receive(descriptor.number, &call) }
        } catch  where error.errno == Errno.noEntry {
            return nil
        }
        return NotifiedCall(
            id: call.id,
            thread: call.thread,
            number: call.number,
            arguments: call.arguments
        )
    }

    /// Does nothing where the caller has been killed meanwhile.
    public func answer(_ call: NotifiedCall, _ answer: CallAnswer) throws(KernelError) {
        var value: Int32 = 0
        var errno: Int32 = 0
        var isMade = false
        switch answer {
        case .made: isMade = true
        case .done: break
        case .failed(let number): errno = number
        case .descriptor(let number, let closesOnExec):
            // The caller may have no number left, or be dead.
            let given = linux_seccomp_give(descriptor.number, call.id, number, closesOnExec ? 1 : 0)
            if given < 0 { errno = -given } else { value = given }
        }
        do {
            try check(.seccomp) {
                linux_seccomp_answer(descriptor.number, call.id, value, errno, isMade ? 1 : 0)
            }
        } catch  where error.errno == Errno.noEntry {
        }
    }
}

/// A Landlock ruleset: a second barrier inside the mount namespace, which identifies files by their
/// path.
public struct LandlockRules: ~Copyable, Sendable {
    private let descriptor: Descriptor
    private let handled: UInt64

    /// The kernel's Landlock ABI; 0 if it is missing or switched off.
    public static var version: Int32 { max(0, linux_landlock_version()) }

    /// Makes a ruleset that denies every access known to this kernel's Landlock, and signals and
    /// abstract sockets to the outside.
    public init(version: Int32) throws(KernelError) {
        let handled: UInt64 =
            switch version {
            case ..<2: 0x1fff
            case 2: 0x3fff  // + linking across folders
            case 3, 4: 0x7fff  // + truncation
            default: 0xffff  // + ioctl on devices
            }
        self.handled = handled
        descriptor = Descriptor(
            owning: try check(.landlock) {
                linux_landlock_create(handled, version >= 6 ? 0x3 : 0)
            }
        )
    }

    public enum Access: Sendable {
        case readAndExecute
        /// Reading, and writing to existing files: for devices.
        case readAndWrite
        case everything
    }

    public func allow(_ access: Access, beneath path: String) throws(KernelError) {
        let folder = try Descriptor.open(path, flags: OpenFlags.place)
        let rights: UInt64 =
            switch access {
            case .readAndExecute: 0x1 | 0x4 | 0x8
            case .readAndWrite: (0x2 | 0x4 | 0x8 | 0x8000) & handled
            case .everything: handled
            }
        try check(.landlock) { linux_landlock_allow(descriptor.number, folder.number, rights) }
    }

    /// Restricts this process and its children for good; no_new_privs must be set.
    public func enter() throws(KernelError) {
        try check(.landlock) { linux_landlock_enter(descriptor.number) }
    }
}
