import Domain

extension Schemas {
    /// What a task is, in answers and callbacks.
    static let tasks: [JSONValue.Member] = [
        .init(
            name: "Task",
            value: .record(
                "An execution that an agent ordered, and what became of it.",
                task + [
                    (
                        "attempts",
                        .list(
                            "The first of them first; of very many, the newest.",
                            of: attempt
                        )
                    ),
                    (
                        "execution",
                        [
                            "description": "the newest attempt, whole",
                            "anyOf": [.schema("Execution"), ["type": "null"]],
                        ]
                    ),
                ]
            )
        ),
        .init(
            name: "TaskSummary",
            value: .record("A task without its attempts, as lists have it.", task)
        ),
        .init(name: "TaskRequest", value: taskRequest),
        .init(
            name: "TaskFinished",
            value: .record(
                "What is posted to a task's `callback_url`.",
                [
                    ("type", .constant("task.finished")), ("timestamp", .timestamp("its end")),
                    ("data", .schema("Task")),
                ]
            )
        ),
    ]

    private static let task: [JSONValue.Field] = [
        ("id", .identifier("tsk_")),
        (
            "status",
            .choice(
                "`failed` by the program itself; a `dead_letter` when its attempts were used up.",
                AgentTask.Status.allCases.map(\.rawValue)
            )
        ),
        ("organization_id", organizationID("whose it is")),
        ("agent_id", agentID.orNull),
        ("project_id", JSONValue.identifier("prj_", "the project that it was asked of").orNull),
        ("language", .text("the runtime's name")), ("version", .text("the runtime's version")),
        ("priority", priority), ("run_after", JSONValue.timestamp("not before then").orNull),
        ("max_attempts", attemptsMax), ("retry_on", retryOn),
        ("callback_url", JSONValue.text().orNull),
        ("attempts_made", .whole("how often it was begun")),
        ("attempts_left", .whole("how often it may still be begun")),
        (
            "execution_id",
            JSONValue.identifier("exe_", "the attempt that runs, or that it ended with").orNull
        ),
        ("next_attempt_at", JSONValue.timestamp("where it is scheduled").orNull),
        ("created_at", .timestamp()), ("started_at", JSONValue.timestamp("that attempt").orNull),
        ("finished_at", JSONValue.timestamp().orNull),
        ("metadata", .map("as it was given", of: .text())),
    ]

    private static let attempt = JSONValue.record(
        "",
        [
            ("execution_id", .identifier("exe_")),
            ("status", .choice("", Execution.Status.allCases.map(\.rawValue))),
            ("created_at", .timestamp()), ("started_at", JSONValue.timestamp().orNull),
            ("finished_at", JSONValue.timestamp().orNull),
        ]
    )

    // MARK: What may be sent

    private static let taskRequest: JSONValue = {
        var schema = JSONValue.input(
            "What to run, when, and for whom.",
            requestFields + [
                (
                    "project_id",
                    .text(
                        "The project that the request is laid over.",
                        example: "prj_01m7y99nan8h4qysw2gw961my1"
                    )
                ),
                ("agent_id", agentID), ("priority", priority),
                (
                    "run_after",
                    .text(
                        "Not before then.",
                        max: TimestampReader.bytesMax,
                        format: "date-time",
                        example: "2026-11-28T06:00:00Z"
                    )
                ),
                ("max_attempts", attemptsMax), ("retry_on", retryOn),
                (
                    "idempotency_key",
                    .text(
                        "The same as the header `Idempotency-Key`.",
                        min: 1,
                        max: Idempotency.keyCharactersMax,
                        pattern: "^[ -~]+$"
                    )
                ),
                (
                    "organization_id",
                    .text("Whose it is; with the dispatcher's secret, and only with it.")
                ),
            ]
        )
        schema["allOf"] = [ofProjectOrComplete, runsCarryTheirInput]
        return schema
    }()

    private static let ofProjectOrComplete: JSONValue = [
        "anyOf": [
            [
                "title": "of a project", "required": ["project_id"],
                "properties": ["project_id": ["type": "string"]],
                "not": [
                    "required": ["code", "files"],
                    "properties": ["code": ["type": "string"], "files": ["type": "array"]],
                ],
            ],
            [
                "title": "complete", "required": ["language"],
                "properties": ["language": ["type": "string"]], "allOf": [oneSource],
            ],
        ]
    ]

    static let agentID = JSONValue.text(
        "the agent's name for itself",
        min: 1,
        max: TaskOrder.agentIDCharactersMax,
        pattern: "^[ -~]+$",
        example: "planner"
    )

    private static let priority = JSONValue.whole(
        "higher comes first",
        min: Int64(TaskOrder.priorities.lowerBound),
        max: Int64(TaskOrder.priorities.upperBound),
        default: 0
    )

    private static let attemptsMax = JSONValue.whole(
        "how often it is begun at most",
        min: Int64(TaskOrder.attempts.lowerBound),
        max: Int64(TaskOrder.attempts.upperBound),
        default: Int64(TaskOrder.standardAttemptsMax)
    )

    private static let retryOn = JSONValue.list(
        "Failures of the program that are tried again.",
        of: .choice("", TaskOrder.retryable.map(\.rawValue)),
        max: TaskOrder.retryable.count
    )
}
