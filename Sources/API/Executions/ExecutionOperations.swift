import Domain
import JSON

extension Operation {
    static let createExecution = Operation(
        id: "createExecution",
        group: .executions,
        summary: "Run code",
        details: """
            Compiles the source if its language has a compiler, runs it in a jail that nothing else \
            ever used, and answers with the execution when it has ended. A program's failure is \
            200 as well; `status` says what became of it.

            With `Prefer: respond-async` or a `callback_url` the answer is 202 with the queued \
            execution at once; `Prefer: wait=N` waits up to N seconds first. A caller that hangs \
            up before has its execution cancelled, unless it asked for one of these or sent an \
            `Idempotency-Key`.
            """,
        access: .scope("projects:write"),
        parameters: [.prefer, .idempotencyKey],
        body: .jsonOrForm(schema: .schema("ExecutionRequest"), example: Example.request),
        answers: [
            Answer(
                status: 200,
                summary: "It has ended",
                content: .data(.schema("Execution")),
                headers: ["Location", "Preference-Applied", "Idempotency-Replayed"],
                example: Example.execution
            ),
            Answer(
                status: 202,
                summary: "It was accepted and has not ended yet",
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
        details: "The organization's, newest first, without what their programs wrote.",
        access: .scope("projects:read"),
        parameters: Parameter.page + [
            Parameter(
                name: "status",
                place: .query,
                summary: "Only those with this status",
                schema: .choice("", Execution.Status.allCases.map(\.rawValue))
            ),
            Parameter(
                name: "language",
                place: .query,
                summary: "Only those in this language, by any of its names",
                schema: .text(example: "python")
            ),
        ],
        answers: [
            Answer(
                status: 200,
                summary: "A page of them",
                content: .list(.schema("ExecutionSummary")),
                example: Example.summary
            )
        ]
    )

    static let showExecution = Operation(
        id: "showExecution",
        group: .executions,
        summary: "Look at an execution",
        access: .scope("projects:read"),
        parameters: [.id("execution", prefix: "exe_")],
        answers: [
            Answer(
                status: 200,
                summary: "As it is now",
                content: .data(.schema("Execution")),
                example: Example.execution
            )
        ]
    )

    static let cancelExecution = Operation(
        id: "cancelExecution",
        group: .executions,
        summary: "Cancel an execution",
        details: "Whether it waits or runs. It stays in the list, as `cancelled`.",
        access: .scope("projects:write"),
        parameters: [.id("execution", prefix: "exe_")],
        answers: [
            Answer(
                status: 200,
                summary: "It was cancelled",
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
            For anybody; counted by address and UTC day. Answers with the execution when it has \
            ended, and forgets it. A caller that hangs up before has it cancelled.
            """,
        access: .anyone,
        body: .jsonOrForm(schema: .schema("TrialRequest"), example: Example.trial),
        answers: [
            Answer(
                status: 200,
                summary: "It has ended",
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
            + "\(Preferences.waitSecondsMax); anything else is ignored (RFC 7240)",
        schema: .text(example: "wait=5")
    )

    static let idempotencyKey = Self(
        name: "Idempotency-Key",
        place: .header,
        summary: "The same request with the same key within 24 hours is the same execution",
        schema: .text(
            min: 1,
            max: Idempotency.keyCharactersMax,
            // A space at an end belongs to the header, not to its value.
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
