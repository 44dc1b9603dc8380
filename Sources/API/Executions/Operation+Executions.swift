import Domain
import JSON

extension Operation {
    static let createExecution = Operation(
        id: "createExecution",
        group: .executions,
        summary: "Run code",
        details: """
            Compiles the source if its language has a compiler, runs it in a jail that no other \
            execution uses, and answers with the finished execution. A program that fails is 200 \
            too: `status` has the outcome.

            With `Prefer: respond-async` or a `callback_url` the server answers 202 with the \
            queued execution at once; `Prefer: wait=N` waits up to N seconds first. A client \
            that disconnects cancels its execution, unless it used one of these or sent an \
            `Idempotency-Key`.
            """,
        access: .scope("projects:write"),
        parameters: [.prefer, .idempotencyKey],
        body: .jsonOrForm(schema: .schema("ExecutionRequest"), example: Example.request),
        answers: [
            Answer(
                status: 200,
                summary: "The execution has ended",
                content: .data(.schema("Execution")),
                headers: ["Location", "Preference-Applied", "Idempotency-Replayed"],
                example: Example.execution
            ),
            Answer(
                status: 202,
                summary: "The execution was accepted and has not ended yet",
                content: .data(.schema("Execution")),
                headers: ["Location", "Preference-Applied", "Idempotency-Replayed"],
                example: Example.queued
            ),
        ],
        refusals: [.conflict, .idempotencyMismatch, .rateLimited]
    )

    static let listExecutions = Operation(
        id: "listExecutions",
        group: .executions,
        summary: "List executions",
        details: "The organization's executions, newest first, without output.",
        access: .scope("projects:read"),
        parameters: Parameter.page + [
            Parameter(
                name: "status",
                place: .query,
                summary: "Only this status",
                schema: .choice("", Execution.Status.allCases.map(\.rawValue))
            ),
            Parameter(
                name: "language",
                place: .query,
                summary: "Only executions in this language: a name or an alias",
                schema: .text(example: "python")
            ),
        ],
        answers: [
            Answer(
                status: 200,
                summary: "One page",
                content: .list(.schema("ExecutionSummary")),
                example: Example.summary
            )
        ]
    )

    static let showExecution = Operation(
        id: "showExecution",
        group: .executions,
        summary: "Get an execution",
        access: .scope("projects:read"),
        parameters: [.id("execution", prefix: "exe_")],
        answers: [
            Answer(
                status: 200,
                summary: "The current state",
                content: .data(.schema("Execution")),
                example: Example.execution
            )
        ]
    )

    static let cancelExecution = Operation(
        id: "cancelExecution",
        group: .executions,
        summary: "Cancel an execution",
        details: "Cancels a queued or running execution. It stays in the list as `cancelled`.",
        access: .scope("projects:write"),
        parameters: [.id("execution", prefix: "exe_")],
        answers: [
            Answer(
                status: 200,
                summary: "Cancelled",
                content: .data(.schema("Execution")),
                example: Example.cancelled
            )
        ],
        refusals: [.conflict]
    )

    static let tryCode = Operation(
        id: "tryCode",
        group: .executions,
        summary: "Try code without a key",
        details: """
            Needs no credential; the server counts executions per address and UTC day. It \
            answers with the finished execution and stores nothing. A client that disconnects \
            cancels its execution.
            """,
        access: .anyone,
        body: .jsonOrForm(schema: .schema("TrialRequest"), example: Example.trial),
        answers: [
            Answer(
                status: 200,
                summary: "The execution has ended",
                content: .data(.schema("Execution")),
                example: Example.execution
            )
        ],
        refusals: [.rateLimited, .internalError, .overloaded]
    )
}

extension Operation.Parameter {
    static let prefer = Self(
        name: "Prefer",
        place: .header,
        summary: "`respond-async`, or `wait=N` with N seconds, at most "
            + "\(Preferences.waitSecondsMax); the server ignores anything else (RFC 7240)",
        schema: .text(example: "wait=5")
    )

    static let idempotencyKey = Self(
        name: "Idempotency-Key",
        place: .header,
        summary: "The same request with the same key within 24 hours is the same execution",
        schema: .text(
            min: 1,
            max: Idempotency.keyCharactersMax,
            // HTTP strips spaces at the ends of a header's value.
            pattern: "^[!-~](?:[ -~]*[!-~])?$",
            example: "7f9c2ba4-e88f-4a5b-9d4c-1f0e8b7a6c5d"
        )
    )
}

extension Schemas {
    static let executions = [
        ExecutionPayload.whole.definition, ExecutionPayload.summary.definition,
        StagePayload.run.definition, StagePayload.compile.definition,
        ExecutionPayload.limitsHeld.definition, ExecutionBody.complete.definition,
        ExecutionBody.trial.definition, ExecutionPayload.finished.definition,
    ]
}
