public import Domain
public import Identity

/// How the server listens, and what it holds connections to.
public struct APIConfiguration: Sendable {
    public var host: String
    /// 0 has the kernel choose one.
    public var port: Int
    /// The peers whose `X-Forwarded-For` is believed.
    public var trustedProxies: [CIDR]
    /// Whether `?apiKey=` is a credential.
    public var allowsQueryKey: Bool
    /// Connections open at once; more wait to be accepted.
    public var connectionsMax: Int
    /// How long a connection may be silent before or between requests.
    public var idleSeconds: Int64
    /// How long a request may take from its head to its last byte.
    public var arrivalSeconds: Int64
    /// The secret of the dispatcher for all organizations; `nil` without one.
    public var dispatcherSecret: DispatcherSecret?
    /// The version that `GET /` reports.
    public var version: String

    public init(
        host: String = "127.0.0.1",
        port: Int = 8080,
        trustedProxies: [CIDR] = [],
        allowsQueryKey: Bool = false,
        connectionsMax: Int = 512,
        idleSeconds: Int64 = 30,
        arrivalSeconds: Int64 = 30,
        dispatcherSecret: DispatcherSecret? = nil,
        version: String
    ) {
        self.host = host
        self.port = port
        self.trustedProxies = trustedProxies
        self.allowsQueryKey = allowsQueryKey
        self.connectionsMax = connectionsMax
        self.idleSeconds = idleSeconds
        self.arrivalSeconds = arrivalSeconds
        self.dispatcherSecret = dispatcherSecret
        self.version = version
    }
}

/// The ports that the routes work with; tests can replace each.
public struct APIDependencies: Sendable {
    /// Why the service cannot take work now, in a few words; `nil` where it can.
    public typealias Readiness = @Sendable () async -> String?

    public var executions: any ExecutionService
    public var tasks: any TaskService
    public var store: any Store
    public var accounts: Accounts
    public var runtimes: Runtimes
    public var plans: Plans
    public var clock: WallClock
    public var readiness: Readiness
    /// The figures of everything behind the front door.
    public var metrics: @Sendable () async -> [Metric]
    /// Has the courier look for due deliveries.
    public var wakeCourier: @Sendable () async -> Void

    public init(
        executions: any ExecutionService,
        tasks: any TaskService,
        store: any Store,
        accounts: Accounts,
        runtimes: Runtimes,
        plans: Plans,
        clock: WallClock = .system,
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
        self.readiness = readiness
        self.metrics = metrics
        self.wakeCourier = wakeCourier
    }
}
