import HTTPTypes
import JSON

/// A route as the document shows it: its method, its path and its operation.
struct Endpoint: Sendable {
    let method: HTTPRequest.Method
    /// The path as a template, such as `/api/v1/executions/{id}`.
    let path: String
    let operation: Operation

    /// - Returns: `nil` for an alias of another route.
    init?(_ route: Route) {
        guard !RouteTable.isAlias(route.path) else { return nil }
        method = route.method
        path = Self.template(route)
        operation = route.operation
    }

    /// Returns the path as a template; `**` becomes the operation's last path parameter.
    private static func template(_ route: Route) -> String {
        let rest = route.operation.parameters.last { $0.place == .path }
        let components = route.path.split(separator: "/").map { component in
            if component == "**", let rest { return "{\(rest.name)}" }
            return component.first == ":" ? "{\(component.dropFirst())}" : String(component)
        }
        return "/" + components.joined(separator: "/")
    }

    /// Whether its answers have rate headers: the caller is known, or its address is counted.
    var isRated: Bool {
        switch operation.access {
        case .optional, .scope, .session, .dispatcher: true
        case .anyone, .client: operation.refusals.contains(.rateLimited)
        }
    }

    /// All refusals that the route can answer with, in the order of their statuses.
    ///
    /// An answer that the operation itself describes replaces the derived refusal with that status.
    var refusals: [APIError.Code] {
        var codes = Set(operation.refusals)
        if operation.cost != 0 { codes.insert(.rateLimited) }
        if RouteTable.checksQuery(operation) { codes.insert(.validation) }
        switch operation.access {
        case .anyone, .client: break
        case .optional, .session: codes.insert(.unauthorized)
        case .scope, .dispatcher: codes.formUnion([.unauthorized, .forbidden])
        }
        // The caller is looked up in the store, and the store can fail.
        switch operation.access {
        case .anyone: break
        case .optional, .session, .scope, .dispatcher, .client:
            codes.formUnion([.internalError, .overloaded])
        }
        switch operation.body {
        case nil: break
        case .bytes?: codes.formUnion([.validation, .payloadTooLarge])
        case .json?, .form?, .jsonOrForm?, .optional?:
            codes.formUnion([.validation, .payloadTooLarge, .unsupportedMediaType])
        }
        if operation.parameters.contains(where: { $0.place == .path }) { codes.insert(.notFound) }
        let described = Set(operation.answers.map(\.status))
        return codes.filter { !described.contains($0.status.code) }
            .sorted { ($0.status.code, $0.rawValue) < ($1.status.code, $1.rawValue) }
    }
}
