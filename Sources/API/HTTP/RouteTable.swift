import HTTPTypes
import Hummingbird

/// A method and a path, with their operation and their handler.
struct Route: Sendable {
    typealias Handler = @Sendable (Request, APIContext) async throws -> Response

    let method: HTTPRequest.Method
    /// The path below the prefix (if there is one), such as `executions/:id`.
    ///
    /// A final `**` matches the rest of the path, which has at least one component.
    let path: String
    let operation: Operation
    let handler: Handler

    init(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ operation: Operation,
        _ handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.operation = operation
        self.handler = handler
    }

    /// - Throws: if the query has an undocumented parameter, or one twice.
    fileprivate func checkQuery(_ request: Request) throws(APIError) {
        guard RouteTable.checksQuery(operation) else { return }
        let known = operation.parameters.filter { $0.place == .query }.map(\.name)
        try QueryReader.check(request, known: known)
    }
}

/// All routes with their full paths.
///
/// It fills the router, and distinguishes a wrong method from a wrong path.
struct RouteTable: Sendable {
    /// The prefixes of the versioned paths; the second is an alias of the first.
    static let prefixes = ["/api/v1", "/v1"]

    let routes: [Route]

    /// Creates a table with the versioned routes under every prefix.
    ///
    /// - Parameters:
    ///   - versioned: the routes under each of ``prefixes``.
    ///   - plain: the routes from the root.
    init(versioned: [Route], plain: [Route]) {
        let prefixed = Self.prefixes.flatMap { prefix in
            versioned.map { Route($0.method, prefix + "/" + $0.path, $0.operation, $0.handler) }
        }
        routes = prefixed + plain.map { Route($0.method, "/" + $0.path, $0.operation, $0.handler) }
    }

    /// Returns a path below the prefix that `request` used.
    static func path(_ path: String, like request: Request) -> String {
        let prefix = prefixes.first { request.uri.path.hasPrefix($0 + "/") } ?? prefixes[0]
        return prefix + "/" + path
    }

    static func isAlias(_ path: String) -> Bool {
        prefixes.dropFirst().contains { path.hasPrefix($0 + "/") }
    }

    /// Returns whether unknown query parameters of the operation are refused.
    ///
    /// They are accepted for the service's own routes, since monitors may add any query, and for
    /// the OAuth routes, which ignore unknown parameters (RFC 6749, 3.1).
    static func checksQuery(_ operation: Operation) -> Bool {
        ![.service, .tokens].contains(operation.group)
    }

    func fill(_ router: Router<APIContext>) {
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                var context = context
                context.cost = route.cost
                if route.countsForAddress { try context.chargeAddress() }
                try route.checkQuery(request)
                return try await route.handler(request, context)
            }
        }
    }

    /// Returns 405 for a path that has routes with other methods, else 404.
    func refusal(of request: Request) -> APIError {
        let allowed = allowedMethods(path: request.uri.path)
        guard !allowed.isEmpty else { return .notFound("path") }
        let list = allowed.joined(separator: ", ")
        return APIError(
            code: .methodNotAllowed,
            message: "this path takes \(list)",
            details: .init(allowed: allowed),
            headers: [.allow: list]
        )
    }

    private func allowedMethods(path: String) -> [String] {
        let methods = routes.filter { Self.matches(pattern: $0.path, path: path) }.map(\.method)
        // The router answers HEAD wherever it answers GET.
        let heads = methods.contains(.get) ? [HTTPRequest.Method.head] : []
        return Set(methods + heads).map(\.rawValue).sorted()
    }

    private static func matches(pattern: String, path: String) -> Bool {
        let wanted = pattern.split(separator: "/")
        let given = path.split(separator: "/")
        let fits =
            wanted.last == "**" ? wanted.count <= given.count : wanted.count == given.count
        return fits && zip(wanted, given).allSatisfy { ["**", $1].contains($0) || $0.first == ":" }
    }
}
