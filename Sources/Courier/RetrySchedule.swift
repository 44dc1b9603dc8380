public import Domain
public import Foundation

/// The state of a delivery after an attempt.
///
/// A 2xx delivers. 410 says that the receiver is gone for good, and an address that may not be
/// called will not become one by waiting: both end it. All else, redirects included, is tried
/// again until the schedule is used up. Pure: no clock, no network, no luck of its own.
public struct RetrySchedule: Sendable {
    /// Seconds from one attempt's end to the next attempt; the first is due at once.
    public static let delaysSeconds = [0, 5, 30, 120, 900, 3_600, 14_400, 43_200]
    /// At most this share of the delay is added, so that deliveries that failed together are not
    /// retried together.
    public static let jitterMax = 0.1
    /// The longest `Retry-After` that is honoured.
    public static let retryAfterSecondsMax = 86_400

    public init() {}

    /// The state after the newest of `attempts` attempts had this outcome.
    ///
    /// The next attempt is never earlier than the receiver's `Retry-After` asks, up to 24 hours.
    /// `random`, 0 to 1, says where in the jitter's range it falls.
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

/// The outcomes that no further attempt would change.
extension Delivery.Outcome {
    /// The host resolved to nothing that a callback may be sent to.
    public static let addressNotAllowed = Self.failed(reason: "address not allowed")
    /// The stored URL is invalid: a version with other rules stored it.
    public static let addressMalformed = Self.failed(reason: "address malformed")
}
