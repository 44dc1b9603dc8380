import CCurl
import Domain
import HTTPTypes

@testable import API

/// The parsers that determine a client's address, and a callback's target.
enum AddressProperties {
    /// Input: the peer on the first line, the trusted proxies between commas on the second, and an
    /// `X-Forwarded-For` on every further line.
    static func forwardedFor(_ bytes: [UInt8]) throws {
        let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard lines.count >= 2 else { return }
        let peer = IPAddress(lines[0])
        let finder = ClientAddress(
            trustedProxies: lines[1].split(separator: ",").compactMap { CIDR(String($0)) }
        )
        var headers = HTTPFields()
        for line in lines.dropFirst(2) {
            headers.append(HTTPField(name: .forwardedFor, value: line))
        }
        let found = finder.find(peer: peer, headers: headers)
        try demand((found == nil) == (peer == nil), "\(peer as Any) became \(found as Any)")
        guard let peer, let found else { return }
        try demand(found.unmapped == found, "\(found) counts apart from the same address mapped")
        try checkChain(finder, from: peer.unmapped, to: found, headers)

        // Text that a stranger puts before the proxies' entries must change nothing.
        guard !finder.trustedProxies.contains(where: { $0.contains(found) }) else { return }
        var forged = HTTPFields()
        forged.append(HTTPField(name: .forwardedFor, value: "198.51.100.99, 10.0.0.1, x"))
        forged.append(contentsOf: headers)
        try demand(
            finder.find(peer: peer, headers: forged) == found,
            "\(found) was moved by a forged header"
        )
    }

    /// Checks that every address between the peer and the chosen client is a trusted proxy.
    private static func checkChain(
        _ finder: ClientAddress,
        from peer: IPAddress,
        to found: IPAddress,
        _ headers: HTTPFields
    ) throws {
        guard peer != found else { return }
        func isTrusted(_ address: IPAddress) -> Bool {
            finder.trustedProxies.contains { $0.contains(address) }
        }
        try demand(isTrusted(peer), "\(peer) is no proxy of ours, and was believed")
        let words = headers[values: .forwardedFor].joined(separator: ",").split(
            separator: ",",
            omittingEmptySubsequences: false
        )
        for word in words.reversed().prefix(ClientAddress.hopsMax) {
            let text = word.filter { $0 != " " && $0 != "\t" && $0 != "\"" }
            let candidates = [text, withoutPort(text)].compactMap { IPAddress($0)?.unmapped }
            if candidates.contains(found) { return }
            try demand(
                candidates.contains(where: isTrusted),
                "\(word) stands between the peer and \(found)"
            )
        }
        try demand(false, "\(found) is in no hop that counts")
    }

    private static func withoutPort(_ text: String) -> String {
        guard text.hasPrefix("[") else { return String(text.prefix { $0 != ":" }) }
        return String(text.dropFirst().prefix { $0 != "]" })
    }

    static func callbackURL(_ bytes: [UInt8]) throws {
        guard let text = String(validating: bytes, as: UTF8.self),
            let url = try? CallbackURL(text)
        else { return }
        try demand(Array(url.text.utf8) == bytes, "\(text) was changed to \(url.text)")
        try demand(bytes.count <= CallbackURL.bytesMax, "\(bytes.count) bytes")
        try demand(!url.host.isEmpty && url.host.utf8.count <= 253, "the host is \(url.host)")
        try demand(url.port > 0, "port 0")

        let scheme = text.prefix { $0 != ":" }
        let host = url.host.contains(":") ? "[\(url.host)]" : url.host
        let again = try CallbackURL("\(scheme)://\(host):\(url.port)/")
        try demand(again.host == url.host && again.port == url.port, "\(text) reads as \(again)")

        // libcurl is the parser that connects.
        let seen = try CurlURL(text)
        try demand(["http", "https"].contains(seen.scheme), "libcurl speaks \(seen.scheme)")
        try demand(seen.user == nil && seen.password == nil, "libcurl sees credentials in \(text)")
        try demand(seen.port == "\(url.port)", "libcurl sees port \(seen.port) in \(text)")
        let theirs = seen.host.filter { $0 != "[" && $0 != "]" }
        let isSame =
            IPAddress(url.host).map { IPAddress(theirs) == $0 }
            ?? (theirs.lowercased() == url.host)
        try demand(isSame, "\(text) names \(url.host) here and \(theirs) to libcurl")
    }
}

/// A URL as libcurl parses it.
private struct CurlURL {
    let scheme, host, port: String
    let user, password: String?

    init(_ text: String) throws {
        let handle = curl_url()
        defer { curl_url_cleanup(handle) }
        let code = curl_url_set(handle, CURLUPART_URL, text, 0)
        try demand(code == CURLUE_OK, "libcurl cannot read \(text): \(code.rawValue)")
        func part(_ part: CURLUPart) -> String? {
            var value: UnsafeMutablePointer<CChar>?
            guard curl_url_get(handle, part, &value, UInt32(CURLU_DEFAULT_PORT)) == CURLUE_OK,
                let value
            else { return nil }
            defer { curl_free(value) }
            return String(cString: value)
        }
        scheme = part(CURLUPART_SCHEME) ?? ""
        host = part(CURLUPART_HOST) ?? ""
        port = part(CURLUPART_PORT) ?? ""
        user = part(CURLUPART_USER)
        password = part(CURLUPART_PASSWORD)
    }
}
