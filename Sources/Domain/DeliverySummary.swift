public import Foundation

/// A delivery without its body, for lists.
public struct DeliverySummary: Sendable, Hashable {
    public let id: String
    public let organization: String
    public let subject: Delivery.Subject
    public let url: String
    public let createdAt: Date
    public let state: Delivery.State
    public let attempts: [Delivery.Attempt]

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
