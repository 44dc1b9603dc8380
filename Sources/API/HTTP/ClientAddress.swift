import Domain
import HTTPTypes

/// The client's address of a request, by which anonymous callers are counted.
///
/// Anybody can write `X-Forwarded-For`, so it is trusted only if the peer is a trusted proxy.
/// Proxies append at the right, so it is read from the right: the first address that is not a
/// trusted proxy's is the client's. Addresses further left are unverified.
struct ClientAddress {
    static let hopsMax = 32

    let trustedProxies: [CIDR]

    /// Returns the client's address, or `nil` if it is unknown.
    ///
    /// `peer` is the other end of the connection; it is `nil` for a socket without addresses.
    func find(peer: IPAddress?, headers: HTTPFields) -> IPAddress? {
        guard var nearest = peer?.unmapped, isTrusted(nearest) else { return peer?.unmapped }
        let hops = headers[values: .forwardedFor].flatMap { line in
            line.split(separator: ",", omittingEmptySubsequences: false)
        }
        for hop in hops.reversed().prefix(Self.hopsMax) {
            // A proxy may write a word in place of an address; the next entry must not become the
            // client's address.
            guard let address = Self.address(hop) else { return nearest }
            nearest = address
            guard isTrusted(address) else { return nearest }
        }
        return nearest
    }

    /// Returns the group of addresses by which strangers are counted.
    ///
    /// A socket without addresses is a local one.
    func group(peer: IPAddress?, headers: HTTPFields) -> String {
        find(peer: peer, headers: headers)?.quotaGroup ?? "local"
    }

    /// Returns the host that the client sent the request to.
    ///
    /// A trusted proxy may name it in `X-Forwarded-Host`, once; from anybody else that counts for
    /// nothing.
    func host(peer: IPAddress?, request: HTTPRequest) -> String? {
        let forwarded = request.headerFields[values: .forwardedHost]
        guard let peer, isTrusted(peer.unmapped), forwarded.count == 1 else {
            return request.authority
        }
        return forwarded[0].contains(",") ? request.authority : forwarded[0]
    }

    private func isTrusted(_ address: IPAddress) -> Bool {
        trustedProxies.contains { $0.contains(address) }
    }

    /// Reads an address, also with the port that some proxies add: `192.0.2.1:4711`,
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
