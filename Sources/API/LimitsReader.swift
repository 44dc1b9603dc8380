import Domain

/// Reads `limits` and `compile_limits`: the plan's and the runtime's defaults, what a project asks
/// for instead, and what the caller does.
struct LimitsReader {
    let plan: Plan

    /// Of the jail or of the request as a whole, so that two stages cannot differ in them.
    static let shared: [Limit] = [.workspaceBytes, .workspaceFiles, .sourceBytes, .files]

    /// The least that may be asked for.
    ///
    /// With less of these the jail itself could not start, and a caller's own doing would be taken
    /// for our fault: answered 500, and its quota given back.
    static func least(_ limit: Limit) -> Int64 {
        switch limit {
        case .memoryBytes: 1 << 20
        case .openFiles: 16
        default: 1
        }
    }

    /// - Parameter project: what it asks for by default. A plan that allows less by now holds
    ///   against it, as it does against a runtime's defaults.
    func limits(
        _ fields: Fields,
        for runtime: Runtime,
        project: [Limit: Int64] = [:]
    ) throws(APIError) -> (run: Limits, compile: Limits) {
        let defaults = plan.defaults(for: runtime)
        let asked = try limits("limits", of: fields, allowing: Limit.allCases)
        let run = Limits { limit in
            asked[limit] ?? project[limit].map { min($0, plan.ceilings[limit]) } ?? defaults[limit]
        }
        let perStage = Limit.allCases.filter { !Self.shared.contains($0) }
        let compileDefaults = plan.compileDefaults(for: runtime)
        let askedToCompile = try limits("compile_limits", of: fields, allowing: perStage)
        let compile = Limits { limit in
            Self.shared.contains(limit)
                ? run[limit] : askedToCompile[limit] ?? compileDefaults[limit]
        }
        return (run, compile)
    }

    /// What an object asks for, each within the plan's ceiling.
    func limits(
        _ name: String,
        of fields: Fields,
        allowing allowed: [Limit]
    ) throws(APIError) -> [Limit: Int64] {
        guard let value = fields[name] else { return [:] }
        let members = try Fields(value, at: name, known: allowed.map(\.rawValue))
        var limits: [Limit: Int64] = [:]
        for limit in allowed {
            guard let number = members[limit.rawValue] else { continue }
            let ceiling = plan.ceilings[limit]
            limits[limit] = try number.integer(
                at: members.path(limit.rawValue),
                in: min(Self.least(limit), ceiling)...ceiling
            )
        }
        return limits
    }
}
