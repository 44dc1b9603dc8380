import Domain
import Foundation
import Kernel
import Synchronization
public import WardenWire

/// The unprivileged half of the boundary: speaks the warden's protocol, and moves the bytes of
/// standard streams.
///
/// One thread waits for the control socket and for every pipe of every running stage; callers send
/// their frames themselves and are resumed by it. Everything shared is in ``SessionState``, behind
/// one lock.
public final class WardenSession: Sendable {
    /// What the warden found this machine to have.
    public let primitives: [Primitive]
    /// Ends when the warden has gone, for whatever reason.
    public let ending: AsyncStream<Never>
    let ended: AsyncStream<Never>.Continuation
    let control: Descriptor
    let epoll: Epoll
    let state = Mutex(SessionState())
    private let warden: Int32

    static let controlToken: UInt64 = 0

    /// Starts the warden with its sealed catalog, and waits until it is ready.
    ///
    /// - Parameter program: the path of `quicksand-warden`.
    /// - Throws: ``WardenStartError``
    public static func start(
        program: String,
        catalog: CatalogImage
    ) throws(WardenStartError) -> WardenSession {
        Spawn.ignoreBrokenPipes()
        do {
            let seal = try Descriptor.sealed("quicksand-catalog", catalog.encoded())
            let ends = try SeqpacketSocket.pair().released()
            let control = Descriptor(owning: ends.first)
            let theirs = Descriptor(owning: ends.second)
            let warden = try Spawn.start(program, inherited: [theirs.number, seal.number])
            // Ours must be the only copy left, or a dead warden would never be noticed.
            Descriptor.close(theirs.release())
            let primitives = try awaitReady(control.number, warden)
            let session = WardenSession(
                control: control,
                epoll: try Epoll(),
                warden: warden,
                primitives: primitives
            )
            try session.epoll.add(session.control.number, .readable, token: controlToken)
            Thread.detachNewThread { session.watch() }
            return session
        } catch let error as WardenStartError {
            throw error
        } catch {
            throw .cannotStart(program: program, reason: "\(error)")
        }
    }

    private init(
        control: consuming Descriptor,
        epoll: consuming Epoll,
        warden: Int32,
        primitives: [Primitive]
    ) {
        (ending, ended) = AsyncStream.makeStream()
        self.control = control
        self.epoll = epoll
        self.warden = warden
        self.primitives = primitives
    }

    private static func awaitReady(
        _ control: Int32,
        _ warden: Int32
    ) throws -> [Primitive] {
        let packet = try SeqpacketSocket.receive(
            on: control,
            most: WardenWire.`Protocol`.frameBytesMax,
            descriptorsMost: 0
        )
        guard let packet else {
            _ = try? Process.reap(warden, waiting: true)
            throw WardenStartError.ended
        }
        switch try Reply(decoding: packet.bytes) {
        case .ready(WardenWire.`Protocol`.version, let primitives): return primitives
        case .ready(let version, _): throw WardenStartError.version(version)
        case .unfit(let primitive):
            _ = try? Process.reap(warden, waiting: true)
            throw WardenStartError.unfit(primitive)
        default: throw WardenStartError.ended
        }
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

    /// The warden's process number, for operators.
    public var wardenProcess: Int32 { warden }

    /// Ends the warden, and every jail with it; returns when it has gone.
    public func shutDown() {
        // Shut, not closed: the watching thread still has the number, and must see the end.
        Sockets.shutDown(control.number)
        _ = try? Process.reap(warden, waiting: true)
    }

    /// Sends one frame.
    ///
    /// The socket blocks only while the warden is further behind than its buffer is long.
    func send(_ request: Request, descriptors: [Int32] = []) throws {
        let frame = request.encoded()
        // The warden would take it for a broken front, and end.
        guard frame.count <= WardenWire.`Protocol`.frameBytesMax, request.isWithinCounts else {
            throw SandboxError.refused(reason: "arguments, environment and outputs are too long")
        }
        do {
            try SeqpacketSocket.send(
                frame,
                descriptors: descriptors,
                on: control.number
            )
        } catch {
            throw SandboxError.unavailable
        }
    }
}

/// Why there is no warden.
public enum WardenStartError: Error, CustomStringConvertible {
    case cannotStart(program: String, reason: String)
    /// This machine lacks something that jails are made of.
    case unfit(Primitive)
    case version(UInt32)
    case ended

    public var description: String {
        switch self {
        case .cannotStart(let program, let reason): "cannot start \(program): \(reason)"
        case .unfit(let primitive):
            "this machine cannot make jails: \(primitive.name): \(primitive.detail)"
        case .version(let version):
            "quicksand-warden speaks protocol \(version), not \(WardenWire.`Protocol`.version)"
        case .ended: "quicksand-warden ended before it was ready"
        }
    }
}
