import Domain
import Foundation
import HTTPTypes
import Hummingbird
import JSON

/// Routes about the service itself, outside the versioned prefix.
struct ServiceRoutes: Sendable {
    let version: String
    let readiness: @Sendable () async -> String?
    let metrics: @Sendable () async -> [Metric]
    /// Returns the metrics of the HTTP server itself.
    let ownMetrics: @Sendable () -> [Metric]

    var routes: [Route] { [Route(.get, "", .home, home)] + monitors }

    /// The routes that monitors ask, which a server answers also when it is full.
    var monitors: [Route] {
        [
            Route(.get, "health/live", .live, live), Route(.get, "health/ready", .ready, ready),
            Route(.get, "metrics", .metrics, exposition),
        ]
    }

    static func isForMonitors(path: String?) -> Bool {
        ["/health/live", "/health/ready", "/metrics"].contains(path?.prefix { $0 != "?" } ?? "")
    }

    private func home(_ request: Request, _ context: APIContext) async throws -> Response {
        guard Self.asksForHTML(request.headers) else {
            return Responses.envelope(
                ServiceState.home.encode(ServiceState(version: version)),
                headers: [.vary: "Accept"]
            )
        }
        return Responses.text(
            TryItPage.page.html.utf8,
            type: "text/html; charset=utf-8",
            headers: [
                .vary: "Accept", .contentSecurityPolicy: TryItPage.page.contentSecurityPolicy,
                .referrerPolicy: "no-referrer",
            ]
        )
    }

    private static func asksForHTML(_ headers: HTTPFields) -> Bool {
        headers[values: .accept].flatMap { $0.split(separator: ",") }.contains { range in
            range.prefix { $0 != ";" }.trimming(" \t").lowercased() == "text/html"
        }
    }

    private func live(_ request: Request, _ context: APIContext) async throws -> Response {
        Responses.envelope(ServiceState.health.encode(ServiceState()))
    }

    private func ready(_ request: Request, _ context: APIContext) async throws -> Response {
        guard let reason = await readiness() else { return try await live(request, context) }
        return Responses.envelope(
            ServiceState.unavailable.encode(ServiceState(reason: reason)),
            status: .serviceUnavailable
        )
    }

    private func exposition(_ request: Request, _ context: APIContext) async throws -> Response {
        let all = ownMetrics() + (await metrics())
        return Responses.text(
            all.map(\.exposition).joined().utf8,
            type: "text/plain; version=0.0.4; charset=utf-8"
        )
    }
}
