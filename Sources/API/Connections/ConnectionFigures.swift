/// The numbers of connections for the metrics.
struct ConnectionFigures: Sendable {
    var open = 0
    /// Connections that were closed to make room for others.
    var displaced = 0
    /// Connections above the bounds.
    var refused = 0

    var metrics: [Metric] {
        [
            Metric(
                name: "quicksand_http_connections",
                help: "Open connections.",
                kind: .gauge,
                samples: [.init(value: Double(open))]
            ),
            Metric(
                name: "quicksand_http_connections_displaced_total",
                help: "Connections without a request in progress, closed to make room for others.",
                kind: .counter,
                samples: [.init(value: Double(displaced))]
            ),
            Metric(
                name: "quicksand_http_connections_refused_total",
                help: "Connections above the bounds.",
                kind: .counter,
                samples: [.init(value: Double(refused))]
            ),
        ]
    }
}
