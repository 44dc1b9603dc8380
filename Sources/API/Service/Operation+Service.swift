import JSON

extension Operation {
    static let home = Operation(
        id: "home",
        group: .service,
        summary: "Check that the server is online",
        details: "A client that accepts HTML gets the try-it page.",
        access: .anyone,
        answers: [
            Answer(
                status: 200,
                summary: "Yes",
                content: .plain(.schema("Home")),
                example: ["name": "quicksand", "version": "1.0.0", "status": "ok"]
            ),
            Answer(status: 200, summary: "Yes", content: .text(type: "text/html")),
        ]
    )

    static let live = Operation(
        id: "live",
        group: .service,
        summary: "Check that the process runs",
        access: .anyone,
        answers: [
            Answer(
                status: 200,
                summary: "Yes",
                content: .plain(.schema("Health")),
                example: ["status": "ok"]
            )
        ],
        cost: 0
    )

    static let ready = Operation(
        id: "ready",
        group: .service,
        summary: "Check that the server takes work",
        details: "503 during start and shutdown, and while the warden or the store is down.",
        access: .anyone,
        answers: [
            Answer(
                status: 200,
                summary: "Ready",
                content: .plain(.schema("Health")),
                example: ["status": "ok"]
            ),
            Answer(
                status: 503,
                summary: "Not ready; `reason` says why",
                content: .plain(.schema("Unavailable")),
                example: ["status": "unavailable", "reason": "the warden is down"]
            ),
        ],
        cost: 0
    )

    static let metrics = Operation(
        id: "metrics",
        group: .service,
        summary: "Get the metrics",
        details: "In the text format of Prometheus.",
        access: .anyone,
        answers: [
            Answer(status: 200, summary: "The current values", content: .text(type: "text/plain"))
        ]
    )

    static let document = Operation(
        id: "document",
        group: .service,
        summary: "Get this reference as OpenAPI 3.1",
        access: .anyone,
        answers: [
            Answer(
                status: 200,
                summary: "The reference",
                content: .plain(
                    ["type": "object", "description": "An OpenAPI document, version 3.1."]
                )
            )
        ]
    )

    static let documentation = Operation(
        id: "documentation",
        group: .service,
        summary: "Get this reference as a page",
        access: .anyone,
        answers: [
            Answer(status: 200, summary: "The reference", content: .text(type: "text/html"))
        ]
    )
}

extension Schemas {
    static let service = [
        ServiceState.home.definition, ServiceState.health.definition,
        ServiceState.unavailable.definition,
    ]
}
