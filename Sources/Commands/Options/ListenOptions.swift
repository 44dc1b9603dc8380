import API
import ArgumentParser
import Domain
import Identity

/// The options of the server's ports, and of the connections and requests on them.
struct ListenOptions: ParsableArguments {
    @Option(help: "The address to listen on; \(Standard.host) by default. [QUICKSAND_HOST]")
    var host: String?

    @Option(
        help:
            "The port, 1024 or above; 0 has the system choose one; \(Standard.port) by default. [QUICKSAND_PORT]"
    )
    var port: Int?

    @Option(
        help:
            "Another address and port, for health and metrics alone. [QUICKSAND_HEALTH_ADDRESS]"
    )
    var healthAddress: String?

    @Option(
        help:
            "Open connections at once; \(Standard.connections) by default. [QUICKSAND_CONNECTIONS]"
    )
    var connections: Int?

    @Option(
        help:
            "Open connections of one address, or of one IPv6 network of 64 bits; \(Standard.connectionsPerAddress) by default. [QUICKSAND_CONNECTIONS_PER_ADDRESS]"
    )
    var connectionsPerAddress: Int?

    @Option(
        help:
            "MiB of memory for requests and answers; \(Standard.requestMemory) by default. [QUICKSAND_REQUEST_MEMORY]"
    )
    var requestMemory: Int?

    @Option(
        help:
            "A proxy network whose X-Forwarded-For counts; repeatable. [QUICKSAND_TRUSTED_PROXIES]"
    )
    var trustedProxies: [String] = []

    @Flag(help: "Accept ?apiKey= as a credential. [QUICKSAND_ALLOW_QUERY_KEY=1]")
    var allowQueryKey = false

    /// The settings' defaults.
    private enum Standard {
        static let host = "127.0.0.1"
        static let port = 8_080
        static let connections = 1_024
        static let connectionsPerAddress = 128
        static let requestMemory = 256
    }

    /// Returns the memory of requests and answers.
    func memory() throws -> MemoryBudgets {
        let mebibytes = try Setting("request-memory").number(
            requestMemory,
            default: Standard.requestMemory,
            in: 16...1_000_000
        )
        return MemoryBudgets(bytesMax: mebibytes << 20)
    }

    /// Reads and checks the settings.
    func configuration() throws -> APIConfiguration {
        APIConfiguration(
            host: Setting("host").text(host) ?? Standard.host,
            port: try Setting("port").number(port, default: Standard.port, in: 0...65_535),
            healthAddress: try Setting("health-address").value(
                healthAddress,
                default: nil,
                expected: "an address and a port, such as 127.0.0.1:8081",
                read: { ListenAddress($0).map(Optional.some) }
            ),
            trustedProxies: try Setting("trusted-proxies").networks(trustedProxies),
            allowsQueryKey: try Setting("allow-query-key").isOn(allowQueryKey),
            connectionsMax: try Setting("connections").number(
                connections,
                default: Standard.connections,
                in: 1...16_384
            ),
            connectionsPerAddress: try Setting("connections-per-address").number(
                connectionsPerAddress,
                default: Standard.connectionsPerAddress,
                in: 1...16_384
            ),
            dispatcherSecret: try Setting.dispatcherSecret(),
            version: Release.version
        )
    }
}
