internal import Kernel

/// The error of a call that the filter does not allow.
///
/// A call that has no rule fails as on a kernel that lacks it. One that is refused for its
/// arguments fails as on a kernel that knows the call but not this argument: that is the error
/// upon which libraries go another way.
enum Refusal {
    static func errno(of call: NotifiedCall) -> Int32 {
        switch call.number {
        case NotifiedCall.ioctl: ofDescriptor(call, Errno.noTerminal)
        case NotifiedCall.setsockopt: ofDescriptor(call, Errno.noProtocolOption)
        case NotifiedCall.fcntl, NotifiedCall.fadvise64: ofDescriptor(call, Errno.invalid)
        case NotifiedCall.preadv2, NotifiedCall.pwritev2:
            ofDescriptor(call, Errno.operationNotSupported)
        case NotifiedCall.prctl, NotifiedCall.archPrctl, NotifiedCall.personality: Errno.invalid
        case NotifiedCall.socket: ofSocket(type: call.arguments.1)
        case NotifiedCall.socketpair: Errno.operationNotSupported
        default: Errno.noSystemCall
        }
    }

    /// As in the kernel, that there is no such descriptor comes before everything else.
    private static func ofDescriptor(_ call: NotifiedCall, _ errno: Int32) -> Int32 {
        call.fileKind == nil ? Errno.badDescriptor : errno
    }

    /// EPERM for raw sockets, as for every program without rights.
    ///
    /// Upon the other error, a library that would rather have another protocol (MPTCP) takes TCP.
    private static func ofSocket(type: UInt64) -> Int32 {
        let (kinds, raw): (UInt64, UInt64) = (0xf, 3)  // SOCK_TYPE_MASK, SOCK_RAW
        return type & kinds == raw ? Errno.notPermitted : Errno.protocolNotSupported
    }
}

extension NotifiedCall {
    /// The kind of the file that the first argument describes; `nil` if no file is open there.
    var fileKind: Files.Kind? {
        Files.kind(at: "/proc/\(thread)/fd/\(UInt32(truncatingIfNeeded: arguments.0))")
    }
}
