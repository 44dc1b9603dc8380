import Domain

/// Reads `limits` and `compile_limits`: the plan's and the runtime's defaults, what a project asks
/// for instead, and what the caller does.
struct LimitsReader {
    let plan: Plan

    /// - Parameter project: what it asks for by default. A plan that allows less by now holds
    ///   against it, as it does against a runtime's defaults.
    func limits(
        _ fields: Fields,
        for runtime: Runtime,
        project: [Limit: Int64] = [:]
    ) throws(APIError) -> (run: Limits, compile: Limits) {
        let kept = project.map { ($0, min($1, plan.ceilings[$0])) }
        let asked = try limits("limits", of: fields, allowing: Limit.allCases)
            .merging(kept) { own, _ in own }
        let run = plan.limits(for: runtime, asked: asked)
        let shared = Limit.allCases.filter { !Limit.perStage.contains($0) }
        let askedToCompile = try limits("compile_limits", of: fields, allowing: Limit.perStage)
            .merging(shared.map { ($0, run[$0]) }) { own, _ in own }
        return (run, plan.compileLimits(for: runtime, asked: askedToCompile))
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
                in: min(limit.definition.least, ceiling)...ceiling
            )
        }
        return limits
    }
}
