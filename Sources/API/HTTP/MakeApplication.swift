// Target `API`: the HTTP server: routes, readers, payloads and operations by feature, the OpenAPI
// document, and the pages.
// Border: untrusted bytes become checked values here, before a quota is charged or a byte is
// stored. It uses the other targets through the ports of `Domain`.
// The command line imports it. Only this target and the target that runs the application import
// Hummingbird.

public import Hummingbird
import HummingbirdCore
import Identity
public import Logging
import NIOCore

/// Makes the HTTP server, ready to be run as a service.
///
/// It runs in the unprivileged process and trusts no input. A request passes, in this order: the
/// decoder's limits on headers; ``RequestFraming``, which refuses ambiguous requests;
/// ``ConnectionHandler``, which sets its deadline; ``RequestMiddleware``, which gives it an id and
/// answers every error; its route, where ``CallerResolver`` finds the caller before a byte of the
/// body is read; ``BodyReader``, which limits the body by the caller's plan; and
/// ``ExecutionReader``, which makes the last check of the content. Only then is quota charged.
///
/// A graceful shutdown closes the port and idle connections, and lets the requests in progress
/// finish. `onListening` is called with the port once it is bound; no request is read before it
/// returns.
public func makeApplication(
    _ configuration: APIConfiguration,
    _ dependencies: APIDependencies,
    logger: Logger,
    onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
) -> some ApplicationProtocol {
    let requests = RequestCounter()
    let disconnects = ClientDisconnects()
    let table = routeTable(configuration, dependencies, requests)
    let router = Router(context: APIContext.self, options: .autoGenerateHeadEndpoints)
    router.add(
        middleware: RequestMiddleware(
            routes: table,
            requests: requests,
            underWay: RequestsUnderWay(),
            disconnects: disconnects,
            service: dependencies.executions,
            clock: dependencies.clock
        )
    )
    table.fill(router)
    return Application(
        router: router,
        server: server(configuration, disconnects),
        configuration: ApplicationConfiguration(
            address: .hostname(configuration.host, port: configuration.port),
            availableConnectionsDelegate: .maximum(configuration.connectionsMax, logger: logger)
        ),
        onServerRunning: { await onListening($0.localAddress?.port ?? configuration.port) },
        logger: logger
    )
}

/// Returns all routes.
func routeTable(
    _ configuration: APIConfiguration,
    _ dependencies: APIDependencies,
    _ requests: RequestCounter
) -> RouteTable {
    let tokens = AccessTokens(store: dependencies.store, clock: dependencies.clock)
    let authenticator = Authenticator(
        store: dependencies.store,
        accounts: dependencies.accounts,
        tokens: tokens,
        plans: dependencies.plans,
        clock: dependencies.clock
    )
    let callers = CallerResolver(
        authenticator: authenticator,
        plans: dependencies.plans,
        addresses: ClientAddress(trustedProxies: configuration.trustedProxies),
        allowsQueryKey: configuration.allowsQueryKey
    )
    let service = ServiceRoutes(
        version: configuration.version,
        readiness: dependencies.readiness,
        metrics: dependencies.metrics,
        requests: requests
    )
    let sessions = SessionRoutes(
        accounts: dependencies.accounts,
        callers: callers,
        clock: dependencies.clock
    )
    let oauth = OAuthRoutes(authenticator: authenticator, tokens: tokens)
    let idempotency = Idempotency(store: dependencies.store)
    let versioned =
        executionRoutes(dependencies, callers, idempotency)
        + taskRoutes(configuration, dependencies, callers, idempotency)
        + identityRoutes(dependencies, callers)
    let plain = service.routes + sessions.routes + oauth.routes
    let documentation = DocumentationRoutes(
        OpenAPIDocument(
            RouteTable(versioned: versioned, plain: plain + DocumentationRoutes.unwritten.routes),
            configuration: configuration,
            runtimes: dependencies.runtimes,
            plans: dependencies.plans
        )
    )
    return RouteTable(versioned: versioned, plain: plain + documentation.routes)
}

/// Returns the routes of users, sessions, organizations and keys.
private func identityRoutes(
    _ dependencies: APIDependencies,
    _ callers: CallerResolver
) -> [Route] {
    let store = dependencies.store
    let clock = dependencies.clock
    let keys = KeyRoutes(
        callers: callers,
        store: store,
        issuer: KeyIssuer(store: store, clock: clock),
        clock: clock
    )
    let organizations = OrganizationRoutes(
        callers: callers,
        store: store,
        plans: dependencies.plans,
        clock: clock
    )
    return UserRoutes(callers: callers, store: store, clock: clock).routes + keys.routes
        + organizations.routes
}

/// Returns the routes of executions and projects.
private func executionRoutes(
    _ dependencies: APIDependencies,
    _ callers: CallerResolver,
    _ idempotency: Idempotency
) -> [Route] {
    let service = dependencies.executions
    let store = dependencies.store
    let intake = ExecutionIntake(
        service: service,
        store: store,
        runtimes: dependencies.runtimes,
        clock: dependencies.clock,
        idempotency: idempotency
    )
    let executions = ExecutionRoutes(
        intake: intake,
        callers: callers,
        service: service,
        store: store,
        runtimes: dependencies.runtimes,
        clock: dependencies.clock
    )
    let usage = UsageRoutes(
        callers: callers,
        service: service,
        runtimes: dependencies.runtimes,
        clock: dependencies.clock
    )
    let deliveries = DeliveryRoutes(
        callers: callers,
        store: store,
        clock: dependencies.clock,
        wakeCourier: dependencies.wakeCourier
    )
    let projects = ProjectRoutes(
        callers: callers,
        service: service,
        store: store,
        runtimes: dependencies.runtimes,
        clock: dependencies.clock
    )
    let files = ProjectFileRoutes(callers: callers, store: store, clock: dependencies.clock)
    return executions.routes + projects.routes + files.routes + usage.routes + deliveries.routes
        + TryRoutes(intake: intake, callers: callers).routes
}

/// Returns the routes of tasks.
private func taskRoutes(
    _ configuration: APIConfiguration,
    _ dependencies: APIDependencies,
    _ callers: CallerResolver,
    _ idempotency: Idempotency
) -> [Route] {
    let access = TaskAccess(
        callers: callers,
        secret: configuration.dispatcherSecret,
        store: dependencies.store,
        plans: dependencies.plans
    )
    let intake = TaskIntake(
        access: access,
        tasks: dependencies.tasks,
        executions: dependencies.executions,
        store: dependencies.store,
        runtimes: dependencies.runtimes,
        clock: dependencies.clock,
        idempotency: idempotency
    )
    return TaskRoutes(
        intake: intake,
        access: access,
        tasks: dependencies.tasks,
        store: dependencies.store
    ).routes
}

/// Returns the HTTP/1.1 server with all its limits.
private func server(
    _ configuration: APIConfiguration,
    _ disconnects: ClientDisconnects
) -> HTTPServerBuilder {
    .http1(
        configuration: HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                ConnectionHandler(
                    arrivalTime: .seconds(configuration.arrivalSeconds),
                    disconnects: disconnects
                )
            ],
            idleTimeout: .seconds(configuration.idleSeconds),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 16_384,
                maxHeaderListSize: 32_768,
                maxHeaderFieldCount: 100
            )
        )
    )
}
