import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

/// A real HTTP server on loopback that remembers what was posted to it.
final class Receiver: Sendable {
    struct Request: Sendable {
        let method: String
        let body: Data
        fileprivate let headers: HTTPHeaders

        subscript(header name: String) -> String? { headers.first(name: name) }
    }

    private let seen = Monitor<[Request]>([])
    private let answers: [Int?]

    private init(answers: [Int?]) { self.answers = answers }

    /// Serves while `body` runs, and hands it the URL to post to.
    ///
    /// - Parameter answers: the statuses of the first answers, `nil` for one that never comes; all
    ///    after them are 204.
    static func serve(
        answering answers: [Int?] = [],
        _ body: (Receiver, String) async throws -> Void
    ) async throws {
        let receiver = Receiver(answers: answers)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.configureHTTPServerPipeline()
                    try child.pipeline.syncOperations.addHandler(Exchange(receiver: receiver))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(receiver, "http://127.0.0.1:\(channel.localAddress?.port ?? 0)/hook")
        } catch {
            try await channel.close()
            throw error
        }
        try await channel.close()
    }

    var requests: [Request] { seen.value }

    /// - Throws: ``Unreached`` where there are not so many within the bound.
    func awaitRequests(_ count: Int) async throws -> [Request] {
        guard let requests = await seen.wait(until: { $0.count >= count }) else {
            throw Unreached(what: "\(count) callbacks")
        }
        return requests
    }

    fileprivate func accept(_ request: Request) -> Int? {
        let before = seen.value.count
        seen.change { $0.append(request) }
        return answers.indices.contains(before) ? answers[before] : 204
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
                body: body,
                headers: head.headers
            )
            (self.head, body) = (nil, Data())
            respond(receiver.accept(request), context)
        }
    }

    private func respond(_ status: Int?, _ context: ChannelHandlerContext) {
        guard let status else { return }
        var head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status))
        if status != 204 { head.headers.add(name: "Content-Length", value: "0") }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}

extension Receiver.Request {
    /// The signature as another implementation computes it.
    func signature(secret: String) async throws -> String {
        let script = """
            import base64, hashlib, hmac, sys
            key = base64.b64decode(sys.argv[1].removeprefix("whsec_"))
            content = f"{sys.argv[2]}.{sys.argv[3]}.".encode() + sys.stdin.buffer.read()
            print(base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode())
            """
        let id = try #require(self[header: "webhook-id"])
        let timestamp = try #require(self[header: "webhook-timestamp"])
        let result = try await command(
            "/usr/bin/python3",
            ["-c", script, secret, id, timestamp],
            stdin: body
        )
        try #require(result.code == 0, "\(result.stderr)")
        return "v1," + result.stdout.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
