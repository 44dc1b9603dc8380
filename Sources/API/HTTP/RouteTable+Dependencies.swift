import Identity

extension RouteTable {
    static func service(
        _ configuration: APIConfiguration,
        _ dependencies: APIDependencies,
        ownMetrics: @escaping @Sendable () -> [Metric]
    ) -> ServiceRoutes {
        ServiceRoutes(
            version: configuration.version,
            readiness: dependencies.readiness,
            metrics: dependencies.metrics,
            ownMetrics: ownMetrics
        )
    }

    /// Creates the table of all routes.
    init(
        _ configuration: APIConfiguration,
        _ dependencies: APIDependencies,
        ownMetrics: @escaping @Sendable () -> [Metric] = { [] }
    ) {
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
            allowsQueryKey: configuration.allowsQueryKey,
            promptly: configuration.promptly
        )
        let service = Self.service(configuration, dependencies, ownMetrics: ownMetrics)
        let sessions = SessionRoutes(
            accounts: dependencies.accounts,
            callers: callers,
            clock: dependencies.clock
        )
        let oauth = OAuthRoutes(authenticator: authenticator, tokens: tokens)
        let idempotency = Idempotency(store: dependencies.store)
        let versioned =
            Self.executionRoutes(dependencies, callers, idempotency)
            + Self.taskRoutes(configuration, dependencies, callers, idempotency)
            + Self.identityRoutes(dependencies, callers)
        let plain = service.routes + sessions.routes + oauth.routes
        let documentation = DocumentationRoutes(
            OpenAPIDocument(
                RouteTable(
                    versioned: versioned,
                    plain: plain + DocumentationRoutes.unwritten.routes
                ),
                configuration: configuration,
                runtimes: dependencies.runtimes,
                plans: dependencies.plans
            )
        )
        self.init(versioned: versioned, plain: plain + documentation.routes)
    }

    /// Returns the routes of users, sessions, organizations and keys.
    private static func identityRoutes(
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
        let invitations = InvitationRoutes(
            callers: callers,
            store: store,
            plans: dependencies.plans,
            clock: clock
        )
        return UserRoutes(callers: callers, store: store, clock: clock).routes + keys.routes
            + organizations.routes + invitations.routes
    }

    /// Returns the routes of executions and projects.
    private static func executionRoutes(
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
    private static func taskRoutes(
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
}
