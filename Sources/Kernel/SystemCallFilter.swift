internal import CLinux

/// A syscall filter in classic BPF.
public enum SystemCallFilter {
    public static let instructionBytes = 8
    public static let instructionsMax = 4_096  // BPF_MAXINSNS

    /// From here on this process and its children make only the calls that the filter lets through.
    ///
    /// - Returns: where the calls are told of for which the filter says SECCOMP_RET_USER_NOTIF;
    ///    they wait until somebody answers. Once nobody holds it any more, they fail with ENOSYS.
    public static func install(_ filter: [UInt8]) throws(KernelError) -> SystemCallListener {
        let count = filter.count / instructionBytes
        let listener = try check(.seccomp) {
            unsafe filter.withUnsafeBytes { buffer in
                guard let base = buffer.baseAddress else { return -Errno.invalid }
                let newListener: UInt32 = 1 << 3  // SECCOMP_FILTER_FLAG_NEW_LISTENER
                let count = UInt16(truncatingIfNeeded: count)
                return unsafe linux_seccomp_install(base, count, newListener)
            }
        }
        return SystemCallListener(owning: Descriptor(owning: listener))
    }
}

/// Hears of the system calls that a filter refuses, and refuses them.
///
/// See seccomp_unotify(2). It only ever answers with an error: a call that is let go on after a
/// look at its arguments could have others by then.
public struct SystemCallListener: ~Copyable, Sendable {
    private let descriptor: Descriptor

    public init(owning descriptor: consuming Descriptor) { self.descriptor = descriptor }

    public var number: Int32 { descriptor.number }

    /// Refuses one call with ENOSYS; to be called when the descriptor is readable.
    ///
    /// - Returns: the call's number, or `nil` where its caller has been killed meanwhile.
    public func refuseNext() throws(KernelError) -> Int32? {
        var id: UInt64 = 0
        var number: Int32 = 0
        do {
            try check(.seccomp) { unsafe linux_seccomp_receive(descriptor.number, &id, &number) }
            try check(.seccomp) {
                linux_seccomp_answer(descriptor.number, id, Errno.noSystemCall)
            }
        } catch  where error.errno == Errno.noEntry {
            return nil
        }
        return number
    }
}

/// A Landlock ruleset: a second wall, inside the mount namespace, that knows files by where they
/// are.
public struct LandlockRules: ~Copyable, Sendable {
    private let descriptor: Descriptor
    private let handled: UInt64

    /// The kernel's Landlock ABI; 0 where it has none or it is switched off.
    public static var version: Int32 { max(0, linux_landlock_version()) }

    /// Denies every access that this kernel's Landlock knows, and signals and abstract sockets to
    /// the outside.
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
        /// Reading, and writing to files that exist: for devices.
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

    /// Binds this process and its children, for good; no_new_privs must be set.
    public func enter() throws(KernelError) {
        try check(.landlock) { linux_landlock_enter(descriptor.number) }
    }
}
