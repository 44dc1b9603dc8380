/// What the server's ports share: the open connections, and the counters for the metrics.
public struct HTTPServerState: Sendable {
    let requests = RequestCounter()
    let connections: Connections

    public init(_ configuration: APIConfiguration) {
        connections = Connections(
            bounds: ConnectionPool.Bounds(
                all: configuration.connectionsMax,
                perHolder: configuration.connectionsPerAddress
            ),
            trustedProxies: configuration.trustedProxies
        )
    }

    var metrics: [Metric] { [requests.metric] + connections.figures.metrics }
}
