public import Domain
public import Identity

/// The server's address, and the limits of its connections.
public struct APIConfiguration: Sendable {
    public var host: String
    /// The port to listen on; with 0 the kernel chooses one.
    public var port: Int
    /// The address of a second port for health and metrics alone; `nil` without one.
    public var healthAddress: ListenAddress?
    /// The peers whose `X-Forwarded-For` is trusted.
    public var trustedProxies: [CIDR]
    /// Whether `?apiKey=` is accepted as a credential.
    public var allowsQueryKey: Bool
    /// The maximum number of open connections.
    public var connectionsMax: Int
    /// The maximum number of open connections of one address; an IPv6 network of 64 bits counts as
    /// one.
    public var connectionsPerAddress: Int
    /// The idle timeout of a connection before and between requests.
    public var idleSeconds: Int64
    /// The time limit of a request from its head to the last byte of its body.
    public var arrivalSeconds: Int64
    /// The time limit for a client to read on, while an answer is being sent.
    public var sendingSeconds: Int64
    /// The time after which a body is late, and its caller is judged again.
    var promptly = Duration.seconds(1)
    /// The secret of the dispatcher for all organizations; `nil` without one.
    public var dispatcherSecret: DispatcherSecret?
    /// The version that `GET /` reports.
    public var version: String

    public init(
        host: String = "127.0.0.1",
        port: Int = 8080,
        healthAddress: ListenAddress? = nil,
        trustedProxies: [CIDR] = [],
        allowsQueryKey: Bool = false,
        connectionsMax: Int = 1_024,
        connectionsPerAddress: Int = 128,
        idleSeconds: Int64 = 30,
        arrivalSeconds: Int64 = 30,
        sendingSeconds: Int64 = 30,
        dispatcherSecret: DispatcherSecret? = nil,
        version: String
    ) {
        self.host = host
        self.port = port
        self.healthAddress = healthAddress
        self.trustedProxies = trustedProxies
        self.allowsQueryKey = allowsQueryKey
        self.connectionsMax = connectionsMax
        self.connectionsPerAddress = connectionsPerAddress
        self.idleSeconds = idleSeconds
        self.arrivalSeconds = arrivalSeconds
        self.sendingSeconds = sendingSeconds
        self.dispatcherSecret = dispatcherSecret
        self.version = version
    }
}

/// The ports that the routes use; tests can replace each.
public struct APIDependencies: Sendable {
    /// A function that returns why the service cannot accept work now, in a few words; `nil` if it
    /// can.
    public typealias Readiness = @Sendable () async -> String?

    public var executions: any ExecutionService
    public var tasks: any TaskService
    public var store: any Store
    public var accounts: Accounts
    public var runtimes: Runtimes
    public var plans: Plans
    public var clock: WallClock
    /// The memory of requests and answers.
    public var memory: MemoryBudgets
    public var readiness: Readiness
    /// Returns the metrics of everything behind the HTTP server.
    public var metrics: @Sendable () async -> [Metric]
    /// Makes the courier look for due deliveries.
    public var wakeCourier: @Sendable () async -> Void

    public init(
        executions: any ExecutionService,
        tasks: any TaskService,
        store: any Store,
        accounts: Accounts,
        runtimes: Runtimes,
        plans: Plans,
        clock: WallClock = .system,
        memory: MemoryBudgets = MemoryBudgets(bytesMax: 256 << 20),
        readiness: @escaping Readiness,
        metrics: @escaping @Sendable () async -> [Metric] = { [] },
        wakeCourier: @escaping @Sendable () async -> Void
    ) {
        self.executions = executions
        self.tasks = tasks
        self.store = store
        self.accounts = accounts
        self.runtimes = runtimes
        self.plans = plans
        self.clock = clock
        self.memory = memory
        self.readiness = readiness
        self.metrics = metrics
        self.wakeCourier = wakeCourier
    }
}
