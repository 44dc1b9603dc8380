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
        _ body: ExecutionBody,
        for runtime: Runtime,
        project: [Limit: Int64] = [:]
    ) throws(APIError) -> (run: Limits, compile: Limits) {
        let defaults = plan.defaults(for: runtime)
        let asked = try limits(body.limits ?? [:], at: "limits")
        let run = Limits { limit in
            asked[limit] ?? project[limit].map { min($0, plan.ceilings[limit]) } ?? defaults[limit]
        }
        let compileDefaults = plan.compileDefaults(for: runtime)
        let askedToCompile = try limits(body.compileLimits ?? [:], at: "compile_limits")
        let compile = Limits { limit in
            Self.shared.contains(limit)
                ? run[limit] : askedToCompile[limit] ?? compileDefaults[limit]
        }
        return (run, compile)
    }

    /// What is asked for, each within the plan's ceiling.
    func limits(_ asked: LimitsBody, at path: String) throws(APIError) -> [Limit: Int64] {
        var limits: [Limit: Int64] = [:]
        for limit in Limit.allCases {
            guard let number = asked[limit] else { continue }
            let ceiling = plan.ceilings[limit]
            limits[limit] = try number.integer(
                at: "\(path).\(limit.rawValue)",
                in: min(Self.least(limit), ceiling)...ceiling
            )
        }
        return limits
    }
}
