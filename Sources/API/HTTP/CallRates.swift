import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Synchronization

/// The rate of requests of any kind: each takes tokens from its caller's bucket.
///
/// A request with a valid credential counts for its organization, with a session for its user, and
/// any other for its address: without a credential, with an invalid one, to a path without a route.
/// Only the health checks cost nothing, so that no flood from a monitor's address makes the service
/// look dead.
final class CallRates: Sendable {
    private let plans: Plans
    private let clock: WallClock
    private let buckets = Mutex(TokenBuckets())

    init(plans: Plans, clock: WallClock) {
        self.plans = plans
        self.clock = clock
    }

    fileprivate func take(_ cost: Int, of subject: String, _ plan: Plan) throws(APIError) {
        guard let limit = plan.rates.requestsPerMinute else { return }
        let rate = TokenBuckets.Rate(tokens: limit, seconds: 60)
        let now = clock.now()
        let wait = buckets.withLock { $0.take(cost, of: subject, under: rate, at: now) }
        guard let wait else { return }
        let seconds = max(1, Int(wait.rounded(.up)))
        let policy = RateStanding.Policy.requestsPerMinute.rawValue
        var error = APIError.rateLimited(
            "the plan's limit \(policy) of \(limit) is used up",
            policy: policy,
            limit: limit,
            retryAfterSeconds: seconds
        )
        error.details.reset = Int(now.timeIntervalSince1970) + seconds
        throw error
    }

    fileprivate func take(_ cost: Int, ofStranger subject: String) throws(APIError) {
        try take(cost, of: subject, plans.anonymous)
    }

    /// Returns what is left of the caller's tokens; `nil` if they are unlimited.
    func standing(of caller: Caller) -> RateStanding? {
        guard let limit = caller.plan.rates.requestsPerMinute else { return nil }
        let rate = TokenBuckets.Rate(tokens: limit, seconds: 60)
        let now = clock.now()
        return buckets.withLock { buckets in
            RateStanding(
                policy: .requestsPerMinute,
                limit: limit,
                remaining: buckets.remaining(of: caller.requestSubject, under: rate, at: now),
                resetsAt: buckets.fullAgain(caller.requestSubject, under: rate, at: now),
                windowSeconds: 60
            )
        }
    }
}

extension Caller {
    fileprivate var requestSubject: String {
        if case .session(_, let user) = credential { return "user:" + user }
        return owner.subject
    }
}

extension APIContext {
    /// Counts the request for its caller, unless it is counted already.
    func charge(_ caller: Caller) throws(APIError) {
        guard self.caller.isUncounted() else { return }
        try rates?.take(cost, of: caller.requestSubject, caller.plan)
    }

    /// Counts the request for the dispatcher, unless it is counted already.
    func chargeDispatcher(under plan: Plan) throws(APIError) {
        guard caller.isUncounted() else { return }
        try rates?.take(cost, of: "dispatcher", plan)
    }

    /// Counts the request for its address, unless it is counted already.
    func chargeAddress() throws(APIError) {
        guard caller.isUncounted() else { return }
        try rates?.take(cost, ofStranger: client.subject)
    }

    /// Returns the answer to a request that failed: `error`, unless the request was not counted yet
    /// and exceeds its address's rate.
    func counted(_ error: any Error) -> any Error {
        do throws(APIError) {
            try chargeAddress()
            return error
        } catch {
            return error
        }
    }
}

extension Route {
    /// The tokens that a request takes.
    var cost: Int {
        operation.cost ?? (method == .get ? Operation.readingCost : Operation.writingCost)
    }

    /// Whether a request counts for its address without a look at its credential.
    var countsForAddress: Bool {
        switch operation.access {
        case .anyone, .client, .session: true
        case .optional, .scope, .dispatcher: false
        }
    }
}

extension Operation {
    static let readingCost = 1
    static let writingCost = 5
    /// The cost of a request that makes a credential, or writes to somebody else.
    static let issuingCost = 50
}
