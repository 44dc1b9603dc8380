import Domain
import HTTPTypes
import Hummingbird
import Identity

/// What a caller can know and do beside running code: runtimes, its own standing, and deliveries.
struct AccountRoutes: Sendable {
    let callers: CallerResolver
    let service: any ExecutionService
    let store: any Store
    let runtimes: Runtimes
    let clock: WallClock
    /// Told that a delivery is due.
    let wakeCourier: @Sendable () async -> Void

    var routes: [Route] {
        [
            Route(.get, "runtimes", .listRuntimes, listRuntimes),
            Route(.get, "usage", .showUsage, usage),
            Route(.get, "deliveries", .listDeliveries, list),
            Route(.get, "deliveries/:id", .showDelivery, show),
            Route(.post, "deliveries/:id/retry", .retryDelivery, retry),
        ]
    }

    private func listRuntimes(_ request: Request, _ context: APIContext) async throws -> Response {
        Answer.data(runtimes.json)
    }

    /// A stranger's, where there is no credential.
    private func usage(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try await callers.anyone(request, context)
        let report = try await service.standing(of: caller)
        return Answer.data(
            caller.plan.usage(report),
            headers: RateHeaders.fields(report, now: clock.now())
        )
    }

    private func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let organization = try await callers.organization(
            request,
            context,
            needing: .read(.projects)
        )
        let page = try QueryReader(request).page()
        let listing = try await store.deliveries(organization: organization, page: page)
        return Answer.envelope(listing.json(page, \.json))
    }

    private func show(_ request: Request, _ context: APIContext) async throws -> Response {
        let organization = try await callers.organization(
            request,
            context,
            needing: .read(.projects)
        )
        return Answer.data(try await delivery(context, organization).json)
    }

    /// 202: it will be sent again at once, whatever became of it before.
    private func retry(_ request: Request, _ context: APIContext) async throws -> Response {
        let organization = try await callers.organization(
            request,
            context,
            needing: .write(.projects)
        )
        var delivery = try await delivery(context, organization)
        delivery.state = .pending(nextAttemptAt: clock.now())
        try await store.save(delivery)
        await wakeCourier()
        return Answer.data(delivery.json, status: .accepted)
    }

    private func delivery(
        _ context: APIContext,
        _ organization: String
    ) async throws -> Delivery {
        let id = try context.identifier(of: "delivery")
        guard let delivery = try await store.delivery(id: id, organization: organization) else {
            throw APIError.notFound("delivery")
        }
        return delivery
    }
}
