import Domain

/// Reads `limits` and `compile_limits`.
///
/// The caller's values override the project's, and those override the defaults of the plan and the
/// runtime.
struct LimitsReader {
    let plan: Plan

    /// - Parameter project: the project's limits. Each is reduced to the plan's ceiling, which may
    ///   have become lower since.
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

    /// Returns the requested limits, and refuses a limit above the plan's ceiling.
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
