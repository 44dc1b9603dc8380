/// A range of addresses, such as `10.0.0.0/8` or `fd00::/8`; a bare address contains only itself.
public struct CIDR: Sendable, Hashable, CustomStringConvertible {
    public let network: IPAddress
    /// The number of leading bits that an address shares with `network`: 0 to 32 or 128.
    public let prefixBits: Int

    /// Returns `nil` for text that is no range, or that has bits set after its prefix.
    ///
    /// `10.1.0.0/8` is a typing error. A guess at the intended range could permit too much.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let network = IPAddress(String(parts[0])) else { return nil }
        let widest = network.bytes.count * 8
        guard let prefix = parts.count == 1 ? widest : Self.number(parts[1]), prefix <= widest
        else { return nil }
        self.network = network
        prefixBits = prefix
        guard Self.masked(network.bytes, to: prefix) == network.bytes else { return nil }
    }

    /// Returns whether the address is in the range; an IPv4-mapped IPv6 address counts as IPv4.
    public func contains(_ address: IPAddress) -> Bool {
        [address, address.unmapped].contains { candidate in
            candidate.isIPv4 == network.isIPv4
                && Self.masked(candidate.bytes, to: prefixBits) == network.bytes
        }
    }

    public var description: String { "\(network)/\(prefixBits)" }

    private static func number(_ text: Substring) -> Int? {
        let isPlain = (1...3).contains(text.utf8.count) && text.utf8.allSatisfy { 48...57 ~= $0 }
        return isPlain && !(text.count > 1 && text.hasPrefix("0")) ? Int(text) : nil
    }

    private static func masked(_ bytes: [UInt8], to bits: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(max(bits - index * 8, 0), 8)
            return byte & ~UInt8(truncatingIfNeeded: 0xff >> kept)
        }
    }
}
