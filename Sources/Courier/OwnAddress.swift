public import Domain
import Glibc

/// This machine's own addresses.
///
/// A callback must not reach them by public numbers either: a service that listens for neighbours
/// would take the request for one of theirs.
public enum OwnAddress {
    /// Returns whether a packet to the address would stay on this machine.
    ///
    /// The answer is that of the kernel's routes at the moment (rtnetlink(7), RTM_GETROUTE): they
    /// know every interface's address and every local route.
    ///
    /// - Returns: `nil` if the kernel cannot be asked now: this process has no descriptor left, or
    ///   the kernel no memory.
    public static func contains(_ address: IPAddress) -> Bool? {
        let socket = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | O_CLOEXEC, routing)
        guard socket >= 0 else { return nil }
        defer { close(socket) }
        let request = request(address)
        var reply = [UInt8](repeating: 0, count: 4_096)
        guard send(socket, request, request.count, 0) == request.count else { return nil }
        let count = recv(socket, &reply, reply.count, 0)
        guard count >= headerBytes + routeBytes else { return nil }
        return reply.withUnsafeBytes { reply -> Bool? in
            let kind = reply.loadUnaligned(fromByteOffset: 4, as: UInt16.self)
            if kind == failure {
                let error = -reply.loadUnaligned(fromByteOffset: headerBytes, as: Int32.self)
                // Any other error says that no route leads there.
                return error == ENOMEM || error == ENOBUFS ? nil : false
            }
            return kind == newRoute && reply[headerBytes + 7] == local
        }
    }

    /// A `nlmsghdr`, a `rtmsg` and the attribute RTA_DST.
    private static func request(_ address: IPAddress) -> [UInt8] {
        let attribute = 4 + address.bytes.count
        let length = UInt32(headerBytes + routeBytes + attribute)
        var bytes = native(length) + native(getRoute) + native(isRequest) + native(UInt32(1))
        bytes += native(UInt32(0))
        bytes += [UInt8(address.isIPv4 ? AF_INET : AF_INET6), UInt8(address.bytes.count * 8)]
        bytes += [UInt8](repeating: 0, count: routeBytes - 2)
        return bytes + native(UInt16(attribute)) + native(destination) + address.bytes
    }

    private static func native<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number) { Array($0) }
    }

    // Of linux/netlink.h and linux/rtnetlink.h.
    private static let routing: Int32 = 0  // NETLINK_ROUTE
    private static let headerBytes = 16
    private static let routeBytes = 12
    private static let failure: UInt16 = 2  // NLMSG_ERROR
    private static let newRoute: UInt16 = 24  // RTM_NEWROUTE
    private static let getRoute: UInt16 = 26  // RTM_GETROUTE
    private static let isRequest: UInt16 = 1  // NLM_F_REQUEST
    private static let destination: UInt16 = 1  // RTA_DST
    private static let local: UInt8 = 2  // RTN_LOCAL
}
