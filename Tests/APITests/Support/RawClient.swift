import Foundation
import Glibc
import JSON

/// A TCP client that sends exactly the given bytes.
///
/// Receiving blocks, so it runs on its own thread.
struct RawClient: Sendable {
    private let descriptor: Int32

    struct Failure: Error {
        let errno: Int32
    }

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // The client waits this long only if the server hangs.
        var timeout = timeval(tv_sec: 300, tv_usec: 0)
        setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_RCVTIMEO,
            &timeout,
            socklen_t(MemoryLayout<timeval>.size)
        )
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { [descriptor] in
                connect(descriptor, $0, length)
            }
        }
        guard result == 0 else { throw Failure(errno: errno) }
    }

    func send(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let sent = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return }
            bytes = bytes.dropFirst(sent)
        }
    }

    /// Returns all bytes until the server closes the connection, or until they contain `stop`.
    func receive(until stop: String? = nil) async -> String {
        await read(until: stop).text
    }

    /// Returns all bytes until the server closes the connection, and whether it did.
    func receiveToEnd() async -> (text: String, isClosed: Bool) { await read(until: nil) }

    private func read(until stop: String?) async -> (text: String, isClosed: Bool) {
        let descriptor = descriptor
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var received: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 65_536)
                var isClosed = false
                while true {
                    let count = recv(descriptor, &buffer, buffer.count, 0)
                    isClosed = count == 0 || (count < 0 && errno == ECONNRESET)
                    guard count > 0 else { break }
                    received += buffer[..<count]
                    if let stop, String(decoding: received, as: UTF8.self).contains(stop) { break }
                }
                continuation.resume(
                    returning: (String(decoding: received, as: UTF8.self), isClosed)
                )
            }
        }
    }

    func hangUp() { close(descriptor) }
    func stopSending() { shutdown(descriptor, Int32(SHUT_WR)) }
}
