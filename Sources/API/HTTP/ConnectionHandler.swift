import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Synchronization

/// Watches one connection below the routes: it notices callers who hang up, hurries those who
/// dawdle, and answers bytes that are not HTTP.
///
/// It stands behind the HTTP codec in the channel's pipeline and runs on the channel's event loop.
/// Three things cannot be done further up. While a route waits for a program, nobody reads the
/// connection, and only here is its end seen. A body that comes a byte at a time is never idle, so
/// it is held to a time as a whole. And what the parser refuses never becomes a request that a
/// route could answer.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// How long a caller that was told `Connection: close` may take to read that.
    private static let lingeringTime = TimeAmount.seconds(5)

    let disconnect = ClientDisconnect()
    private let arrivalTime: TimeAmount
    private let disconnects: ClientDisconnects
    private var deadline: Scheduled<Void>?
    private var requestsInProgress = 0
    private var closesAfterResponse = false

    /// - Parameters:
    ///   - arrivalTime: from a request's head to the last byte of its body.
    ///   - disconnects: where this connection's is found as long as there is one.
    init(arrivalTime: TimeAmount, disconnects: ClientDisconnects) {
        self.arrivalTime = arrivalTime
        self.disconnects = disconnects
    }

    func handlerAdded(context: ChannelHandlerContext) {
        disconnects.add(disconnect, of: context.channel)
    }

    func handlerRemoved(context: ChannelHandlerContext) { disconnects.remove(of: context.channel) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            requestsInProgress += 1
            close(context, in: arrivalTime)
            if head.headerFields[.expect]?.lowercased() == "100-continue" {
                let proceed = HTTPResponse(status: .continue)
                context.writeAndFlush(wrapOutboundOut(.head(proceed)), promise: nil)
            }
        case .body:
            break
        case .end:
            deadline?.cancel()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            closesAfterResponse = head.headerFields[.connection]?.lowercased() == "close"
            context.write(data, promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            requestsInProgress -= 1
            context.write(data, promise: promise)
            if closesAfterResponse { linger(context) }
        }
    }

    /// Says that no more will come, and leaves the caller the time to read what did.
    ///
    /// Closing at once with its bytes still unread would reset the connection, and the answer might
    /// be lost with it.
    private func linger(_ context: ChannelHandlerContext) {
        context.flush()
        context.close(mode: .output, promise: nil)
        close(context, in: Self.lingeringTime)
    }

    private func close(_ context: ChannelHandlerContext, in time: TimeAmount) {
        deadline?.cancel()
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: time) { bound.value.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Half a close is taken for a whole one: a caller that only stopped sending still gets
        // every answer that is not being waited for.
        if let event = event as? ChannelEvent, event == .inputClosed { disconnect.happen() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        disconnect.happen()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A broken connection is no caller to answer, and a route that is at work answers for
        // itself.
        guard requestsInProgress == 0, !(error is IOError), !(error is ChannelError) else {
            context.fireErrorCaught(error)
            return
        }
        let refusal = Responses.refusedRequest()
        context.write(wrapOutboundOut(.head(refusal.head)), promise: nil)
        context.write(wrapOutboundOut(.body(refusal.body)), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
        linger(context)
    }
}
