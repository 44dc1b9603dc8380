import Domain
import JSON

/// What can be run here, and how much of it.
extension Operation {
    static let listRuntimes = Operation(
        id: "listRuntimes",
        group: .executions,
        summary: "List runtimes",
        details: "What can be run here, and what could be if the operator installed it.",
        access: .anyone,
        answers: [
            Answer(
                status: 200,
                summary: "All of them",
                content: .data(.list("", of: .schema("Runtime"))),
                example: [Example.runtime, Example.missingRuntime]
            )
        ]
    )

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
}

extension Schemas {
    static let usage = [RuntimePayload.definition, PlanPayload.description.definition]
}
