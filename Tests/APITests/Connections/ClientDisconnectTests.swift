import JSON
import NIOCore
import NIOEmbedded
import NIOHTTPTypesHTTP1
import Synchronization
import Testing

@testable import API

/// A client's disconnect is detected from the first moment of the connection, and after its end.
@Suite struct ClientDisconnectTests {
    private let connections = Connections(bounds: .init(all: 10, perHolder: 10))

    private func connect() throws -> EmbeddedChannel {
        let handler = ConnectionHandler(
            times: ConnectionTimes(arrival: .seconds(1), sending: .seconds(1)),
            connections: connections
        )
        let codec = HTTP1ToHTTPServerCodec(secure: false)
        let channel = EmbeddedChannel(handlers: [codec, handler])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private func isGone(_ channel: EmbeddedChannel) throws -> Bool {
        let told = Atomic(false)
        try #require(connections.disconnect(of: channel)).notify {
            told.store(true, ordering: .relaxed)
        }
        return told.load(ordering: .relaxed)
    }

    @Test func `an open connection is one and the same, and is told when it ends`() throws {
        let channel = try connect()
        let disconnect = try #require(connections.disconnect(of: channel))
        #expect(connections.disconnect(of: channel) === disconnect)
        let told = Mutex(0)
        disconnect.notify { told.withLock { $0 += 1 } }
        #expect(told.withLock { $0 } == 0)
        _ = try channel.finish()
        #expect(told.withLock { $0 } == 1)
    }

    @Test func `a connection that is gone is gone also for who asks late`() throws {
        let (first, second) = (try connect(), try connect())
        let disconnect = try #require(connections.disconnect(of: first))
        _ = try first.finish()
        // It is not the earlier object: the table keeps no connection after it has closed.
        #expect(connections.disconnect(of: first) !== disconnect)
        #expect(try isGone(first))
        #expect(try !isGone(second))
        _ = try second.finish()
        #expect(try isGone(second))
    }

    @Test func `without a server there is nothing to hang up`() {
        #expect(connections.disconnect(of: EmbeddedChannel()) == nil)
    }
}
