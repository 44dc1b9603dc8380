import Domain
import Foundation
import Synchronization

/// The rate at which an organization's callers can have deliveries sent again.
final class RetryRate: Sendable {
    static let rate = TokenBuckets.Rate(tokens: 60, seconds: 60)

    private let buckets = Mutex(TokenBuckets())

    /// Counts one retry.
    /// - Throws: an ``APIError`` if there were too many.
    func take(_ organization: String, at now: Date) throws(APIError) {
        let seconds = buckets.withLock { $0.take(of: organization, under: Self.rate, at: now) }
        guard let seconds else { return }
        throw .rateLimited(
            "no more than \(Self.rate.tokens) deliveries can be sent again in a minute",
            policy: "delivery_retries",
            limit: Self.rate.tokens,
            retryAfterSeconds: Int(seconds.rounded(.up))
        )
    }
}
