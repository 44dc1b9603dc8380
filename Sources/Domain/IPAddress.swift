import Foundation

/// An IPv4 or IPv6 address, without a zone.
public struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// The bytes in network order: 4 or 16.
    public let bytes: [UInt8]

    /// Parses only the strict notations: four decimal numbers, or the IPv6 text of RFC 4291.
    ///
    /// `0x7f.1`, `127.1`, `0177.0.0.1`, zones and brackets are refused, because other parsers read
    /// such text in more than one way.
    public init?(_ text: String) {
        // inet_pton reads a C string and would stop at a zero byte.
        guard !text.utf8.contains(0) else { return nil }
        var buffer = [UInt8](repeating: 0, count: 16)
        let family = text.utf8.contains(UInt8(ascii: ":")) ? AF_INET6 : AF_INET
        guard inet_pton(family, text, &buffer) == 1 else { return nil }
        bytes = family == AF_INET ? Array(buffer.prefix(4)) : buffer
    }

    /// - Parameter bytes: 4 or 16 bytes in network order.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    public var isIPv4: Bool { bytes.count == 4 }

    /// The IPv4 address for `::ffff:a.b.c.d`, and the same address for anything else.
    ///
    /// A dual-stack socket names an IPv4 peer `::ffff:a.b.c.d`.
    public var unmapped: IPAddress {
        let prefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
        return isIPv4 || !bytes.starts(with: prefix) ? self : lastFour
    }

    /// The IPv4 address in the last 32 bits, where transition mechanisms put it.
    var lastFour: IPAddress { IPAddress(unchecked: Array(bytes.suffix(4))) }

    /// The key by which quota is counted: an IPv4 address itself, or the /64 of an IPv6 address.
    ///
    /// A /64 is the smallest block that a customer gets (RFC 6177), so its addresses are one
    /// caller.
    public var quotaGroup: String {
        let address = unmapped
        if address.isIPv4 { return address.description }
        let network = address.bytes.prefix(8) + [UInt8](repeating: 0, count: 8)
        return "\(IPAddress(unchecked: Array(network)))/64"
    }

    /// The text of RFC 5952: lower case, with the longest run of zeros shortened.
    public var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = isIPv4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private init(unchecked bytes: [UInt8]) { self.bytes = bytes }
}
