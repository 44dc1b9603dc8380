import Commands
import Foundation
import Glibc

/// The address of a server: `http://host:port`, with an optional prefix of the path.
struct HTTPAddress: Sendable {
    let host: String
    let port: UInt16
    let prefix: String

    /// Makes the address of a server on this machine.
    init(port: UInt16) {
        host = "127.0.0.1"
        self.port = port
        prefix = ""
    }

    /// - Throws: ``CommandError`` if the text is not such an address.
    init(_ text: String) throws {
        guard let parts = URLComponents(string: text), parts.scheme == "http",
            let host = parts.host, !host.isEmpty, let port = UInt16(exactly: parts.port ?? 80)
        else {
            throw CommandError(
                2,
                "--url: '\(text)' is not an address such as http://127.0.0.1:8080"
            )
        }
        self.host = host.trimmingCharacters(in: ["[", "]"])
        self.port = port
        prefix =
            String(parts.percentEncodedPath.drop { $0 == "/" }).isEmpty
            ? "" : parts.percentEncodedPath
    }
}

/// A blocking keep-alive HTTP/1.1 connection for answers with a `Content-Length`.
///
/// It does only the necessary work, because the server is what the benchmark measures.
///
/// One thread at a time uses it.
final class HTTPConnection: Sendable {
    private let address: HTTPAddress
    private let socket: Int32

    private static let headBytesMax = 64 << 10
    private static let bodyBytesMax = 16 << 20
    private static let patienceSeconds = 60

    /// - Parameter source: an address of this machine to connect from.
    /// - Throws: ``CommandError`` if nobody listens there.
    init(_ address: HTTPAddress, from source: String? = nil) throws {
        self.address = address
        socket = try Self.connect(address, from: source)
        var one: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, size)
        var patience = timeval(tv_sec: Self.patienceSeconds, tv_usec: 0)
        setsockopt(
            socket,
            SOL_SOCKET,
            SO_RCVTIMEO,
            &patience,
            socklen_t(MemoryLayout<timeval>.size)
        )
        if source != nil {
            // An attacker goes on where a caller would wait.
            var haste = timeval(tv_sec: 1, tv_usec: 0)
            let size = socklen_t(MemoryLayout<timeval>.size)
            setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &haste, size)
        }
    }

    deinit { Glibc.close(socket) }

    /// Ends the connection; another thread may wait on it.
    func hangUp() { shutdown(socket, Int32(SHUT_RDWR)) }

    /// - Throws: ``CommandError`` where the connection ends or what comes is no such answer.
    func post(
        _ path: String,
        headers: [String],
        _ body: Data
    ) throws -> (status: Int, body: Data) {
        let content = ["Content-Type: application/json", "Content-Length: \(body.count)"]
        return try ask("POST", path, headers: content + headers, body)
    }

    /// - Throws: ``CommandError`` where the connection ends or what comes is no such answer.
    func get(_ path: String) throws -> (status: Int, body: Data) {
        try ask("GET", path, headers: [], Data())
    }

    private func ask(
        _ method: String,
        _ path: String,
        headers: [String],
        _ body: Data
    ) throws -> (status: Int, body: Data) {
        let head = [
            "\(method) \(address.prefix)\(path) HTTP/1.1", "Host: \(address.host):\(address.port)",
        ]
        let lines = (head + headers).joined(separator: "\r\n") + "\r\n\r\n"
        try send(Data(lines.utf8) + body)
        return try receive()
    }

    func send(_ bytes: Data) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if sent < 0, errno == EINTR { continue }
            guard sent > 0 else { throw failure("did not accept the request: errno \(errno)") }
            rest = rest.dropFirst(sent)
        }
    }

    func receive() throws -> (status: Int, body: Data) {
        var bytes = Data()
        while true {
            let piece = PipeEnds.read(socket)
            guard !piece.isEmpty else { throw failure("closed the connection, or was too slow") }
            bytes += piece
            if let end = bytes.firstRange(of: Data("\r\n\r\n".utf8)) {
                let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
                return try (Self.status(head), body(bytes[end.upperBound...], head))
            }
            guard bytes.count < Self.headBytesMax else {
                throw failure("sent an incomplete header")
            }
        }
    }

    private static func status(_ head: String) -> Int {
        let fields = head.prefix { $0 != "\r\n" }.split(separator: " ")
        return fields.count > 1 ? Int(fields[1]) ?? 0 : 0
    }

    private func body(_ start: Data, _ head: String) throws -> Data {
        let name = "content-length:"
        let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name) }
        let text = line?.dropFirst(name.count).trimmingCharacters(in: .whitespaces)
        guard let length = text.flatMap({ Int($0) }), (0...Self.bodyBytesMax).contains(length)
        else {
            throw failure("sent no acceptable Content-Length")
        }
        var body = start
        while body.count < length {
            let piece = PipeEnds.read(socket)
            guard !piece.isEmpty else { throw failure("closed the connection during an answer") }
            body += piece
        }
        return body
    }

    private func failure(_ what: String) -> CommandError {
        CommandError(1, "http://\(address.host):\(address.port) \(what)")
    }

    private static func connect(_ address: HTTPAddress, from source: String?) throws -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(address.host, String(address.port), &hints, &found)
        guard code == 0 else {
            throw CommandError(1, "\(address.host): \(String(cString: gai_strerror(code)))")
        }
        defer { freeaddrinfo(found) }
        var next = found
        while let candidate = next?.pointee {
            let type = candidate.ai_socktype | Int32(SOCK_CLOEXEC.rawValue)
            let socket = Glibc.socket(candidate.ai_family, type, candidate.ai_protocol)
            if socket >= 0 {
                if let source { bind(socket, to: source) }
                let answer = Glibc.connect(socket, candidate.ai_addr, candidate.ai_addrlen)
                if answer == 0 { return socket }
                Glibc.close(socket)
            }
            next = candidate.ai_next
        }
        throw CommandError(1, "nobody listens at http://\(address.host):\(address.port)")
    }

    private static func bind(_ socket: Int32, to source: String) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr(source)
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = Glibc.bind(socket, $0, length)
            }
        }
    }
}
