import Domain
import HTTPTypes

/// From where a request came, for counting strangers.
///
/// Anybody can write `X-Forwarded-For`, so it is believed only where the peer is a trusted proxy,
/// and then from the right, where the proxies add: the first address that is not itself a trusted
/// proxy's is the client's. What stands left of it is hearsay.
struct ClientAddress {
    static let hopsMax = 32

    let trustedProxies: [CIDR]

    /// The client's address, or `nil` where there is none to be known.
    ///
    /// The peer is the other end of the connection; `nil` for a socket without addresses.
    func find(peer: IPAddress?, headers: HTTPFields) -> IPAddress? {
        guard var nearest = peer?.unmapped, isTrusted(nearest) else { return peer?.unmapped }
        let hops = headers[values: .forwardedFor].flatMap { line in
            line.split(separator: ",", omittingEmptySubsequences: false)
        }
        for hop in hops.reversed().prefix(Self.hopsMax) {
            // A proxy that does not know its peer's address must not make the next word the
            // client's.
            guard let address = Self.address(hop) else { return nearest }
            nearest = address
            guard isTrusted(address) else { return nearest }
        }
        return nearest
    }

    private func isTrusted(_ address: IPAddress) -> Bool {
        trustedProxies.contains { $0.contains(address) }
    }

    /// An address, also with a port as some proxies write it: `192.0.2.1:4711`,
    /// `[2001:db8::1]:4711`.
    private static func address(_ hop: Substring) -> IPAddress? {
        var text = hop.trimming(" \t\"")
        if text.first == "[" {
            text = text.dropFirst().prefix { $0 != "]" }
        } else if text.count(where: { $0 == ":" }) == 1 {
            text = text.prefix { $0 != ":" }
        }
        return IPAddress(String(text))?.unmapped
    }
}
