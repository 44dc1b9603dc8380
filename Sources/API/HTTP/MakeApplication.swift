// Target `API`: the HTTP server: routes, readers, payloads and operations by feature, the OpenAPI
// document, and the pages.
// Border: untrusted bytes become checked values here, before a quota is charged or a byte is
// stored. It uses the other targets through the ports of `Domain`.
// The command line imports it. Only this target and the target that runs the application import
// Hummingbird.

import Domain
public import Hummingbird
import HummingbirdCore
import Identity
public import Logging
import NIOCore

/// Makes the HTTP server, ready to be run as a service.
///
/// It runs in the unprivileged process and trusts no input. A request passes, in this order: the
/// decoder's limits on headers; ``RequestFraming``, which refuses ambiguous requests;
/// ``ConnectionHandler``, which sets its deadlines; ``RequestMiddleware``, which gives it an id and
/// answers every error; its route, where ``CallerResolver`` finds the caller before a byte of the
/// body is read; ``CallRates``, which takes the caller's tokens; ``BodyReader``, which limits the
/// body by the caller's plan and takes its memory; and ``ExecutionReader``, which makes the last
/// check of the content. Only then is quota charged.
///
/// A graceful shutdown closes the port and idle connections, and lets the requests in progress
/// finish. `onListening` is called with the port once it is bound; no request is read before it
/// returns.
public func makeApplication(
    _ configuration: APIConfiguration,
    _ dependencies: APIDependencies,
    _ state: HTTPServerState,
    logger: Logger,
    onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
) -> some ApplicationProtocol {
    Application(
        router: router(
            RouteTable(configuration, dependencies) { state.metrics },
            configuration,
            dependencies,
            state,
            state.connections
        ),
        server: server(configuration, state.connections),
        configuration: ApplicationConfiguration(
            address: .hostname(configuration.host, port: configuration.port)
        ),
        onServerRunning: { await onListening($0.localAddress?.port ?? configuration.port) },
        logger: logger
    )
}

/// Makes the server of the second port, which answers health and metrics however full the first one
/// is.
///
/// `onListening` is called with the port once it is bound.
public func makeMonitorApplication(
    at address: ListenAddress,
    _ configuration: APIConfiguration,
    _ dependencies: APIDependencies,
    _ state: HTTPServerState,
    logger: Logger,
    onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
) -> some ApplicationProtocol {
    let connections = Connections(bounds: ConnectionPool.Bounds(all: 64, perHolder: 64))
    let routes = RouteTable.service(configuration, dependencies) { state.metrics }.monitors
    return Application(
        router: router(
            RouteTable(versioned: [], plain: routes),
            configuration,
            dependencies,
            state,
            connections
        ),
        server: server(configuration, connections),
        configuration: ApplicationConfiguration(
            address: .hostname(address.address.description, port: address.port)
        ),
        onServerRunning: { await onListening($0.localAddress?.port ?? address.port) },
        logger: logger
    )
}

private func router(
    _ table: RouteTable,
    _ configuration: APIConfiguration,
    _ dependencies: APIDependencies,
    _ state: HTTPServerState,
    _ connections: Connections
) -> Router<APIContext> {
    let addresses = ClientAddress(trustedProxies: configuration.trustedProxies)
    let router = Router(context: APIContext.self, options: .autoGenerateHeadEndpoints)
    router.add(
        middleware: RequestMiddleware(
            routes: table,
            requests: state.requests,
            underWay: RequestsUnderWay(),
            connections: connections,
            memory: dependencies.memory,
            addresses: addresses,
            rates: CallRates(plans: dependencies.plans, clock: dependencies.clock),
            service: dependencies.executions,
            clock: dependencies.clock
        )
    )
    table.fill(router)
    return router
}

/// Returns the HTTP/1.1 server with all its limits.
private func server(
    _ configuration: APIConfiguration,
    _ connections: Connections
) -> HTTPServerBuilder {
    .http1(
        configuration: HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                ConnectionHandler(
                    times: ConnectionTimes(
                        arrival: .seconds(configuration.arrivalSeconds),
                        sending: .seconds(configuration.sendingSeconds)
                    ),
                    connections: connections
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
