import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Refuses requests that two readers could understand in two ways (RFC 9112), and requests that are
/// mostly framing; marks the last request of a connection with `Connection: close`.
///
/// It is between the parser and the codec, which keeps only one `Host`. ``ConnectionHandler``
/// answers its error with 400. A route that is reading the body learns that the body is incomplete.
final class RequestFraming: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    /// The most bytes of a request beside its body: the head, which the parser bounds by 32 KiB,
    /// chunk sizes and their extensions, and trailers.
    private static let overheadBytesMax = 48 << 10
    /// A chunk of one byte takes six bytes, and more if its size is padded with zeros.
    private static let overheadBytesPerBodyByte = 16

    private var overheadBytes = 0
    private var isRefused = false

    /// Adds the handler before the codec, and its byte counter at the front of the pipeline.
    static func add(to pipeline: ChannelPipeline.SynchronousOperations) throws {
        let framing = RequestFraming()
        let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
        try pipeline.addHandler(framing, position: .before(codec))
        try pipeline.addHandler(ByteCount(of: framing), position: .first)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        switch unwrapInboundIn(data) {
        case .head(var head):
            guard RequestHead(head).isUnambiguous else {
                return refuse(context, HTTPParserError.invalidHeaderToken)
            }
            // The codec forgets the version, and the parser reads nothing after a request that
            // offers an upgrade, as some clients do of HTTP/2.
            guard head.isKeepAlive, !head.headers.contains(name: "Upgrade") else {
                head.headers.replaceOrAdd(name: "Connection", value: "close")
                return context.fireChannelRead(wrapInboundOut(.head(head)))
            }
        case .body(let bytes): overheadBytes -= bytes.readableBytes * Self.overheadBytesPerBodyByte
        case .end: overheadBytes = 0
        }
        context.fireChannelRead(data)
    }

    private func refuse(_ context: ChannelHandlerContext, _ error: HTTPParserError) {
        isRefused = true
        context.fireErrorCaught(error)
    }

    /// Counts a connection's bytes before the parser reads them.
    final class ByteCount: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = ByteBuffer
        typealias InboundOut = ByteBuffer

        private let framing: RequestFraming

        init(of framing: RequestFraming) { self.framing = framing }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            framing.overheadBytes += unwrapInboundIn(data).readableBytes
            context.fireChannelRead(data)
            guard framing.overheadBytes > RequestFraming.overheadBytesMax, !framing.isRefused
            else { return }
            framing.refuse(context, .headerOverflow)
        }
    }
}

/// The parts of a request's head that say where the request ends and who it is for.
private struct RequestHead {
    private let head: HTTPRequestHead
    private let hosts: [String]

    init(_ head: HTTPRequestHead) {
        self.head = head
        hosts = head.headers["Host"].map(Self.trimmed)
    }

    var isUnambiguous: Bool { hasOneHost && hasKnownLength }

    /// Whether there is exactly one host (RFC 9112, 3.2).
    ///
    /// A target in absolute form must name the same one. A request of HTTP/1.0 may have none.
    private var hasOneHost: Bool {
        guard let host = hosts.first else { return head.version == .http1_0 }
        guard hosts.count == 1, Self.isHost(host) else { return false }
        guard let scheme = head.uri.firstRange(of: "://"), !head.uri.hasPrefix("/") else {
            return true
        }
        let authority = head.uri[scheme.upperBound...].prefix { !"/?#".contains($0) }
        return authority.lowercased() == host.lowercased()
    }

    /// Whether the body has a length or is in chunks, and nothing else (RFC 9112, 6.1): another
    /// coding that is not undone here would hide where the body ends from somebody.
    private var hasKnownLength: Bool {
        let codings = head.headers["Transfer-Encoding"].map(Self.trimmed)
        return codings.isEmpty
            || (codings.count == 1 && codings[0].lowercased() == "chunked"
                && head.version != .http1_0)
    }

    /// Blanks at the end belong to the line, not to the value (RFC 9110, 5.5); the parser leaves
    /// them.
    private static func trimmed(_ value: String) -> String {
        guard value.utf8.last == 0x20 || value.utf8.last == 0x09 else { return value }
        return String(Substring(value).trimming(" \t"))
    }

    /// A host and an optional port (RFC 3986, 3.2.2), without user, path, comma or blank.
    ///
    /// No regular expression: this is on every request's path.
    private static func isHost(_ text: String) -> Bool {
        var rest = Substring(text).utf8
        if rest.first == UInt8(ascii: "[") {
            let address = rest.dropFirst().prefix { isAddress($0) }
            rest = rest.dropFirst(address.count + 1)
            guard !address.isEmpty, rest.popFirst() == UInt8(ascii: "]") else { return false }
        } else {
            let name = rest.prefix { isName($0) }
            guard (1...255).contains(name.count) else { return false }
            rest = rest.dropFirst(name.count)
        }
        guard let colon = rest.popFirst() else { return true }
        guard colon == UInt8(ascii: ":"), rest.count <= 5, rest.allSatisfy(isDigit) else {
            return false
        }
        return rest.isEmpty || UInt16(Substring(rest)) != nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte | 0x20)
    }

    private static func isAddress(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x61...0x66).contains(byte | 0x20) || byte == UInt8(ascii: ":")
            || byte == UInt8(ascii: ".")
    }

    private static func isName(_ byte: UInt8) -> Bool {
        isDigit(byte) || isLetter(byte) || marks.contains(byte)
    }

    private static let marks = Array("-._~%!$&'()*+;=".utf8)
}
