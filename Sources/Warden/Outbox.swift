internal import Kernel

/// The queue of replies to the front.
///
/// The socket never blocks the warden: replies that do not fit wait for room, and the warden gives
/// up a front that does not read.
final class Outbox {
    private let socket: Int32
    private var waiting: [[UInt8]] = []
    private var isWatching = false
    /// Each jail has a handful of replies at most; more means that the front has stopped reading.
    private static let waitingMax = 4_096

    init(socket: Int32) { self.socket = socket }

    func append(_ frame: [UInt8]) { waiting.append(frame) }

    /// - Returns: `false` if the front is gone or does not read.
    func flush(_ epoll: borrowing Epoll, token: UInt64) throws(KernelError) -> Bool {
        var sent = 0
        defer { waiting.removeFirst(sent) }
        while sent < waiting.count {
            do throws(KernelError) {
                try SeqpacketSocket.send(waiting[sent], on: socket)
                sent += 1
            } catch  where error.errno == Errno.again {
                break
            } catch {
                return false
            }
        }
        let mustWatch = sent < waiting.count
        if mustWatch != isWatching {
            try epoll.update(socket, mustWatch ? [.readable, .writable] : .readable, token: token)
            isWatching = mustWatch
        }
        return waiting.count - sent < Self.waitingMax
    }
}
