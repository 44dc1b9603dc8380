public import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore

/// The HTTP front door, ready to be run as a service.
///
/// It runs in the unprivileged process and believes nothing that comes in. On its way in a request
/// passes, in this order: the decoder's limits on headers; ``ConnectionHandler``, which holds it to
/// a time; ``Door``, which names it and answers for every error; its route, where
/// ``CallerResolver`` says who is asking before a byte of the body is read; ``BodyReader``, which
/// bounds the body by the caller's plan; and ``ExecutionReader``, after which nothing of it is left
/// to be refused. Only then is quota charged.
///
/// A graceful shutdown closes the port and idle connections, and lets the requests at work finish.
/// `onListening` is told of the port once it is open.
public func makeApplication(
    _ configuration: APIConfiguration,
    _ dependencies: APIDependencies,
    logger: Logger,
    onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
) -> some ApplicationProtocol {
    let requests = RequestCounter()
    let table = RouteTable(
        versioned: versionedRoutes(configuration, dependencies),
        plain: ServiceRoutes(
            version: configuration.version,
            readiness: dependencies.readiness,
            metrics: dependencies.metrics,
            requests: requests
        ).routes
    )
    let router = Router(context: APIContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: Door(routes: table, requests: requests, clock: dependencies.clock))
    table.fill(router)
    return Application(
        router: router,
        server: server(configuration),
        configuration: ApplicationConfiguration(
            address: .hostname(configuration.host, port: configuration.port),
            availableConnectionsDelegate: .maximum(configuration.connectionsMax, logger: logger)
        ),
        onServerRunning: { await onListening($0.localAddress?.port ?? configuration.port) },
        logger: logger
    )
}

private func versionedRoutes(
    _ configuration: APIConfiguration,
    _ dependencies: APIDependencies
) -> [Route] {
    let service = dependencies.executions
    let store = dependencies.store
    let callers = CallerResolver(
        store: store,
        plans: dependencies.plans,
        clock: dependencies.clock,
        addresses: ClientAddress(trustedProxies: configuration.trustedProxies),
        allowsQueryKey: configuration.allowsQueryKey
    )
    let desk = ExecutionDesk(
        service: service,
        store: store,
        runtimes: dependencies.runtimes,
        clock: dependencies.clock,
        idempotency: Idempotency(store: store)
    )
    let executions = ExecutionRoutes(
        desk: desk,
        callers: callers,
        service: service,
        store: store,
        runtimes: dependencies.runtimes,
        clock: dependencies.clock
    )
    let account = AccountRoutes(
        callers: callers,
        service: service,
        store: store,
        runtimes: dependencies.runtimes,
        clock: dependencies.clock,
        wakeCourier: dependencies.wakeCourier
    )
    return executions.routes + account.routes + TrialRoutes(desk: desk, callers: callers).routes
}

/// HTTP/1.1 with every bound that it has.
private func server(_ configuration: APIConfiguration) -> HTTPServerBuilder {
    .http1(
        configuration: HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                ConnectionHandler(arrivalTime: .seconds(configuration.arrivalSeconds))
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
