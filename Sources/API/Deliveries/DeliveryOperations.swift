import Domain
import JSON

extension Operation {
    static let listDeliveries = Operation(
        id: "listDeliveries",
        group: .deliveries,
        summary: "List deliveries",
        details: "The organization's, newest first.",
        access: .scope("projects:read"),
        parameters: Parameter.page,
        answers: [
            Answer(
                status: 200,
                summary: "A page of them",
                content: .list(.schema("Delivery")),
                example: Example.delivery
            )
        ]
    )

    static let showDelivery = Operation(
        id: "showDelivery",
        group: .deliveries,
        summary: "Look at a delivery",
        access: .scope("projects:read"),
        parameters: [.id("delivery", prefix: "msg_")],
        answers: [
            Answer(
                status: 200,
                summary: "As it is now, with its attempts",
                content: .data(.schema("Delivery")),
                example: Example.delivery
            )
        ]
    )

    static let retryDelivery = Operation(
        id: "retryDelivery",
        group: .deliveries,
        summary: "Send a delivery again",
        details: "At once, whatever became of it before.",
        access: .scope("projects:write"),
        parameters: [.id("delivery", prefix: "msg_")],
        answers: [
            Answer(
                status: 202,
                summary: "It is due",
                content: .data(.schema("Delivery")),
                example: Example.delivery
            )
        ]
    )
}

extension Schemas {
    static let deliveries = [DeliverySummary.payload.definition]
}
