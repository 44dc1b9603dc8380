internal import Kernel

/// A call that changes who a process is, or whose a file is.
///
/// The kernel answers EINVAL for a user whom the jail's user namespace does not have. On every
/// other machine the answer to a program without rights is EPERM, and programs are ready for that
/// one.
struct IdentityCall {
    /// The user and group numbers that it asks for.
    private let numbers: [UInt32]
    /// What leaves a user or a group as it is.
    private static let unchanged = UInt32.max

    init?(_ call: NotifiedCall) {
        let (first, second, third, fourth) = call.arguments
        let asked: [UInt64]
        switch call.number {
        case NotifiedCall.setuid, NotifiedCall.setgid: asked = [first]
        case NotifiedCall.setreuid, NotifiedCall.setregid: asked = [first, second]
        case NotifiedCall.setresuid, NotifiedCall.setresgid: asked = [first, second, third]
        case NotifiedCall.chown, NotifiedCall.lchown, NotifiedCall.fchown: asked = [second, third]
        case NotifiedCall.fchownat: asked = [third, fourth]
        default: return nil
        }
        numbers = asked.map { UInt32(truncatingIfNeeded: $0) }
    }

    /// The kernel decides about those whom it knows.
    func answer(in jail: JailIdentity) -> CallAnswer {
        let areKnown = numbers.allSatisfy { $0 == Self.unchanged || jail.has($0) }
        return areKnown ? .made : .failed(errno: Errno.notPermitted)
    }
}
