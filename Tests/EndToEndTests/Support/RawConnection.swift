import Foundation
import Glibc
import Testing

/// A TCP client that sends exactly the given bytes, HTTP or not.
struct RawConnection: Sendable {
    let descriptor: Int32

    struct Failure: Error {
        let call: String
        let errno: Int32
    }

    init(port: Int) async throws {
        let result = await onThread { Self.connect(port: port) }
        descriptor = try result.get()
    }

    private static func connect(port: Int) -> Result<Int32, Failure> {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return .failure(Failure(call: "socket", errno: errno)) }
        var timeout = timeval(tv_sec: Patience.seconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, size)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, length)
            }
        }
        guard result == 0 else {
            let failure = Failure(call: "connect", errno: errno)
            close(descriptor)
            return .failure(failure)
        }
        return .success(descriptor)
    }

    func send(_ data: Data) async {
        await onThread { [descriptor] in
            var rest = data[...]
            while !rest.isEmpty {
                let sent = rest.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                // A server that refuses early closes before everything is sent; its answer has the
                // reason.
                guard sent > 0 else { return }
                rest = rest.dropFirst(sent)
            }
        }
    }

    /// Reads until the server closes the connection, then closes it here too.
    func received() async -> Data {
        await onThread { [descriptor] in
            var received = Data()
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { break }
                received.append(contentsOf: buffer[..<count])
            }
            close(descriptor)
            return received
        }
    }

    func answer() async throws -> HTTPAnswer { try HTTPAnswer(await received()) }

    /// - Returns: `nil` if the server closed the connection before the whole answer had come.
    func answerIfWhole() async throws -> HTTPAnswer? {
        let bytes = await received()
        guard let end = bytes.firstRange(of: Data("\r\n\r\n".utf8)),
            let length = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
                .firstMatch(of: #/(?i)\r\ncontent-length: ([0-9]+)/#),
            Int(length.1) == bytes.count - end.upperBound
        else { return nil }
        return try HTTPAnswer(bytes)
    }

    func hangUp() { close(descriptor) }
}

/// A response as received.
struct HTTPAnswer: Sendable, CustomStringConvertible {
    let status: Int
    let body: Data
    private let headers: [String: String]

    init(_ bytes: Data) throws {
        let end = try #require(bytes.firstRange(of: Data("\r\n\r\n".utf8)), "no whole answer came")
        let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        let lines = head.components(separatedBy: "\r\n")
        status = try #require(Int(lines[0].split(separator: " ")[1]))
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let sides = line.split(separator: ":", maxSplits: 1)
            let value = sides.last?.trimmingCharacters(in: .whitespaces)
            headers[sides[0].lowercased()] = value
        }
        self.headers = headers
        body = Data(bytes[end.upperBound...])
        if let length = headers["content-length"] { try #require(Int(length) == body.count) }
    }

    subscript(header name: String) -> String? { headers[name.lowercased()] }

    var text: String { String(decoding: body, as: UTF8.self) }

    var json: JSON {
        get throws { try JSON(body) }
    }

    /// The error code of a refusal's envelope.
    var errorCode: String? { try? json["error"]["code"].string }

    var description: String { "\(status) \(headers) \(text.prefix(2_000))" }
}
