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
                    let least = min(LimitsReader.least(limit), ceiling)
                    return (limit.rawValue, .whole(limit.about, min: least, max: ceiling))
                }
            )
        }
        let perStage = Limit.allCases.filter { !LimitsReader.shared.contains($0) }
        return [
            .init(
                name: "LimitsAsked",
                value: asked("What each run is to be held to.", Limit.allCases)
            ),
            .init(
                name: "CompileLimitsAsked",
                value: asked("What the compiler is to be held to.", perStage)
            ),
        ]
    }
}

extension Limit {
    /// For the documentation.
    var about: String {
        switch self {
        case .wallMilliseconds: "elapsed time of one stage"
        case .cpuMilliseconds: "processor time of one stage, over all its processes and threads"
        case .memoryBytes: "memory of the whole jail, files included"
        case .processes: "processes and threads alive at once"
        case .openFiles: "descriptors open at once in one process"
        case .fileBytes: "size of any one file written"
        case .workspaceBytes: "size of the work folder, and again of the temporary one"
        case .workspaceFiles: "files, folders and links in the work folder"
        case .stdoutBytes: "bytes of standard output that are kept"
        case .stderrBytes: "bytes of standard error that are kept"
        case .sourceBytes: "bytes of all source files and standard inputs together"
        case .files: "source files, and output files"
        }
    }
}
