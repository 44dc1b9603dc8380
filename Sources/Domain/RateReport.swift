public import Foundation

/// The caller's standing with each policy of its plan, for the rate-limit headers.
public struct RateReport: Sendable, Hashable {
    public var standings: [RateStanding]

    public init(standings: [RateStanding]) { self.standings = standings }

    /// The policy with the smallest share left; of several used-up ones, the one that lasts
    /// longest.
    public var tightest: RateStanding? {
        standings.min { left, right in
            let leftShare = Double(left.remaining) / Double(max(left.limit, 1))
            let rightShare = Double(right.remaining) / Double(max(right.limit, 1))
            return leftShare == rightShare ? left.resetsAt > right.resetsAt : leftShare < rightShare
        }
    }
}

/// One policy: the number allowed, the number left, and the time when more are allowed.
public struct RateStanding: Sendable, Hashable {
    public enum Policy: String, Sendable, CaseIterable {
        case perSecond = "per_second"
        case perMinute = "per_minute"
        case perDay = "per_day"
        case concurrent
        case requestsPerMinute = "requests_per_minute"
    }

    public var policy: Policy
    public var limit: Int
    public var remaining: Int
    public var resetsAt: Date
    /// The length of the window; 0 for `concurrent`, which has no window.
    public var windowSeconds: Int

    public init(policy: Policy, limit: Int, remaining: Int, resetsAt: Date, windowSeconds: Int) {
        self.policy = policy
        self.limit = limit
        self.remaining = remaining
        self.resetsAt = resetsAt
        self.windowSeconds = windowSeconds
    }
}
