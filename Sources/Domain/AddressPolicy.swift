/// The rule for the addresses that callbacks may go to: public ones and the operator's exceptions.
///
/// A stranger chooses the callback address, and the courier runs inside the operator's network. The
/// name in the URL is therefore not trusted: each address that it resolves to is checked here when
/// the courier connects.
///
/// The ranges are those of IANA's IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and
/// its updates), with multicast (RFC 5771, RFC 4291) and the reserved block.
public struct AddressPolicy: Sendable {
    private let allowed: [CIDR]
    private let isOwn: @Sendable (IPAddress) -> Bool?

    /// - Parameters:
    ///   - allowed: the ranges that are permitted although they are not public, or are this
    ///     machine's own.
    ///   - isOwn: whether the address is one of this machine's own at the moment. Services that
    ///     listen for neighbours listen on public addresses too. `nil` where that cannot be told at
    ///     the moment.
    public init(allowing allowed: [CIDR], isOwn: @escaping @Sendable (IPAddress) -> Bool?) {
        self.allowed = allowed
        self.isOwn = isOwn
    }

    public func judgement(of address: IPAddress) -> AddressJudgement {
        // The kernel connects to a mapped address by IPv4, so the IPv4 rules apply to it.
        let target = address.unmapped
        if allowed.contains(where: { $0.contains(target) }) { return .permitted }
        let isTranslated =
            !target.isIPv4 && Self.translated.contains { $0.contains(target) }
        let final = isTranslated ? target.lastFour : target
        guard Self.isPublic(final) else { return .refused }
        let answers = Set([final, target].map(isOwn))
        if answers.contains(true) { return .refused }
        return answers.contains(nil) ? .unknown : .permitted
    }

    private static func isPublic(_ address: IPAddress) -> Bool {
        (address.isIPv4 || unicast.contains { $0.contains(address) })
            && !special.contains { $0.contains(address) }
    }

    /// The well-known prefix of NAT64 (RFC 6052), with an IPv4 address in the last 32 bits.
    private static let translated = ["64:ff9b::/96"].compactMap(CIDR.init)

    /// The only block from which IANA has assigned global unicast addresses.
    ///
    /// All other addresses are refused without being listed: `::`, `::1`, IPv4-compatible
    /// `::a.b.c.d`, discard 100::/64, local-use NAT64 64:ff9b:1::/48, fc00::/7, fe80::/10,
    /// fec0::/10, ff00::/8.
    private static let unicast = ["2000::/3"].compactMap(CIDR.init)

    private static let special = specialTexts.compactMap(CIDR.init)

    static let specialTexts = [
        "0.0.0.0/8",  // this network; Linux connects 0.0.0.0 to itself
        "10.0.0.0/8",  // private
        "100.64.0.0/10",  // carrier-grade NAT, RFC 6598
        "127.0.0.0/8",  // loopback
        "168.63.129.16/32",  // a public number, but Azure's host agent answers there
        "169.254.0.0/16",  // link-local, including the clouds' metadata services
        "172.16.0.0/12",  // private
        "192.0.0.0/24",  // IETF protocol assignments
        "192.0.2.0/24",  // documentation
        "192.88.99.0/24",  // 6to4 relay anycast, deprecated by RFC 7526
        "192.168.0.0/16",  // private
        "198.18.0.0/15",  // benchmarking, RFC 2544
        "198.51.100.0/24",  // documentation
        "203.0.113.0/24",  // documentation
        "224.0.0.0/4",  // multicast
        "240.0.0.0/4",  // reserved, including limited broadcast
        "2001::/23",  // IETF protocol assignments: Teredo, benchmarking, ORCHID and ORCHIDv2
        "2001:db8::/32",  // documentation
        "2002::/16",  // 6to4: would be relayed to the IPv4 address inside
        "3fff::/20",  // documentation, RFC 9637
    ]
}

public enum AddressJudgement: Sendable, Hashable {
    case permitted
    case refused
    /// The address must not be connected to now; a later judgement may be another.
    case unknown
}
