import Foundation
import NIOCore
import NIOPosix

/// A port on loopback that answers every input with the same bytes, HTTP or not.
final class Listener: Sendable {
    private let received = Monitor<[Data]>([])
    private let answer: Data

    private init(answer: Data) { self.answer = answer }

    /// Listens while `body` runs, and passes it the port.
    ///
    /// - Parameter answer: the bytes to send after the first input, before the connection closes.
    static func listen(
        answering answer: Data = Data(),
        _ body: (Listener, Int) async throws -> Void
    ) async throws {
        let listener = Listener(answer: answer)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(Line(listener: listener))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(listener, channel.localAddress?.port ?? 0)
        } catch {
            try await channel.close()
            throw error
        }
        try await channel.close()
    }

    /// The received texts, one for each connection.
    var connections: [String] { received.value.map { String(decoding: $0, as: UTF8.self) } }

    fileprivate func open() -> Int {
        received.change { $0.append(Data()) }
        return received.value.count - 1
    }

    fileprivate func note(_ bytes: Data, on connection: Int) -> Data {
        received.change { $0[connection] += bytes }
        return answer
    }
}

/// One connection.
private final class Line: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let listener: Listener
    private var number = 0

    init(listener: Listener) { self.listener = listener }

    func channelActive(context: ChannelHandlerContext) { number = listener.open() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Data(unwrapInboundIn(data).readableBytesView)
        let answer = ByteBuffer(bytes: listener.note(bytes, on: number))
        context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        context.close(promise: nil)
    }
}
