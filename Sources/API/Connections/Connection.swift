import NIOCore

/// One open connection.
final class Connection: Sendable {
    let number: Int
    /// The bound that the connection exceeds; such a connection is in the reserve.
    let excess: ConnectionPool.Excess?
    let disconnect = ClientDisconnect()
    private let channel: any Channel

    init(number: Int, channel: any Channel, excess: ConnectionPool.Excess?) {
        self.number = number
        self.channel = channel
        self.excess = excess
    }

    func close() { channel.close(promise: nil) }
}
