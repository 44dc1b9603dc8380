import Domain
import JSON

/// Operations on runtimes and usage.
extension Operation {
    static let listRuntimes = Operation(
        id: "listRuntimes",
        group: .executions,
        summary: "List runtimes",
        details: "Languages that are installed, and languages that the operator could install.",
        access: .anyone,
        answers: [
            Answer(
                status: 200,
                summary: "All runtimes",
                content: .data(.list("", of: .schema("Runtime"))),
                example: [Example.runtime, Example.missingRuntime]
            )
        ]
    )

    static let showUsage = Operation(
        id: "showUsage",
        group: .executions,
        summary: "Get your plan, rates and limits",
        details: """
            The caller's plan: what is left of each rate, and the default and the ceiling of \
            each limit. Without a credential the plan is `anonymous`.
            """,
        access: .optional,
        answers: [
            Answer(
                status: 200,
                summary: "The current state",
                content: .data(.schema("Usage")),
                example: Example.usage
            )
        ]
    )
}

extension Schemas {
    static let usage = [RuntimePayload.definition, PlanPayload.description.definition]
}
