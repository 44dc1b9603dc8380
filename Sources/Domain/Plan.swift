/// The tier that a caller is on: how often it may call, and what each execution may use.
public struct Plan: Sendable, Hashable {
    public let name: String
    public let rates: Rates
    public let holdings: Holdings
    /// The limits of an execution that asks for none.
    public let defaults: Limits
    /// The highest limits that an execution may ask for.
    public let ceilings: Limits

    public init(
        name: String,
        rates: Rates,
        holdings: Holdings = Holdings(projects: 0, unfinishedTasks: 0),
        defaults: Limits,
        ceilings: Limits
    ) {
        self.name = name
        self.rates = rates
        self.holdings = holdings
        self.defaults = defaults
        self.ceilings = ceilings
    }
}

/// How much an organization may keep here at once.
public struct Holdings: Sendable, Hashable {
    /// The limits of an execution's sources also bound a project's files.
    public let projects: Int
    /// Tasks that wait or run.
    public let unfinishedTasks: Int
    /// Days after which ended work is deleted; 0 keeps it, `nil` is as long as everybody's.
    public let keepDays: Int?

    /// A century.
    public static let keepDaysMax = 36_500

    public init(projects: Int, unfinishedTasks: Int, keepDays: Int? = nil) {
        self.projects = projects
        self.unfinishedTasks = unfinishedTasks
        self.keepDays = keepDays
    }
}

/// How often a caller may start executions; `nil` is unlimited.
public struct Rates: Sendable, Hashable {
    public let perSecond: PerSecond?
    public let perMinute: Int?
    /// Executions per UTC day.
    public let perDay: Int?
    /// Executions queued or running at once.
    public let concurrent: Int?

    public init(perSecond: PerSecond?, perMinute: Int?, perDay: Int?, concurrent: Int?) {
        self.perSecond = perSecond
        self.perMinute = perMinute
        self.perDay = perDay
        self.concurrent = concurrent
    }

    /// At most `limit` in any second; a caller who exceeds it is refused for `penaltySeconds`.
    public struct PerSecond: Sendable, Hashable {
        public let limit: Int
        public let penaltySeconds: Int

        public init(limit: Int, penaltySeconds: Int) {
            self.limit = limit
            self.penaltySeconds = penaltySeconds
        }
    }
}

/// The plans of `limits.json`, checked.
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

    /// The most that any plan allows of `limit`: what the warden is sealed with.
    public func highestCeiling(_ limit: Limit) -> Int64 {
        byName.values.map { $0.ceilings[limit] }.max() ?? 0
    }
}
