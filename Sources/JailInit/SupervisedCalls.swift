internal import Kernel
internal import WardenProtocol

/// The system calls of a stage that the filter leaves to init.
///
/// - Calls that no rule allows fail (``Refusal``); their numbers tell the caller why a program
///   failed.
/// - Calls for users who are not there are refused as calls for other users are
///   (``IdentityCall``).
/// - Calls that lock or watch files are made as long as the jail has not too many locks
///   (``FileLocks``) or watches (``EpollWatches``).
/// - fsync and fdatasync answer as they do for files in memory, and are not made: a program's own
///   files are in memory, and for a file under `/usr` the kernel would flush the host's disk.
///
/// Init decides by registers; memory, which a program can change after the look, gives no more than
/// a hint. Its time on this counts as the jail's.
struct SupervisedCalls: ~Copyable {
    /// Each refused number once, in the order of their first appearance.
    private(set) var refused: [Int32] = []
    /// From the stage, which has to send the listener before it becomes the program.
    private let stage: Descriptor
    private var listener: SystemCallListener?
    private let bounds: EndBounds
    private let identity: JailIdentity

    init(from stage: consuming Descriptor, bounds: EndBounds, identity: JailIdentity) {
        self.stage = stage
        self.bounds = bounds
        self.identity = identity
    }

    /// The socket that the listener comes through; readable once.
    var number: Int32 { stage.number }

    /// - Returns: the listener, to be watched; `nil` where the stage ended without sending one.
    mutating func takeListener() throws(KernelError) -> Int32? {
        let packet = try SeqpacketSocket.receive(on: stage.number, most: 1, descriptorsMost: 1)
        guard let packet else { return nil }
        let (_, descriptors) = packet.taken()
        guard let number = descriptors.first else { return nil }
        listener = SystemCallListener(owning: Descriptor(owning: number))
        listener?.takeTurns()
        return number
    }

    /// Answers the call that waits.
    mutating func answer() throws(KernelError) {
        guard let call = try listener?.nextCall() else { return }
        let answer = decide(call)
        try listener?.answer(call, answer)
    }

    private mutating func decide(_ call: NotifiedCall) -> CallAnswer {
        switch call.number {
        case NotifiedCall.fsync, NotifiedCall.fdatasync: return Self.synchronize(call)
        case NotifiedCall.epollCreate where Int32(truncatingIfNeeded: call.arguments.0) > 0:
            return bounds.watches.makeInstance(closesOnExec: false)
        case NotifiedCall.epollCreate1 where [0, Self.closeOnExec].contains(call.flags):
            return bounds.watches.makeInstance(closesOnExec: call.flags != 0)
        case NotifiedCall.epollCreate, NotifiedCall.epollCreate1:
            return .failed(errno: Errno.invalid)
        case NotifiedCall.epollControl
        where UInt32(truncatingIfNeeded: call.arguments.1) == Self.add:
            return bounds.watches.allowsWatch() ? .made : .failed(errno: Errno.noSpace)
        case NotifiedCall.flock:
            // To unlock needs no answer of init's.
            return bounds.locks.allowsFlock() ? .made : Self.noLocks
        case NotifiedCall.fcntl:
            switch LockCommand(call) {
            case .processLock:
                return bounds.locks.allowsProcessLock { Self.unlocks(call) } ? .made : Self.noLocks
            case .fileLock:
                return bounds.locks.allowsFileLock { Self.unlocks(call) } ? .made : Self.noLocks
            case nil: break
            }
        default:
            if let change = IdentityCall(call) { return change.answer(in: identity) }
        }
        if refused.count < StageEnd.refusedCallsMax, !refused.contains(call.number) {
            refused.append(call.number)
        }
        return .failed(errno: Refusal.errno(of: call))
    }

    private static let closeOnExec: UInt32 = 0o2_000_000  // EPOLL_CLOEXEC, which is O_CLOEXEC
    private static let add: UInt32 = 1  // EPOLL_CTL_ADD
    private static let noLocks = CallAnswer.failed(errno: Errno.noLocks)

    /// Whether the lock that the call points to says F_UNLCK; it may say something else later.
    private static func unlocks(_ call: NotifiedCall) -> Bool {
        call.short(at: call.arguments.2) == 2
    }

    private static func synchronize(_ call: NotifiedCall) -> CallAnswer {
        switch call.fileKind {
        case .regular, .folder: return .done
        case .pipe, .other: return .failed(errno: Errno.invalid)
        case nil: return .failed(errno: Errno.badDescriptor)
        }
    }

    /// For the stage: hands its listener to init.
    static func send(
        _ listener: borrowing SystemCallListener,
        to hearer: Int32
    )
        throws(KernelError)
    {
        try SeqpacketSocket.send([0], descriptors: [listener.number], on: hearer)
    }
}

/// The commands of fcntl(2) that lock, on a 64-bit machine.
private enum LockCommand {
    /// F_SETLK, F_SETLKW
    case processLock
    /// F_OFD_SETLK, F_OFD_SETLKW
    case fileLock

    init?(_ call: NotifiedCall) {
        switch UInt32(truncatingIfNeeded: call.arguments.1) {
        case 6, 7: self = .processLock
        case 37, 38: self = .fileLock
        default: return nil
        }
    }
}

extension NotifiedCall {
    fileprivate var flags: UInt32 { UInt32(truncatingIfNeeded: arguments.0) }
}
