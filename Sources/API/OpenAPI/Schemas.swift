import Domain

/// The schemas that the document's operations refer to by name, and that is every schema with a
/// name.
///
/// Each subject writes its own beside its operations; here they are put together with those that
/// depend on the machine and on its operator's files.
enum Schemas {
    static func all(runtimes: Runtimes, plans: Plans) -> [JSONValue.Member] {
        let subjects = [
            executions, projects, tasks, deliveries, account, accounts, organizations, tokens,
            service, refusals,
        ]
        return [language(runtimes)] + limits(plans) + [organizationChange(plans: plans.names)]
            + subjects.flatMap(\.self) + [pagination]
    }

    /// What can be run here, by every name that it goes by.
    private static func language(_ runtimes: Runtimes) -> JSONValue.Member {
        let names = Set(runtimes.installed.flatMap { [$0.name] + $0.aliases })
        let about = "A runtime's name or alias; `GET /runtimes` has what each is."
        return .init(name: "Language", value: .choice(about, names.sorted()))
    }

    /// What may be asked for by the plan that allows the most.
    private static func limits(_ plans: Plans) -> [JSONValue.Member] {
        func asked(_ about: String, _ limits: [Limit]) -> JSONValue {
            .input(
                about + " What is not given is the plan's default; a caller's own plan may allow"
                    + " less than this, and `GET /usage` says what.",
                limits.map { limit in
                    let ceiling = plans.highestCeiling(limit)
                    let known = limit.definition
                    let least = min(known.least, ceiling)
                    return (limit.rawValue, .whole(known.about, min: least, max: ceiling))
                }
            )
        }
        return [
            .init(
                name: "LimitsAsked",
                value: asked("What each run is to be held to.", Limit.allCases)
            ),
            .init(
                name: "CompileLimitsAsked",
                value: asked("What the compiler is to be held to.", Limit.perStage)
            ),
        ]
    }
}
