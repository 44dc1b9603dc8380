public import Foundation

/// A delivery without its body, which is large and does not change.
public struct DeliverySummary: Sendable, Hashable {
    public let id: String
    public let organization: String
    public let subject: Delivery.Subject
    public let url: String
    public let createdAt: Date
    public var state: Delivery.State
    public var attempts: [Delivery.Attempt]

    public init(
        id: String,
        organization: String,
        subject: Delivery.Subject,
        url: String,
        createdAt: Date,
        state: Delivery.State,
        attempts: [Delivery.Attempt]
    ) {
        self.id = id
        self.organization = organization
        self.subject = subject
        self.url = url
        self.createdAt = createdAt
        self.state = state
        self.attempts = attempts
    }

    public init(_ delivery: Delivery) {
        self.init(
            id: delivery.id,
            organization: delivery.organization,
            subject: delivery.subject,
            url: delivery.url,
            createdAt: delivery.createdAt,
            state: delivery.state,
            attempts: delivery.attempts
        )
    }
}

extension Delivery {
    public init(_ summary: DeliverySummary, body: Data) {
        self.init(
            id: summary.id,
            organization: summary.organization,
            subject: summary.subject,
            url: summary.url,
            body: body,
            createdAt: summary.createdAt,
            state: summary.state,
            attempts: summary.attempts
        )
    }
}

/// A delivery that is due, as much of it as the choice of the next one needs.
public struct DueDelivery: Sendable, Hashable {
    public let id: String
    public let organization: String
    /// See ``CallbackURL/receiver(of:)``.
    public let receiver: String
    public let dueAt: Date
    /// Whether it was attempted before.
    public let isRetry: Bool
    public let bodyBytes: Int

    public init(
        id: String,
        organization: String,
        receiver: String,
        dueAt: Date,
        isRetry: Bool,
        bodyBytes: Int
    ) {
        self.id = id
        self.organization = organization
        self.receiver = receiver
        self.dueAt = dueAt
        self.isRetry = isRetry
        self.bodyBytes = bodyBytes
    }
}

/// What was found at some of an organization's receivers.
public struct DueDeliveries: Sendable, Hashable {
    /// The earliest due delivery of each receiver that has one.
    public var deliveries: [DueDelivery]
    /// The last receiver that was looked at, whether or not it had a due delivery; `nil` if none
    /// was.
    public var last: String?

    public init(deliveries: [DueDelivery] = [], last: String? = nil) {
        self.deliveries = deliveries
        self.last = last
    }
}
