public import Domain
public import Foundation

/// The rule for the state of a delivery after an attempt.
///
/// A 2xx completes the delivery. A 410 means that the receiver is gone permanently, and a forbidden
/// or malformed address stays so: these end the delivery. All other outcomes, including redirects,
/// are retried until the schedule is used up. The rule is pure: it has no clock, network or random
/// generator.
public struct RetrySchedule: Sendable {
    /// The seconds from one attempt's end to the next attempt; the first attempt is due at once.
    public static let delaysSeconds = [0, 5, 30, 120, 900, 3_600, 14_400, 43_200]
    /// The maximum jitter, as a share of the delay.
    ///
    /// It spreads the retries of deliveries that failed together.
    public static let jitterMax = 0.1
    /// The maximum `Retry-After` that is honoured.
    public static let retryAfterSecondsMax = 86_400

    public init() {}

    /// Returns the state after the newest of `attempts` attempts had this outcome.
    ///
    /// The next attempt is not before the receiver's `Retry-After`, up to 24 hours. `random`, from
    /// 0 to 1, selects the jitter within its range.
    public func state(
        after outcome: Delivery.Outcome,
        attempts: Int,
        retryAfter: RetryAfter? = nil,
        now: Date,
        random: Double
    ) -> Delivery.State {
        switch outcome {
        case .answered(status: 200...299): return .delivered(at: now)
        case .answered(status: 410), .addressNotAllowed, .addressMalformed:
            return .failed(at: now)
        case .answered, .failed: break
        }
        guard attempts < Self.delaysSeconds.count else { return .failed(at: now) }
        let delay = Double(Self.delaysSeconds[max(attempts, 0)])
        let scheduled = delay * (1 + Self.jitterMax * min(max(random, 0), 1))
        let asked = retryAfter.map { min($0.seconds(from: now), Double(Self.retryAfterSecondsMax)) }
        return .pending(nextAttemptAt: now.addingTimeInterval(max(scheduled, asked ?? 0)))
    }
}

/// The pause that a receiver asks for (RFC 9110, section 10.2.3).
public enum RetryAfter: Sendable, Hashable {
    case seconds(Int)
    case date(Date)

    func seconds(from now: Date) -> Double {
        switch self {
        case .seconds(let seconds): Double(seconds)
        case .date(let date): date.timeIntervalSince(now)
        }
    }
}

/// The outcomes that a further attempt cannot change.
extension Delivery.Outcome {
    /// The host resolved only to addresses that callbacks may not be sent to.
    public static let addressNotAllowed = Self.failed(reason: "address not allowed")
    /// The stored URL is invalid: a version with other rules stored it.
    public static let addressMalformed = Self.failed(reason: "address malformed")
}
