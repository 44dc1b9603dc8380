import Domain

/// Reads `limits` and `compile_limits`: the plan's and the runtime's defaults, and what the caller
/// asks for instead.
struct LimitsReader {
    let plan: Plan
    let runtime: Runtime

    /// Of the jail or of the request as a whole, so that two stages cannot differ in them.
    private static let shared: [Limit] = [.workspaceBytes, .workspaceFiles, .sourceBytes, .files]

    /// The least that may be asked for.
    ///
    /// With less of these the jail itself could not start, and a caller's own doing would be taken
    /// for our fault: answered 500, and its quota given back.
    private static func least(_ limit: Limit) -> Int64 {
        switch limit {
        case .memoryBytes: 1 << 20
        case .openFiles: 16
        default: 1
        }
    }

    func limits(_ fields: Fields) throws(APIError) -> (run: Limits, compile: Limits) {
        let run = try overlay(
            "limits",
            of: fields,
            on: plan.defaults(for: runtime),
            allowing: Limit.allCases
        )
        let perStage = Limit.allCases.filter { !Self.shared.contains($0) }
        var compile = try overlay(
            "compile_limits",
            of: fields,
            on: plan.compileDefaults(for: runtime),
            allowing: perStage
        )
        for limit in Self.shared { compile[limit] = run[limit] }
        return (run, compile)
    }

    private func overlay(
        _ name: String,
        of fields: Fields,
        on defaults: Limits,
        allowing allowed: [Limit]
    ) throws(APIError) -> Limits {
        guard let value = fields[name] else { return defaults }
        let asked = try Fields(value, at: name, known: allowed.map(\.rawValue))
        var limits = defaults
        for limit in allowed {
            guard let number = asked[limit.rawValue] else { continue }
            let ceiling = plan.ceilings[limit]
            limits[limit] = try number.integer(
                at: asked.path(limit.rawValue),
                in: min(Self.least(limit), ceiling)...ceiling
            )
        }
        return limits
    }
}
