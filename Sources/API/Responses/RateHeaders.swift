import Domain
import Foundation
import HTTPTypes
import JSON

/// The response headers that report a caller's use of its rates.
///
/// `X-RateLimit-*` describe the tightest policy; `RateLimit-Policy` and `RateLimit` describe all
/// policies, as structured fields (draft-ietf-httpapi-ratelimit-headers-11, RFC 9651). A policy
/// without a window, such as the number of concurrent executions, has no `w` and no `t`.
enum RateHeaders {
    static func fields(_ report: RateReport, now: Date) -> HTTPFields {
        guard let tightest = report.tightest else { return [:] }
        var fields: HTTPFields = [
            .xRateLimitLimit: String(tightest.limit),
            .xRateLimitRemaining: String(tightest.remaining),
            .xRateLimitReset: String(unixSeconds(tightest.resetsAt)),
        ]
        fields[.rateLimitPolicy] = report.standings.map { standing in
            let window = standing.windowSeconds > 0 ? ";w=\(standing.windowSeconds)" : ""
            return "\"\(standing.policy.rawValue)\";q=\(standing.limit)\(window)"
        }.joined(separator: ", ")
        fields[.rateLimit] = report.standings.map { standing in
            let reset = standing.windowSeconds > 0 ? ";t=\(seconds(to: standing, now: now))" : ""
            return "\"\(standing.policy.rawValue)\";r=\(standing.remaining)\(reset)"
        }.joined(separator: ", ")
        return fields
    }

    static func error(_ refusal: SubmissionRefusal, now: Date) -> APIError {
        switch refusal {
        case .rateLimited(let standing, let report):
            var headers = fields(report, now: now)
            headers[.retryAfter] = String(max(1, seconds(to: standing, now: now)))
            return APIError(
                code: .rateLimited,
                message: "the plan's limit \(standing.policy.rawValue) of \(standing.limit)"
                    + " is used up",
                details: .init(
                    limit: JSONValue(standing.limit),
                    policy: standing.policy.rawValue,
                    reset: unixSeconds(standing.resetsAt)
                ),
                headers: headers
            )
        case .overloaded(let retryAfterSeconds):
            return APIError(
                code: .overloaded,
                message: "the queue is full",
                headers: [.retryAfter: String(max(1, retryAfterSeconds))]
            )
        case .draining:
            return APIError(
                code: .overloaded,
                message: "the server is shutting down",
                headers: [.retryAfter: String(drainingRetrySeconds)]
            )
        }
    }

    /// The `Retry-After` while the service stops: about the duration of a restart.
    private static let drainingRetrySeconds = 10

    private static func unixSeconds(_ date: Date) -> Int {
        Int(date.timeIntervalSince1970.rounded(.up))
    }

    private static func seconds(to standing: RateStanding, now: Date) -> Int {
        max(0, Int(standing.resetsAt.timeIntervalSince(now).rounded(.up)))
    }
}
