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

    let hangUp = HangUp()
    private let arrivalTime: TimeAmount
    private var deadline: Scheduled<Void>?
    private var requestsInProgress = 0
    private var closesAfterResponse = false

    /// - Parameter arrivalTime: from a request's head to the last byte of its body.
    init(arrivalTime: TimeAmount) { self.arrivalTime = arrivalTime }

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
        if let event = event as? ChannelEvent, event == .inputClosed { hangUp.happen() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        hangUp.happen()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A broken connection is no caller to answer, and a route that is at work answers for
        // itself.
        guard requestsInProgress == 0, !(error is IOError), !(error is ChannelError) else {
            context.fireErrorCaught(error)
            return
        }
        let refusal = Answer.refusedRequest()
        context.write(wrapOutboundOut(.head(refusal.head)), promise: nil)
        context.write(wrapOutboundOut(.body(refusal.body)), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
        linger(context)
    }
}

/// Whether a connection's other end has gone, and what is to be done then.
///
/// One route at a time waits on a connection.
final class HangUp: Sendable {
    private enum State {
        case open(action: (@Sendable () -> Void)?)
        case happened
    }

    private let state = Mutex(State.open(action: nil))

    /// Has `action` called when the other end goes: at once where it has gone already.
    func notify(_ action: @escaping @Sendable () -> Void) {
        let hasHappened = state.withLock { state in
            guard case .open = state else { return true }
            state = .open(action: action)
            return false
        }
        if hasHappened { action() }
    }

    func forget() {
        state.withLock { state in
            if case .open = state { state = .open(action: nil) }
        }
    }

    func happen() {
        let action = state.withLock { state -> (@Sendable () -> Void)? in
            guard case .open(let action) = state else { return nil }
            state = .happened
            return action
        }
        action?()
    }
}

extension APIContext {
    /// Runs `operation` in a task that is cancelled when the caller hangs up, or the key that it
    /// showed is revoked.
    /// - Throws: ``APIError/unauthorized`` where it was revoked.
    func untilHangUp<Value: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let task = Task { try await operation() }
        let hangUp = await hangUp()
        hangUp?.notify { task.cancel() }
        defer { hangUp?.forget() }
        let isRevoked = Mutex(false)
        let end: @Sendable () -> Void = {
            isRevoked.withLock { $0 = true }
            task.cancel()
        }
        let result = try await underWay.entering(as: caller.known, onRevocation: end) {
            await withTaskCancellationHandler {
                await task.result
            } onCancel: {
                task.cancel()
            }
        }
        if isRevoked.withLock(\.self) { throw APIError.unauthorized }
        return try result.get()
    }

    /// - Returns: `nil` for a channel without a connection, which a test may have.
    private func hangUp() async -> HangUp? {
        let pipeline = channel.pipeline
        return try? await channel.eventLoop.submit {
            try pipeline.syncOperations.handler(type: ConnectionHandler.self).hangUp
        }.get()
    }
}
