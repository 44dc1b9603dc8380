import Foundation
import Kernel
import Synchronization
import WardenProtocol

/// The socket to the monitor, which sends the wardens' control sockets over it, one after another.
///
/// This side never sends on it: the monitor waits for the end of the socket.
final class MonitorSocket: Sendable {
    private let socket: Descriptor
    private let process: Int32
    private let systemCallNames: [String]
    private let isEnded = Mutex(false)

    private init(socket: consuming Descriptor, process: Int32, systemCallNames: [String]) {
        self.socket = socket
        self.process = process
        self.systemCallNames = systemCallNames
    }

    static func start(
        program: String,
        catalog: CatalogImage,
        systemCallNames: [String]
    ) throws(WardenStartError) -> MonitorSocket {
        Spawn.ignoreBrokenPipes()
        do {
            let seal = try Descriptor.sealed("quicksand-catalog", catalog.encoded())
            let ends = try SeqpacketSocket.pair().released()
            let ours = Descriptor(owning: ends.first)
            // The monitor's end must not stay open here, or a dead monitor would never be noticed.
            let theirs = Descriptor(owning: ends.second)
            let process = try Spawn.start(program, inherited: [theirs.number, seal.number])
            return MonitorSocket(
                socket: ours,
                process: process,
                systemCallNames: systemCallNames
            )
        } catch {
            throw .cannotStart(program: program, reason: "\(error)")
        }
    }

    /// Waits for the next warden, and until the warden is ready.
    ///
    /// - Parameter ended: called once, from a thread of its own, when that warden has gone.
    /// - Throws: ``WardenStartError``; ``WardenStartError/monitorEnded`` if there will be no
    ///   further warden.
    func nextSession(
        ended: @escaping @Sendable (_ process: Int32) -> Void = { _ in }
    ) throws(WardenStartError) -> WardenConnection {
        let started: StartedWarden
        do {
            started = try nextStarted()
        } catch {
            throw .monitorEnded
        }
        do {
            let primitives = try Self.awaitReady(started.control.number)
            return try WardenConnection(
                started,
                primitives: primitives,
                systemCallNames: systemCallNames,
                monitor: self,
                ended: ended
            )
        } catch let error as WardenStartError {
            throw error
        } catch {
            throw .ended
        }
    }

    private struct LinkEnded: Error {}

    private func nextStarted() throws -> StartedWarden {
        let packet = try SeqpacketSocket.receive(
            on: socket.number,
            most: Handover.bytesMax,
            descriptorsMost: Handover.descriptorCount
        )
        guard let packet else { throw LinkEnded() }
        let (bytes, numbers) = packet.taken()
        let descriptors = DescriptorList(owning: numbers)
        guard descriptors.count == Handover.descriptorCount, !isEnded.withLock(\.self) else {
            throw LinkEnded()
        }
        let warden = try Handover(decoding: bytes).warden
        return StartedWarden(
            process: warden,
            control: Descriptor(owning: descriptors.release()[0])
        )
    }

    private static func awaitReady(_ control: Int32) throws -> [Primitive] {
        let packet = try SeqpacketSocket.receive(
            on: control,
            most: WardenProtocol.`Protocol`.frameBytesMax,
            descriptorsMost: 0
        )
        guard let packet else { throw WardenStartError.ended }
        switch try Reply(decoding: packet.bytes) {
        case .ready(WardenProtocol.`Protocol`.version, let primitives): return primitives
        case .ready(let version, _): throw WardenStartError.version(version)
        case .unfit(let primitive): throw WardenStartError.unfit(primitive)
        default: throw WardenStartError.ended
        }
    }

    /// Ends the monitor, and the warden of `session` with it; returns when both have gone.
    func end(with session: WardenConnection? = nil) {
        let isFirst = isEnded.withLock { isEnded in
            defer { isEnded = true }
            return !isEnded
        }
        // Shut down this socket first, or the monitor would replace the warden.
        Sockets.shutDown(socket.number)
        session?.shutControl()
        guard isFirst else { return }
        // A warden on its way to us ends with its socket. After the shutdown this loop does not
        // block.
        while (try? nextStarted().process) != nil {}
        _ = try? Process.reap(process, waiting: true)
    }
}

/// A warden that may not be ready yet, and this side's end of its control socket.
struct StartedWarden: ~Copyable {
    let process: Int32
    let control: Descriptor
}
