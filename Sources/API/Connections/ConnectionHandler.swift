import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Synchronization

/// Watches one connection below the routes: it detects clients that hang up, sets deadlines on the
/// arrival of requests and the sending of answers, and answers bytes that are not HTTP.
///
/// It is behind the HTTP codec in the channel's pipeline and runs on the channel's event loop.
/// These tasks cannot be done in the routes. While a route waits for a program, nobody reads the
/// connection, and only this handler sees it close. A body that arrives a byte at a time is never
/// idle, so it has a deadline as a whole. An answer that nobody reads waits for ever. And bytes
/// that the parser refuses never become a request that a route could answer.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// How long the connection stays open after an answer with `Connection: close`, so that the
    /// client can read it.
    private static let lingeringTime = TimeAmount.seconds(5)

    /// The most bytes of one read; the routes' back-pressure counts reads, not bytes.
    private static let readBytesMax = 16_384

    private let times: ConnectionTimes
    private let connections: Connections
    /// `nil` for a connection that is closed at once.
    private var connection: Connection?
    private var deadline: Scheduled<Void>?
    /// The next look at whether the client reads on.
    private var sendingDeadline: Scheduled<Void>?
    private var unsentBytes = 0
    /// The answers whose end is written and not sent yet.
    private var unsentAnswers = 0
    /// Whether something asked to close the connection while an answer was being sent.
    private var closesWhenSent = false
    private var requestsInProgress = 0
    /// Whether the request in progress is the connection's last.
    private var isLastRequest = false
    private var closesAfterResponse = false
    /// Whether the end of a request is still to come.
    private var isReadingRequest = false
    private var isLingering = false

    /// - Parameter connections: the list that holds the connection while it is open.
    init(times: ConnectionTimes, connections: Connections) {
        self.times = times
        self.connections = connections
    }

    func handlerAdded(context: ChannelHandlerContext) {
        connection = connections.open(context.channel)
        let size = AdaptiveRecvByteBufferAllocator(
            minimum: 1_024,
            initial: 2_048,
            maximum: Self.readBytesMax
        )
        do {
            try context.channel.syncOptions?.setOption(.recvAllocator, value: size)
            try RequestFraming.add(to: context.pipeline.syncOperations)
        } catch {
            context.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        if let connection { connections.close(connection, of: context.channel) }
    }

    func channelActive(context: ChannelHandlerContext) {
        guard let connection else { return context.close(promise: nil) }
        if connection.excess != nil { close(context, in: Self.lingeringTime) }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isLingering else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            if let excess = connection?.excess, !ServiceRoutes.isForMonitors(path: head.path) {
                return refuse(context, .tooManyConnections(excess))
            }
            begin(head, context)
        case .body:
            break
        case .end:
            isReadingRequest = false
            deadline?.cancel()
            enter(.working)
        }
        context.fireChannelRead(data)
    }

    private func begin(_ head: HTTPRequest, _ context: ChannelHandlerContext) {
        requestsInProgress += 1
        isReadingRequest = true
        isLastRequest = head.headerFields[.connection] == "close"
        close(context, in: times.arrival)
        enter(.arriving)
        guard head.headerFields[.expect]?.lowercased() == "100-continue" else { return }
        let proceed = HTTPResponse(status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(proceed)), promise: nil)
    }

    private func enter(_ phase: ConnectionPool.Phase) {
        if let connection { connections.enter(phase, connection) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if isLastRequest && requestsInProgress == 1 { head.headerFields[.connection] = "close" }
            closesAfterResponse = head.headerFields[.connection]?.lowercased() == "close"
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            requestsInProgress -= 1
            end(context, data, promise)
        }
    }

    /// Sends the end of an answer.
    ///
    /// Only when all of it is sent, the connection is idle or closed.
    private func end(
        _ context: ChannelHandlerContext,
        _ data: NIOAny,
        _ promise: EventLoopPromise<Void>?
    ) {
        isLingering = closesAfterResponse
        let sent = promise ?? context.eventLoop.makePromise()
        context.write(data, promise: sent)
        if isLingering { context.flush() }
        unsentAnswers += 1
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        sent.futureResult.whenSuccess {
            let (handler, context) = bound.value
            handler.unsentAnswers -= 1
            handler.afterSending(context)
        }
    }

    private func afterSending(_ context: ChannelHandlerContext) {
        if unsentAnswers == 0 { connection?.giveBackMemory() }
        if isLingering { return linger(context) }
        guard requestsInProgress == 0 && unsentAnswers == 0 else { return }
        enter(.idle)
        if closesWhenSent { context.close(promise: nil) }
    }

    /// Lets nothing behind this handler close the connection before its answers are sent: idle time
    /// begins when an answer is written, which may be long before.
    func close(
        context: ChannelHandlerContext,
        mode: CloseMode,
        promise: EventLoopPromise<Void>?
    ) {
        guard mode == .all, unsentAnswers > 0 else {
            return context.close(mode: mode, promise: promise)
        }
        closesWhenSent = true
        promise?.succeed()
    }

    /// Closes the sending side, and leaves the client time to read the answer.
    ///
    /// Closing at once while bytes of the client are unread would reset the connection, and the
    /// answer could be lost.
    private func linger(_ context: ChannelHandlerContext) {
        enter(.idle)
        context.close(mode: .output, promise: nil)
        close(context, in: Self.lingeringTime)
    }

    private func close(_ context: ChannelHandlerContext, in time: TimeAmount) {
        deadline?.cancel()
        deadline = Self.closing(context, in: time)
    }

    private static func closing(
        _ context: ChannelHandlerContext,
        in time: TimeAmount
    ) -> Scheduled<Void> {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        return context.eventLoop.scheduleTask(in: time) { bound.value.close(promise: nil) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        sendingDeadline?.cancel()
        sendingDeadline = nil
        unsentBytes = .max
        if !context.channel.isWritable { watchSending(context) }
        context.fireChannelWritabilityChanged()
    }

    /// Closes the connection when the client has read nothing for the time that it has.
    private func watchSending(_ context: ChannelHandlerContext) {
        let left = try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)
        unsentBytes = left ?? unsentBytes
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        sendingDeadline = context.eventLoop.scheduleTask(in: times.sending) {
            let (handler, context) = bound.value
            let now = try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)
            guard let now, now < handler.unsentBytes else { return context.close(promise: nil) }
            handler.watchSending(context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // A half-closed connection counts as closed: a client that only stopped sending still gets
        // every answer for which no route waits.
        if let event = event as? ChannelEvent, event == .inputClosed {
            connection?.disconnect.happen()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        sendingDeadline?.cancel()
        connection?.disconnect.happen()
        connection?.giveBackMemory()
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
        refuse(context, .notHTTP)
    }

    private func refuse(_ context: ChannelHandlerContext, _ error: APIError) {
        let refusal = Responses.refused(error)
        context.write(wrapOutboundOut(.head(refusal.head)), promise: nil)
        context.write(wrapOutboundOut(.body(refusal.body)), promise: nil)
        closesAfterResponse = true
        end(context, wrapOutboundOut(.end(nil)), nil)
    }
}
