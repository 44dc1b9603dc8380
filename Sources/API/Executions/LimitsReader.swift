import Domain

/// Reads `limits` and `compile_limits`: the plan's and the runtime's defaults, what a project asks
/// for instead, and what the caller does.
struct LimitsReader {
    let plan: Plan

    /// - Parameter project: what it asks for by default. A plan that allows less by now holds
    ///   against it, as it does against a runtime's defaults.
    func limits(
        _ body: ExecutionBody,
        for runtime: Runtime,
        project: [Limit: Int64] = [:]
    ) throws(APIError) -> (run: Limits, compile: Limits) {
        let kept = project.map { ($0, min($1, plan.ceilings[$0])) }
        let asked = try limits(body.limits ?? [:], at: "limits").merging(kept) { own, _ in own }
        let run = plan.limits(for: runtime, asked: asked)
        let shared = Limit.allCases.filter { !Limit.perStage.contains($0) }
        let askedToCompile = try limits(body.compileLimits ?? [:], at: "compile_limits")
            .merging(shared.map { ($0, run[$0]) }) { own, _ in own }
        return (run, plan.compileLimits(for: runtime, asked: askedToCompile))
    }

    /// The requested limits, each within the plan's ceiling.
    func limits(_ asked: LimitsBody, at path: String) throws(APIError) -> [Limit: Int64] {
        var limits: [Limit: Int64] = [:]
        for limit in Limit.allCases {
            guard let number = asked[limit] else { continue }
            let ceiling = plan.ceilings[limit]
            limits[limit] = try number.integer(
                at: "\(path).\(limit.rawValue)",
                in: min(limit.definition.least, ceiling)...ceiling
            )
        }
        return limits
    }
}
