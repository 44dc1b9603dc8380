import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Synchronization

/// Watches one connection below the routes: it detects clients that hang up, sets a deadline on the
/// arrival of requests, and answers bytes that are not HTTP.
///
/// It is behind the HTTP codec in the channel's pipeline and runs on the channel's event loop.
/// Three tasks cannot be done in the routes. While a route waits for a program, nobody reads the
/// connection, and only this handler sees it close. A body that arrives a byte at a time is never
/// idle, so it has a deadline as a whole. And bytes that the parser refuses never become a request
/// that a route could answer.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// How long the connection stays open after an answer with `Connection: close`, so that the
    /// client can read it.
    private static let lingeringTime = TimeAmount.seconds(5)

    let disconnect = ClientDisconnect()
    private let arrivalTime: TimeAmount
    private let disconnects: ClientDisconnects
    private var deadline: Scheduled<Void>?
    private var requestsInProgress = 0
    private var closesAfterResponse = false
    /// Whether the end of a request is still to come.
    private var isReadingRequest = false
    private var isLingering = false

    /// - Parameters:
    ///   - arrivalTime: the time limit from a request's head to the last byte of its body.
    ///   - disconnects: the list that holds this connection's signal while the connection is open.
    init(arrivalTime: TimeAmount, disconnects: ClientDisconnects) {
        self.arrivalTime = arrivalTime
        self.disconnects = disconnects
    }

    func handlerAdded(context: ChannelHandlerContext) {
        disconnects.add(disconnect, of: context.channel)
        do {
            try RequestFraming.add(to: context.pipeline.syncOperations)
        } catch {
            context.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { disconnects.remove(of: context.channel) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            requestsInProgress += 1
            isReadingRequest = true
            close(context, in: arrivalTime)
            if head.headerFields[.expect]?.lowercased() == "100-continue" {
                let proceed = HTTPResponse(status: .continue)
                context.writeAndFlush(wrapOutboundOut(.head(proceed)), promise: nil)
            }
        case .body:
            break
        case .end:
            isReadingRequest = false
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

    /// Closes the sending side, and leaves the client time to read the answer.
    ///
    /// Closing at once while bytes of the client are unread would reset the connection, and the
    /// answer could be lost.
    private func linger(_ context: ChannelHandlerContext) {
        isLingering = true
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
        // A half-closed connection counts as closed: a client that only stopped sending still gets
        // every answer for which no route waits.
        if let event = event as? ChannelEvent, event == .inputClosed { disconnect.happen() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        disconnect.happen()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A broken connection cannot be answered, and a route in progress answers for itself.
        guard requestsInProgress == 0, !(error is IOError), !(error is ChannelError) else {
            context.fireErrorCaught(error)
            return
        }
        if isLingering { return }
        // A request that was answered before its end gets no second answer.
        guard !isReadingRequest else { return context.close(promise: nil) }
        let refusal = Responses.refusedRequest()
        context.write(wrapOutboundOut(.head(refusal.head)), promise: nil)
        context.write(wrapOutboundOut(.body(refusal.body)), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
        linger(context)
    }
}
