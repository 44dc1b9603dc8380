public import Foundation
import NIOCore
public import NIOHTTP1
import NIOPosix
import Synchronization

/// A real HTTP server on loopback that remembers what it was sent.
public final class Receiver: Sendable {
    public struct Request: Sendable {
        public let method: String
        public let path: String
        public let headers: HTTPHeaders
        public let body: Data

        public subscript(header name: String) -> String? { headers.first(name: name) }
    }

    public enum Answer: Sendable {
        case status(Int, [(String, String)] = [])
        /// Never answers.
        case stall
        /// A body without an end.
        case endless(Int)
        /// Hangs up without a word.
        case hangUp
    }

    private struct Seen {
        var requests: [Request] = []
        var connections = 0
        var waiters: [Waiter] = []
    }

    private struct Waiter {
        let isSatisfied: @Sendable (_ requests: Int, _ connections: Int) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    private let seen = Mutex(Seen())
    private let answer: Script

    private init(answer: @escaping Script) { self.answer = answer }

    /// What a request is answered with, given how many came before it.
    public typealias Script = @Sendable (Request, Int) -> Answer

    public static func always(_ answer: Answer) -> Script { { _, _ in answer } }

    /// Serves while `body` runs.
    public static func serve(
        on host: String = "127.0.0.1",
        answering answer: @escaping Script = always(.status(200)),
        body: (Receiver, Int) async throws -> Void
    ) async throws {
        let receiver = Receiver(answer: answer)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { child in
                receiver.note { $0.connections += 1 }
                return child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.configureHTTPServerPipeline()
                    try child.pipeline.syncOperations.addHandler(Exchange(receiver: receiver))
                }
            }
            .bind(host: host, port: 0).get()
        do {
            try await body(receiver, channel.localAddress?.port ?? 0)
        } catch {
            try await channel.close()
            throw error
        }
        try await channel.close()
    }

    public var requests: [Request] { seen.withLock { $0.requests } }
    public var connections: Int { seen.withLock { $0.connections } }

    /// Returns when there have been so many.
    public func wait(requests: Int = 0, connections: Int = 0) async {
        await withCheckedContinuation { continuation in
            note {
                let waiter = Waiter(
                    isSatisfied: { $0 >= requests && $1 >= connections },
                    continuation: continuation
                )
                $0.waiters.append(waiter)
            }
        }
    }

    private func note(_ change: (inout Seen) -> Void) {
        let satisfied = seen.withLock { seen in
            change(&seen)
            let (requests, connections) = (seen.requests.count, seen.connections)
            let satisfied = seen.waiters.filter { $0.isSatisfied(requests, connections) }
            seen.waiters.removeAll { $0.isSatisfied(requests, connections) }
            return satisfied
        }
        for waiter in satisfied { waiter.continuation.resume() }
    }

    fileprivate func accept(_ request: Request) -> Answer {
        let before = requests.count
        note { $0.requests.append(request) }
        return answer(request, before)
    }
}

/// One connection's requests and answers.
private final class Exchange: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let receiver: Receiver
    private var head: HTTPRequestHead?
    private var body = Data()

    init(receiver: Receiver) { self.receiver = receiver }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(let buffer): body.append(contentsOf: buffer.readableBytesView)
        case .end:
            guard let head else { return }
            let request = Receiver.Request(
                method: head.method.rawValue,
                path: head.uri,
                headers: head.headers,
                body: body
            )
            (self.head, body) = (nil, Data())
            send(receiver.accept(request), context)
        }
    }

    private func send(_ answer: Receiver.Answer, _ context: ChannelHandlerContext) {
        switch answer {
        case .stall: break
        case .hangUp: context.close(promise: nil)
        case .status(let status, let headers):
            let length = status == 204 ? [] : [("content-length", "0")]  // RFC 9110, 8.6
            sendHead(status, headers + length, context)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        case .endless(let status):
            sendHead(status, [], context)
            sendForEver(context)
        }
    }

    private func sendHead(
        _ status: Int,
        _ headers: [(String, String)],
        _ context: ChannelHandlerContext
    ) {
        let head = HTTPResponseHead(
            version: .http1_1,
            status: HTTPResponseStatus(statusCode: status),
            headers: HTTPHeaders(headers)
        )
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    }

    private func sendForEver(_ context: ChannelHandlerContext) {
        let buffer = ByteBuffer(repeating: 0x61, count: 16_384)
        let written = context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(buffer))))
        written.assumeIsolated().whenSuccess {
            // By way of the loop, or writes that end at once would pile up on the stack.
            context.eventLoop.assumeIsolated().execute { self.sendForEver(context) }
        }
    }
}
