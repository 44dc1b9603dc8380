public import Foundation

/// A result that must be sent to a callback URL.
public struct Delivery: Sendable, Hashable {
    /// The identifier, also the `webhook-id` of every attempt: `msg_` and 26 characters.
    public let id: String
    public let organization: String
    public let subject: Subject
    public let url: String
    /// The exact body, encoded once, so that every attempt signs the same bytes.
    public let body: Data
    public let createdAt: Date
    public var state: State
    public var attempts: [Attempt]

    public init(
        id: String,
        organization: String,
        subject: Subject,
        url: String,
        body: Data,
        createdAt: Date,
        state: State,
        attempts: [Attempt] = []
    ) {
        self.id = id
        self.organization = organization
        self.subject = subject
        self.url = url
        self.body = body
        self.createdAt = createdAt
        self.state = state
        self.attempts = attempts
    }

    /// The execution or task that a delivery reports.
    public enum Subject: Sendable, Hashable {
        case execution(String)
        case task(String)
    }

    public enum State: Sendable, Hashable {
        case pending(nextAttemptAt: Date)
        case delivered(at: Date)
        /// The last retry failed, the receiver answered 410, or the address is not allowed.
        case failed(at: Date)
    }

    public struct Attempt: Sendable, Hashable {
        public let startedAt: Date
        public let durationMilliseconds: Int
        public let outcome: Outcome

        public init(startedAt: Date, durationMilliseconds: Int, outcome: Outcome) {
            self.startedAt = startedAt
            self.durationMilliseconds = durationMilliseconds
            self.outcome = outcome
        }
    }

    public enum Outcome: Sendable, Hashable {
        case answered(status: Int)
        /// The cause, without internal addresses: `connection refused`, `timed out`, `address not
        /// allowed`.
        case failed(reason: String)
    }
}
