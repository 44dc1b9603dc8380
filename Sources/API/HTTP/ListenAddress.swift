public import Domain

/// An address and a port to listen on, such as `127.0.0.1:8081` or `[::1]:8081`.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    public let address: IPAddress
    public var port: Int

    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        var host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        guard let port = UInt16(digits), digits.allSatisfy(\.isNumber),
            let address = IPAddress(String(host)), address.isIPv4 != isBracketed
        else { return nil }
        self.address = address
        self.port = Int(port)
    }

    public var description: String {
        address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}
