import JSON

extension Operation {
    static let home = Operation(
        id: "home",
        group: .service,
        summary: "See that the service is online",
        details: "A browser that asks for HTML gets a page to try code on.",
        access: .anyone,
        answers: [
            Answer(
                status: 200,
                summary: "It is",
                content: .plain(.schema("Home")),
                example: ["name": "quicksand", "version": "1.0.0", "status": "ok"]
            ),
            Answer(status: 200, summary: "It is", content: .text(type: "text/html")),
        ]
    )

    static let live = Operation(
        id: "live",
        group: .service,
        summary: "See that the process is alive",
        access: .anyone,
        answers: [
            Answer(
                status: 200,
                summary: "It is",
                content: .plain(.schema("Health")),
                example: ["status": "ok"]
            )
        ]
    )

    static let ready = Operation(
        id: "ready",
        group: .service,
        summary: "See that the service can take work",
        details: "Not while it shuts down, nor while the jails or the store are out of reach.",
        access: .anyone,
        answers: [
            Answer(
                status: 200,
                summary: "It can",
                content: .plain(.schema("Health")),
                example: ["status": "ok"]
            ),
            Answer(
                status: 503,
                summary: "It cannot now",
                content: .plain(.schema("Unavailable")),
                example: ["status": "unavailable", "reason": "the warden is down"]
            ),
        ]
    )

    static let metrics = Operation(
        id: "metrics",
        group: .service,
        summary: "Read the figures",
        details: "In Prometheus' text format.",
        access: .anyone,
        answers: [
            Answer(status: 200, summary: "As they are now", content: .text(type: "text/plain"))
        ]
    )

    static let document = Operation(
        id: "document",
        group: .service,
        summary: "Read this documentation as OpenAPI 3.1",
        access: .anyone,
        answers: [
            Answer(
                status: 200,
                summary: "All of it",
                content: .plain(
                    ["type": "object", "description": "An OpenAPI document, version 3.1."]
                )
            )
        ]
    )

    static let documentation = Operation(
        id: "documentation",
        group: .service,
        summary: "Read this documentation in a browser",
        access: .anyone,
        answers: [
            Answer(status: 200, summary: "All of it", content: .text(type: "text/html"))
        ]
    )
}

extension Schemas {
    static let service = [
        ServiceState.home.definition, ServiceState.health.definition,
        ServiceState.unavailable.definition,
    ]
}
