import Domain
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore

/// The outermost layer of every request: it names the request, turns what was thrown into the one
/// envelope, and keeps the log and the counters.
///
/// What a caller may know of an error is in ``APIError``; anything else that reaches this point is
/// our fault, is logged with its cause, and tells the caller nothing but the request's name. The
/// log has the path without its query and no header, so that no credential can get there.
struct RequestMiddleware: RouterMiddleware {
    private static let loggedPathCharactersMax = 200

    let routes: RouteTable
    let requests: RequestCounter
    let underWay: RequestsUnderWay
    let disconnects: ClientDisconnects
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
        context.disconnect = disconnects.disconnect(of: context.channel)
        context.requestID = RequestID.choose(request.headers, at: clock.now())
        context.logger[metadataKey: "request_id"] = .string(context.requestID)
        let start = ContinuousClock.now
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = answer(error, to: request, context)
        }
        await tellStanding(in: &response, to: context.caller.known)
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

    /// Where the caller stands, in whatever it is answered, once it is known who it is.
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
        // The router's own word for a path or method that no route takes; no route of ours throws
        // it.
        case let error as HTTPError where error.status == .notFound:
            return Responses.error(routes.refusal(of: request))
        case is ProjectGone:
            return Responses.error(.projectGone)
        case is CancellationError:
            // The caller has gone, and nobody will read this; the number is for the log.
            return Response(status: Self.clientClosedRequest, headers: [.connection: "close"])
        // Turned away after it had been taken: the service is about to stop.
        case let refusal as SubmissionRefusal:
            return Responses.error(RateHeaders.error(refusal, now: clock.now()))
        // Another server goes on with it; asked again later, its result is there.
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

    /// nginx's number for it; there is no official one.
    private static let clientClosedRequest = HTTPResponse.Status(
        code: 499,
        reasonPhrase: "Client Closed Request"
    )

    /// Letters that no terminal takes for a command.
    private static func loggable(_ path: String) -> String {
        let shown = path.unicodeScalars.prefix(loggedPathCharactersMax).map { scalar in
            (0x21...0x7e).contains(scalar.value) ? scalar : "?"
        }
        return String(String.UnicodeScalarView(shown))
    }
}
