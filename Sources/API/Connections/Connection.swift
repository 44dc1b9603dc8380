import Domain
import NIOCore
import Synchronization

/// One open connection.
final class Connection: Sendable {
    let number: Int
    /// The bound that the connection exceeds; such a connection is in the reserve.
    let excess: ConnectionPool.Excess?
    let disconnect = ClientDisconnect()
    private let channel: any Channel
    /// The memory of answers that are being sent.
    private let memory = Mutex<[MemoryLease]>([])

    init(number: Int, channel: any Channel, excess: ConnectionPool.Excess?) {
        self.number = number
        self.channel = channel
        self.excess = excess
    }

    /// Holds the memory of an answer until it is sent.
    func hold(_ lease: MemoryLease) { memory.withLock { $0.append(lease) } }

    func giveBackMemory() { memory.withLock { $0 = [] } }

    func close() { channel.close(promise: nil) }
}
