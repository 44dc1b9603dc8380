/// A caller's tier: its rates, its storage and the limits of its executions.
public struct Plan: Sendable, Hashable {
    public let name: String
    public let rates: Rates
    public let holdings: Holdings
    /// The part of the queue's places that all callers of the plan may take together: 1 to 100.
    public let queuePercent: Int
    /// The limits of an execution that asks for none.
    public let defaults: Limits
    /// The highest limits that an execution may ask for.
    public let ceilings: Limits

    public init(
        name: String,
        rates: Rates,
        holdings: Holdings = Holdings(
            projects: 0,
            unfinishedTasks: 0,
            keys: 0,
            members: 0
        ),
        queuePercent: Int = 100,
        defaults: Limits,
        ceilings: Limits
    ) {
        self.name = name
        self.rates = rates
        self.holdings = holdings
        self.queuePercent = queuePercent
        self.defaults = defaults
        self.ceilings = ceilings
    }
}

/// The most that an organization may store.
public struct Holdings: Sendable, Hashable {
    /// The most projects; the limits of an execution's sources also bound a project's files.
    public let projects: Int
    /// The most tasks that are queued, scheduled or running.
    public let unfinishedTasks: Int
    /// The most keys that work; as many revoked and expired ones are kept, the newest.
    public let keys: Int
    /// The most members, together with open invitations.
    public let members: Int
    /// The days after which ended work is deleted; 0 keeps it, `nil` applies the service's default.
    public let keepDays: Int?

    /// The most days: a century.
    public static let keepDaysMax = 36_500

    public init(
        projects: Int,
        unfinishedTasks: Int,
        keys: Int,
        members: Int,
        keepDays: Int? = nil
    ) {
        self.projects = projects
        self.unfinishedTasks = unfinishedTasks
        self.keys = keys
        self.members = members
        self.keepDays = keepDays
    }
}

/// The rates at which a caller may start executions and send requests; `nil` is unlimited.
public struct Rates: Sendable, Hashable {
    public let perSecond: PerSecond?
    public let perMinute: Int?
    /// The most executions per UTC day.
    public let perDay: Int?
    /// The most executions that are queued or running at once.
    public let concurrent: Int?
    /// The tokens for requests of any kind that a caller gets in a minute.
    public let requestsPerMinute: Int?

    public init(
        perSecond: PerSecond?,
        perMinute: Int?,
        perDay: Int?,
        concurrent: Int?,
        requestsPerMinute: Int? = nil
    ) {
        self.perSecond = perSecond
        self.perMinute = perMinute
        self.perDay = perDay
        self.concurrent = concurrent
        self.requestsPerMinute = requestsPerMinute
    }

    /// The most executions in any second; a caller above it is refused for `penaltySeconds`.
    public struct PerSecond: Sendable, Hashable {
        public let limit: Int
        public let penaltySeconds: Int

        public init(limit: Int, penaltySeconds: Int) {
            self.limit = limit
            self.penaltySeconds = penaltySeconds
        }
    }
}

/// The validated plans of `limits.json`.
public struct Plans: Sendable {
    /// The plan of callers without a credential.
    public let anonymous: Plan
    private let byName: [String: Plan]

    /// - Returns: `nil` where no plan is named `anonymous`.
    public init?(_ plans: [Plan]) {
        byName = Dictionary(plans.map { ($0.name, $0) }) { first, _ in first }
        guard let anonymous = byName["anonymous"] else { return nil }
        self.anonymous = anonymous
    }

    public subscript(name: String) -> Plan? { byName[name] }
    public var names: [String] { byName.keys.sorted() }

    /// Returns the highest ceiling of `limit` in any plan, with which the warden is sealed.
    public func highestCeiling(_ limit: Limit) -> Int64 {
        byName.values.map { $0.ceilings[limit] }.max() ?? 0
    }
}
