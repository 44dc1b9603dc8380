import Domain
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore

/// The outermost layer of every request: it gives the request an id, turns thrown errors into the
/// envelope, and keeps the log and the counters.
///
/// An ``APIError`` contains all that a caller may know. Any other error is the server's fault: it
/// is logged with its cause, and the caller learns only the request's id. The log has the path
/// without its query, and no header, so no credential can get there.
struct RequestMiddleware: RouterMiddleware {
    private static let loggedPathCharactersMax = 200

    let routes: RouteTable
    let requests: RequestCounter
    let underWay: RequestsUnderWay
    let connections: Connections
    let memory: MemoryBudgets
    let addresses: ClientAddress
    let rates: CallRates
    let service: any ExecutionService
    let clock: WallClock

    @concurrent
    func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.underWay = underWay
        context.disconnect = connections.disconnect(of: context.channel)
        context.memory = RequestMemory(memory)
        context.client = .address(
            addresses.group(peer: context.peer, headers: request.headers)
        )
        context.rates = rates
        context.requestID = RequestID.choose(request.headers, at: clock.now())
        context.logger[metadataKey: "request_id"] = .string(context.requestID)
        let start = ContinuousClock.now
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = answer(context.counted(error), to: request, context)
        }
        let caller = context.caller.known
        if caller?.organization != nil { connections.recognize(context.channel) }
        context.memory.hold(
            response,
            on: connections.connection(of: context.channel),
            for: context.owner
        )
        await tellStanding(in: &response, to: caller)
        Responses.finish(&response.headers, requestID: context.requestID)
        requests.count(status: response.status.code)
        context.logger.info(
            "request",
            metadata: [
                "method": .string(request.method.rawValue),
                "path": .string(Self.loggable(request.uri.path)),
                "status": .stringConvertible(response.status.code),
                "duration": .stringConvertible(ContinuousClock.now - start),
            ]
        )
        return response
    }

    /// Adds the caller's rate headers to any response, once the caller is known.
    private func tellStanding(in response: inout Response, to caller: Caller?) async {
        guard let caller, response.headers[.xRateLimitLimit] == nil,
            let standing = try? await service.standing(of: caller)
        else { return }
        let fields = RateHeaders.fields(standing, now: clock.now())
        response.headers.append(contentsOf: fields)
    }

    private func answer(_ error: any Error, to request: Request, _ context: APIContext) -> Response
    {
        switch error {
        case let error as APIError:
            return Responses.error(error)
        // The router throws this for a path or method without a route; no route of ours throws it.
        case let error as HTTPError where error.status == .notFound:
            return Responses.error(routes.refusal(of: request))
        case is ProjectGone:
            return Responses.error(.projectGone)
        case is CancellationError:
            // The caller has hung up and will not read this; the status is for the log.
            return Response(status: Self.clientClosedRequest, headers: [.connection: "close"])
        // The execution was accepted and then refused, because the service is about to stop.
        case let refusal as SubmissionRefusal:
            return Responses.error(RateHeaders.error(refusal, now: clock.now()))
        // Another server has taken over the execution; a later request gets its result.
        case is ClaimLost:
            let draining = SubmissionRefusal.draining
            return Responses.error(RateHeaders.error(draining, now: clock.now()))
        case let error as StoreUnavailable:
            context.logger.error(
                "store unavailable",
                metadata: ["reason": .string(error.reason)]
            )
            return Responses.error(.storeUnavailable)
        default:
            context.logger.error(
                "request failed",
                metadata: ["error": .string(String(reflecting: error))]
            )
            return Responses.error(.internalError(requestID: context.requestID))
        }
    }

    /// nginx's status for a client that hung up; there is no official one.
    private static let clientClosedRequest = HTTPResponse.Status(
        code: 499,
        reasonPhrase: "Client Closed Request"
    )

    /// Returns the path with every character that a terminal could interpret replaced by `?`.
    private static func loggable(_ path: String) -> String {
        let shown = path.unicodeScalars.prefix(loggedPathCharactersMax).map { scalar in
            (0x21...0x7e).contains(scalar.value) ? scalar : "?"
        }
        return String(String.UnicodeScalarView(shown))
    }
}
