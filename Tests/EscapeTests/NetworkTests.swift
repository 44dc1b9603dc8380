import Domain
import Foundation
import Glibc
import Testing

extension EscapeTests {
    @Suite struct NetworkTests {
        @Test(arguments: SystemCallProfile.allCases)
        func `no way leads out of a jail's network`(profile: SystemCallProfile) async throws {
            let prison = try #require(Prison.current)
            let host = try HostListener()
            let found = try await prison.findings(
                "network.py",
                ["\(host.port)", host.name],
                profile: profile
            )
            // A datagram to loopback is lost in the jail's own network where that has one.
            let own = found.filter { $0.key != "host datagram" }
            expectRefused(
                own,
                with: [
                    "ENOSYS", "EPERM", "EACCES", "ECONNREFUSED", "ENETUNREACH", "EADDRNOTAVAIL",
                    "EAFNOSUPPORT", "EPROTONOSUPPORT", "ESOCKTNOSUPPORT", "ENOENT", "EHOSTUNREACH",
                    "[Errno -2] Name or service not known",
                    "[Errno -3] Temporary failure in name resolution",
                ],
                atLeast: 10
            )
            #expect(!host.heardAnything)
        }

        @Test func `outside, the same program reaches all three`() throws {
            let host = try HostListener()
            let found = try Control.findings("network.py", ["\(host.port)", host.name, "near"])
            #expect(
                found == [
                    "host loopback": "ok", "host datagram": "ok", "abstract unix socket": "ok",
                ]
            )
            #expect(host.heardAnything)
        }
    }
}

/// Listens on the host, where a jail must never be heard.
///
/// TCP and UDP on loopback, and a Unix socket in the abstract namespace, which belongs to the
/// network namespace and to no folder.
private final class HostListener {
    let port: UInt16
    let name = "quicksand-" + UUID().uuidString
    private var sockets: [Int32] = []

    init() throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let stream = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        sockets.append(stream)
        try Self.bind(stream, &address)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = getsockname(stream, $0, &size)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        let datagram = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        sockets.append(datagram)
        try Self.bind(datagram, &address)
        let unix = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        sockets.append(unix)
        var path = sockaddr_un()
        path.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &path.sun_path) { $0[1...].copyBytes(from: name.utf8) }
        try Self.bind(unix, &path, size: 2 + 1 + name.utf8.count)
        guard listen(stream, 8) == 0, listen(unix, 8) == 0 else { throw Missing(what: "listening") }
    }

    deinit { for socket in sockets { close(socket) } }

    /// A connection or a datagram has arrived.
    var heardAnything: Bool {
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
        guard result == 0 else { throw Missing(what: "an address to listen on") }
    }
}
