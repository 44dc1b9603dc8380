import Domain

extension Operation {
    static let showUsage = Operation(
        id: "showUsage",
        group: .executions,
        summary: "See your plan and where you stand",
        details: """
            The caller's plan: what is left of each of its rates, and of each limit the default \
            and the most that may be asked for. Without a credential it is a stranger's.
            """,
        access: .optional,
        answers: [
            Answer(
                status: 200,
                summary: "As it is now",
                content: .data(.schema("Usage")),
                example: Example.usage
            )
        ]
    )

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
    static let account: [JSONValue.Member] = [
        .init(
            name: "Runtime",
            value: [
                "oneOf": [
                    .record(
                        "A language at a version that can be run here.",
                        [
                            ("name", .text()), ("version", .text()),
                            ("aliases", .list("", of: .text())),
                            ("compiled", .flag("whether it has a compile stage")),
                            ("entry", .text("the usual name of the main file")),
                            ("installed", .constant(true)),
                        ]
                    ),
                    .record(
                        "A language that this machine lacks.",
                        [
                            ("name", .text()), ("version", ["type": "null"]),
                            ("aliases", .list("", of: .text())), ("compiled", ["type": "null"]),
                            ("entry", ["type": "null"]), ("installed", .constant(false)),
                            ("install", .text("what would install it")),
                        ]
                    ),
                ]
            ]
        ),
        .init(
            name: "Usage",
            value: .record(
                "A caller's plan and where it stands.",
                [
                    ("plan", .text("its name")),
                    ("rates", .list("Those that the plan has.", of: rate)),
                    (
                        "limits",
                        .record("", Limit.allCases.map { ($0.rawValue, range($0)) })
                    ),
                ]
            )
        ),
    ]

    private static let rate = JSONValue.record(
        "",
        [
            ("policy", .choice("", RateStanding.Policy.allCases.map(\.rawValue))),
            ("limit", .whole()), ("remaining", .whole()),
            ("window_seconds", .whole("0 for what has no window")),
            ("resets_at", .timestamp("when there will be more")),
        ]
    )

    private static func range(_ limit: Limit) -> JSONValue {
        .record(
            limit.definition.about,
            [
                ("default", .whole("where nothing is asked for")),
                ("ceiling", .whole("the most that may be asked for")),
            ]
        )
    }

    static let deliveries: [JSONValue.Member] = [
        .init(
            name: "Delivery",
            value: .record(
                "A result that is owed to a callback address, or was.",
                [
                    ("id", .identifier("msg_", "also the `webhook-id`")),
                    (
                        "execution_id",
                        JSONValue.identifier("exe_", "what it tells of, or").orNull
                    ),
                    ("task_id", JSONValue.identifier("tsk_", "what it tells of").orNull),
                    ("url", .text()),
                    ("status", .choice("", ["pending", "delivered", "failed"])),
                    ("next_attempt_at", JSONValue.timestamp("where it is pending").orNull),
                    ("finished_at", JSONValue.timestamp().orNull), ("created_at", .timestamp()),
                    ("attempts", .list("In their order.", of: attempt)),
                ]
            )
        )
    ]

    private static let attempt = JSONValue.record(
        "",
        [
            ("started_at", .timestamp()), ("duration_ms", .whole()),
            (
                "response_status",
                JSONValue.whole("where the receiver answered", min: 100, max: 999).orNull
            ),
            ("error", JSONValue.text("what went wrong where it did not").orNull),
        ]
    )
}
