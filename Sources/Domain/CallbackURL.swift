/// The address of a receiver: an absolute `http` or `https` URL with only one possible reading.
///
/// The parser is hand-written and strict, because a lenient parser and libcurl could disagree about
/// the host of a URL. This type checks only the syntax; ``AddressPolicy`` decides whether the host
/// may be reached, when the courier connects.
public struct CallbackURL: Sendable, Hashable {
    public static let bytesMax = 2_048

    public let text: String
    /// The host in lower case; an IPv6 address has no brackets.
    public let host: String
    /// The URL's port, or the default port of its scheme.
    public let port: UInt16

    public init(_ text: String) throws(CallbackURLError) {
        guard text.utf8.count <= Self.bytesMax else { throw .tooLong }
        guard text.utf8.allSatisfy({ 0x21...0x7e ~= $0 && !Self.unsafe.contains($0) })
        else { throw .character }
        guard let colon = text.firstRange(of: "://") else { throw .scheme }
        let defaultPort: UInt16
        switch text[..<colon.lowerBound].lowercased() {
        case "http": defaultPort = 80
        case "https": defaultPort = 443
        default: throw .scheme
        }
        guard !text.contains("#") else { throw .fragment }
        let rest = text[colon.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !rest.dropFirst(authority.count).contains(where: { $0 == "[" || $0 == "]" })
        else { throw .character }
        guard !authority.contains("@") else { throw .credentials }
        let (host, tail) = try Self.split(authority)
        self.host = host
        port = try tail.isEmpty ? defaultPort : Self.port(tail)
        self.text = text
    }

    /// Returns the receiver of a stored URL: its host and port, which answer or fail together.
    ///
    /// A URL that another version stored and this one refuses has none.
    public static func receiver(of text: String) -> String {
        (try? CallbackURL(text)).map { "\($0.host):\($0.port)" } ?? "none"
    }

    /// Printable bytes that no URL may contain (RFC 3986, section 2); some parsers read `\` as `/`.
    private static let unsafe = Set(#""<>\^`{|}"#.utf8)

    /// Splits the authority into the host and the rest: nothing, or a colon and a port.
    private static func split(
        _ authority: Substring
    ) throws(CallbackURLError) -> (host: String, tail: Substring) {
        guard authority.hasPrefix("[") else {
            let name = authority.prefix { $0 != ":" }
            return (try checked(name), authority[name.endIndex...])
        }
        guard let end = authority.firstIndex(of: "]") else { throw .host }
        let literal = authority[authority.index(after: authority.startIndex)..<end]
        guard let address = IPAddress(String(literal)), !address.isIPv4 else { throw .address }
        return (address.description, authority[authority.index(after: end)...])
    }

    /// Validates a DNS name (RFC 1123, and the underscore, which is in use) or a dotted quad.
    private static func checked(_ name: Substring) throws(CallbackURLError) -> String {
        let host = name.lowercased()
        var labels = host.split(separator: ".", omittingEmptySubsequences: false)
        // The last label is the root's: `example.com.` is a valid name.
        if labels.count > 1, labels.last == "" { labels.removeLast() }
        guard host.utf8.count <= 253, labels.allSatisfy(isLabel) else { throw .host }
        // The URL standard: a host that ends in a number is an address, in whatever notation.
        guard let last = labels.last, isNumber(last) else { return host }
        guard IPAddress(host) != nil else { throw .address }
        return host
    }

    private static func isLabel(_ label: Substring) -> Bool {
        let isPlain = label.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "-"), UInt8(ascii: "_"): true
            default: false
            }
        }
        return isPlain && (1...63).contains(label.utf8.count) && !label.hasPrefix("-")
            && !label.hasSuffix("-")
    }

    private static func isNumber(_ label: Substring) -> Bool {
        label.hasPrefix("0x")
            ? label.dropFirst(2).allSatisfy(\.isHexDigit)
            : label.allSatisfy(\.isWholeNumber)
    }

    private static func port(_ tail: Substring) throws(CallbackURLError) -> UInt16 {
        let digits = tail.dropFirst()
        guard tail.hasPrefix(":"), (1...5).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ 48...57 ~= $0 }), let number = UInt16(digits), number > 0
        else { throw .port }
        return number
    }
}

/// The rules that a callback URL can break.
public enum CallbackURLError: Error, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    case tooLong
    case character
    case scheme
    case credentials
    case fragment
    case host
    case address
    case port

    /// The end of a sentence that starts with the field's name: `callback_url must not …`.
    public var description: String {
        switch self {
        case .tooLong: "must be at most \(CallbackURL.bytesMax) bytes long"
        case .character: "must have only characters of a URL; percent-encode all others"
        case .scheme: "must start with https:// or http://"
        case .credentials: "must not carry a user name or a password"
        case .fragment: "must not have a fragment"
        case .host: "must name a host"
        case .address: "must spell an address as four decimal numbers or as bracketed IPv6"
        case .port: "must have a port from 1 to 65535, or none"
        }
    }
}
