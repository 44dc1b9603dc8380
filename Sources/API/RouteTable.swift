import HTTPTypes
import Hummingbird

/// One thing that can be asked for.
struct Route: Sendable {
    typealias Handler = @Sendable (Request, APIContext) async throws -> Response

    let method: HTTPRequest.Method
    /// Such as `executions/:id`, below the prefix if there is one.
    let path: String
    let handler: Handler

    init(_ method: HTTPRequest.Method, _ path: String, _ handler: @escaping Handler) {
        self.method = method
        self.path = path
        self.handler = handler
    }
}

/// Every route with its full path: what the router is filled from, and what tells a wrong method
/// from a wrong path.
struct RouteTable: Sendable {
    /// The second is an alias of the first.
    static let prefixes = ["/api/v1", "/v1"]

    let routes: [Route]

    /// Lays out every route, the versioned ones under every prefix.
    ///
    /// - Parameters:
    ///   - versioned: under each of ``prefixes``.
    ///   - plain: from the root.
    init(versioned: [Route], plain: [Route]) {
        let prefixed = Self.prefixes.flatMap { prefix in
            versioned.map { Route($0.method, prefix + "/" + $0.path, $0.handler) }
        }
        routes = prefixed + plain.map { Route($0.method, "/" + $0.path, $0.handler) }
    }

    func fill(_ router: Router<APIContext>) {
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                try await route.handler(request, context)
            }
        }
    }

    /// 405 for a path that takes other methods, else 404.
    func refusal(of request: Request) -> APIError {
        let allowed = allowedMethods(path: request.uri.path)
        guard !allowed.isEmpty else { return .notFound("path") }
        let list = allowed.joined(separator: ", ")
        return APIError(
            code: .methodNotAllowed,
            message: "this path takes \(list)",
            details: [.init(name: "allowed", value: .array(allowed.map(JSONValue.string)))],
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
        return wanted.count == given.count
            && zip(wanted, given).allSatisfy { $0.first == ":" || $0 == $1 }
    }
}
