public import Domain
import Foundation
import Kernel
import Synchronization
public import WardenProtocol

/// The unprivileged half of the boundary: speaks the warden's protocol, and moves the bytes of
/// standard streams.
///
/// One thread waits for the control socket and for every pipe of every running stage; callers send
/// their frames themselves and are resumed by it. Everything shared is in ``ConnectionState``,
/// behind one lock.
public final class WardenConnection: Sendable {
    /// The kernel features that the warden found on this machine.
    public let primitives: [Primitive]
    /// The warden's process number, for operators.
    public let wardenProcess: Int32
    let control: Descriptor
    let epoll: Epoll
    /// The null device, for output that nobody keeps.
    let sink: Descriptor
    let state = Mutex(ConnectionState())
    private let systemCallNames: [String]
    private let monitor: MonitorSocket
    let ended: @Sendable (_ process: Int32) -> Void
    public let events: AsyncStream<SandboxEvent>
    let report: AsyncStream<SandboxEvent>.Continuation

    static let controlToken: UInt64 = 0
    /// How many of the jails that have been given up may still be there though nobody has begun to
    /// tear them down.
    public static let restingJailsMax = DeferredClose.jailsMax

    /// Starts a warden with its sealed catalog, and waits until it is ready.
    ///
    /// This connection is all: where its warden ends, it does not come back. ``WardenLink`` does.
    /// - Parameters:
    ///   - program: the path of `quicksand-warden`.
    ///   - systemCallNames: by number, for what results say of refused calls.
    /// - Throws: ``WardenStartError``
    public static func start(
        program: String,
        catalog: CatalogImage,
        systemCallNames: [String] = []
    ) throws(WardenStartError) -> WardenConnection {
        let monitor = try MonitorSocket.start(
            program: program,
            catalog: catalog,
            systemCallNames: systemCallNames
        )
        do {
            return try monitor.nextSession()
        } catch {
            monitor.end()
            throw error
        }
    }

    /// - Parameters:
    ///   - monitor: kept, because without it the warden ends.
    ///   - ended: called once, when the warden has gone.
    init(
        _ started: consuming StartedWarden,
        primitives: [Primitive],
        systemCallNames: [String],
        monitor: MonitorSocket,
        ended: @escaping @Sendable (_ process: Int32) -> Void
    ) throws(KernelError) {
        epoll = try Epoll()
        sink = try Descriptor.open("/dev/null", flags: OpenFlags.writeOnly)
        (events, report) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(2))
        wardenProcess = started.process
        control = started.control
        self.primitives = primitives
        self.systemCallNames = systemCallNames
        self.monitor = monitor
        self.ended = ended
        try epoll.add(self.control.number, .readable, token: Self.controlToken)
        report.yield(.ready(process: wardenProcess))
        Thread.detachNewThread { self.watch() }
    }

    /// Whether the warden is there to make jails.
    public var isAvailable: Bool { state.withLock { !$0.isOver } }

    /// Returns when nothing is left of any jail that was opened: the warden has said so of each, or
    /// has gone.
    public func waitUntilEmpty() async {
        await withCheckedContinuation { continuation in
            if !state.withLock({ $0.waitForEmpty(continuation) }) { continuation.resume() }
        }
    }

    /// Numbers come from a jail's init, which has handled a stranger's bytes: any may come.
    func refusedCalls(of end: StageEnd) -> [String] {
        let names = end.refusedCalls.map { number in
            let index = Int(number)
            let name = systemCallNames.indices.contains(index) ? systemCallNames[index] : ""
            return name.isEmpty ? "\(number)" : name
        }
        // The filter's only way to kill: the call has no number of this architecture.
        return end.verdict == .signaled(signal: Self.badSystemCall)
            ? names + ["foreign_architecture"] : names
    }

    private static let badSystemCall: Int32 = 31  // SIGSYS

    /// Ends the warden, and every jail with it; returns when it has gone.
    public func shutDown() { monitor.end(with: self) }

    /// What its warden makes of it is its end.
    func shutControl() {
        // Shut, not closed: the watching thread still has the number, and must see the end.
        Sockets.shutDown(control.number)
    }

    static let tooLong = SandboxError.refused(
        reason: "arguments, environment and outputs are too long"
    )

    /// Sends one frame.
    ///
    /// The socket blocks only while the warden is further behind than its buffer is long.
    func send(_ request: Request, descriptors: [Int32] = []) throws {
        let frame = request.encoded()
        // The warden would take it for a broken front, and end.
        guard frame.count <= WardenProtocol.`Protocol`.frameBytesMax else { throw Self.tooLong }
        do {
            try SeqpacketSocket.send(
                frame,
                descriptors: descriptors,
                on: control.number
            )
        } catch {
            throw WardenGone()
        }
    }
}

/// The warden had gone before it was asked for anything: nothing was begun.
struct WardenGone: Error {}

/// Why there is no warden.
public enum WardenStartError: Error, CustomStringConvertible {
    case cannotStart(program: String, reason: String)
    /// This machine lacks something that jails are made of.
    case unfit(Primitive)
    case version(UInt32)
    case ended
    case monitorEnded

    public var description: String {
        switch self {
        case .cannotStart(let program, let reason): "cannot start \(program): \(reason)"
        case .unfit(let primitive):
            "this machine cannot make jails: \(primitive.name): \(primitive.detail)"
        case .version(let version):
            "quicksand-warden speaks protocol \(version), not \(WardenProtocol.`Protocol`.version)"
        case .ended: "quicksand-warden ended before it was ready"
        case .monitorEnded: "quicksand-warden ended before it started anything"
        }
    }
}
