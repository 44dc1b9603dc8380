import Domain
import JSON

extension Operation {
    static let listDeliveries = Operation(
        id: "listDeliveries",
        group: .deliveries,
        summary: "List deliveries",
        details: "The organization's deliveries, newest first.",
        access: .scope("projects:read"),
        parameters: Parameter.page,
        answers: [
            Answer(
                status: 200,
                summary: "One page",
                content: .list(.schema("Delivery")),
                example: Example.delivery
            )
        ]
    )

    static let showDelivery = Operation(
        id: "showDelivery",
        group: .deliveries,
        summary: "Get a delivery",
        access: .scope("projects:read"),
        parameters: [.id("delivery", prefix: "msg_")],
        answers: [
            Answer(
                status: 200,
                summary: "The delivery, with its attempts",
                content: .data(.schema("Delivery")),
                example: Example.delivery
            )
        ]
    )

    static let retryDelivery = Operation(
        id: "retryDelivery",
        group: .deliveries,
        summary: "Send a delivery again",
        details: """
            The server sends it at its receiver's next turn, also if it was delivered. An \
            organization can retry \(RetryRate.rate.tokens) deliveries in a minute.
            """,
        access: .scope("projects:write"),
        parameters: [.id("delivery", prefix: "msg_")],
        answers: [
            Answer(
                status: 202,
                summary: "The delivery is due",
                content: .data(.schema("Delivery")),
                example: Example.delivery
            )
        ],
        refusals: [.rateLimited]
    )
}

extension Schemas {
    static let deliveries = [DeliverySummary.payload.definition]
}
