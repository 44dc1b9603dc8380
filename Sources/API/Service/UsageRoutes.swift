import Domain
import HTTPTypes
import Hummingbird
import JSON

/// Routes for the runtimes, and for a caller's usage of its plan.
struct UsageRoutes: Sendable {
    let callers: CallerResolver
    let service: any ExecutionService
    let runtimes: Runtimes
    let clock: WallClock

    var routes: [Route] {
        [
            Route(.get, "runtimes", .listRuntimes, listRuntimes),
            Route(.get, "usage", .showUsage, usage),
        ]
    }

    private func listRuntimes(_ request: Request, _ context: APIContext) async throws -> Response {
        Responses.data(runtimes.json)
    }

    /// Answers with the caller's usage; without a credential, with that of the anonymous caller.
    private func usage(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try await callers.anyone(request, context)
        var report = try await service.standing(of: caller)
        if let requests = context.rates?.standing(of: caller) { report.standings.append(requests) }
        return Responses.data(
            caller.plan.usage(report),
            headers: RateHeaders.fields(report, now: clock.now())
        )
    }
}
