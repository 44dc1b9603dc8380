import Foundation
import Glibc

/// A listener on the host that no jail may reach.
///
/// It has TCP and UDP sockets on loopback, and a Unix socket in the abstract namespace, which
/// belongs to the network namespace and to no folder.
public final class HostListener: Sendable {
    public let port: UInt16
    public let name = "quicksand-" + UUID().uuidString
    private let sockets: [Int32]

    /// - Throws: ``ControlError`` if it cannot listen.
    public init() throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let stream = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let datagram = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        let unix = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        sockets = [stream, datagram, unix]
        try Self.bind(stream, &address)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = getsockname(stream, $0, &size)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        try Self.bind(datagram, &address)
        var path = sockaddr_un()
        path.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &path.sun_path) { $0[1...].copyBytes(from: name.utf8) }
        try Self.bind(unix, &path, size: 2 + 1 + name.utf8.count)
        guard listen(stream, 8) == 0, listen(unix, 8) == 0 else {
            throw ControlError(what: "cannot listen on loopback")
        }
    }

    deinit { for socket in sockets { close(socket) } }

    /// Whether a connection or a datagram has arrived.
    public var heardAnything: Bool {
        var polls = sockets.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        return poll(&polls, nfds_t(polls.count), 0) > 0
    }

    private static func bind<Address>(
        _ socket: Int32,
        _ address: inout Address,
        size: Int = MemoryLayout<Address>.size
    ) throws {
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(socket, $0, socklen_t(size))
            }
        }
        guard result == 0 else { throw ControlError(what: "no address to listen on") }
    }
}
