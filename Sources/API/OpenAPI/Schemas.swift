import Domain
import JSON

/// The schemas that the document's operations refer to by name, and that is every schema with a
/// name.
///
/// Each subject writes its own beside its operations; here they are put together with those that
/// depend on the machine and on its operator's files.
enum Schemas {
    static func all(runtimes: Runtimes, plans: Plans) -> [JSONValue.Member] {
        let subjects: [[JSONValue.Member]] = [
            executions, projects, tasks, deliveries, usage, accounts, keys, organizations, tokens,
            service, refusals,
        ]
        let ofThisServer: [JSONValue.Member] =
            [language(runtimes)] + limits(plans)
            + [OrganizationChange.description(plans: plans.names).definition]
        return ofThisServer + subjects.flatMap(\.self) + [Pagination.payload.definition]
    }

    /// Every name of every runtime here.
    private static func language(_ runtimes: Runtimes) -> JSONValue.Member {
        let names = Set(runtimes.installed.flatMap { [$0.name] + $0.aliases })
        let about = "A runtime's name or alias; `GET /runtimes` lists them."
        return .init(name: "Language", value: .choice(about, names.sorted()))
    }

    /// The ceilings of the most generous plan.
    private static func limits(_ plans: Plans) -> [JSONValue.Member] {
        [
            LimitsBody.run(ceiling: plans.highestCeiling).definition,
            LimitsBody.compile(ceiling: plans.highestCeiling).definition,
        ]
    }
}
