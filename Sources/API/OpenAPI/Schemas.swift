import Domain
import JSON

/// All schemas with a name, to which the document's operations refer.
///
/// Each feature declares its schemas beside its operations. This list adds the schemas that depend
/// on the machine and on the operator's files.
enum Schemas {
    static func all(runtimes: Runtimes, plans: Plans) -> [JSONValue.Member] {
        let subjects: [[JSONValue.Member]] = [
            executions, projects, tasks, deliveries, usage, accounts, keys, organizations,
            invitations,
            tokens,
            service, refusals,
        ]
        let ofThisServer: [JSONValue.Member] =
            [language(runtimes)] + limits(plans)
            + [OrganizationChange.description(plans: plans.names).definition]
        return ofThisServer + subjects.flatMap(\.self) + [Pagination.payload.definition]
    }

    /// Returns the schema of a language: all names of all installed runtimes.
    private static func language(_ runtimes: Runtimes) -> JSONValue.Member {
        let names = Set(runtimes.installed.flatMap { [$0.name] + $0.aliases })
        let about = "A runtime's name or alias; `GET /runtimes` lists them."
        return .init(name: "Language", value: .choice(about, names.sorted()))
    }

    /// Returns the schemas of limits, with the highest ceilings of all plans.
    private static func limits(_ plans: Plans) -> [JSONValue.Member] {
        [
            LimitsBody.run(ceiling: plans.highestCeiling).definition,
            LimitsBody.compile(ceiling: plans.highestCeiling).definition,
        ]
    }
}
