import Domain
import HTTPTypes
import Hummingbird
import Identity
import JSON

/// The routes for deliveries, which are results on their way to callback URLs: list, show and
/// retry.
struct DeliveryRoutes: Sendable {
    let callers: CallerResolver
    let store: any Store
    let clock: WallClock
    /// Tells the courier that a delivery is due.
    let wakeCourier: @Sendable () async -> Void
    let retries = RetryRate()

    var routes: [Route] {
        [
            Route(.get, "deliveries", .listDeliveries, list),
            Route(.get, "deliveries/:id", .showDelivery, show),
            Route(.post, "deliveries/:id/retry", .retryDelivery, retry),
        ]
    }

    private func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let organization = try await callers.organization(
            request,
            context,
            needing: .read(.projects)
        )
        let page = try QueryReader(request).page()
        let listing = try await store.deliveries(organization: organization, page: page)
        return Responses.envelope(listing.json(page, \.json))
    }

    private func show(_ request: Request, _ context: APIContext) async throws -> Response {
        let organization = try await callers.organization(
            request,
            context,
            needing: .read(.projects)
        )
        return Responses.data(try await delivery(context, organization).json)
    }

    /// Answers 202 and has the delivery sent again, in every state.
    private func retry(_ request: Request, _ context: APIContext) async throws -> Response {
        let organization = try await callers.organization(
            request,
            context,
            needing: .write(.projects)
        )
        try retries.take(organization, at: clock.now())
        var delivery = try await delivery(context, organization)
        delivery.state = .pending(nextAttemptAt: clock.now())
        try await store.save(delivery)
        await wakeCourier()
        return Responses.data(delivery.json, status: .accepted)
    }

    private func delivery(
        _ context: APIContext,
        _ organization: String
    ) async throws -> DeliverySummary {
        let id = try context.identifier(of: "delivery")
        guard let delivery = try await store.delivery(id: id, organization: organization) else {
            throw APIError.notFound("delivery")
        }
        return delivery
    }
}
