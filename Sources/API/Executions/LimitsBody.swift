import Domain
import JSON

/// The requested limits, before they are compared with the caller's plan.
typealias LimitsBody = [Limit: JSONValue]

extension LimitsBody {
    /// - Parameter ceiling: the maximum of each limit in the schema.
    static func run(
        ceiling: (Limit) -> Int64 = { _ in .max }
    ) -> ObjectDescription<LimitsBody> {
        asked("LimitsAsked", "Limits of each run.", Limit.allCases, ceiling)
    }

    static func compile(
        ceiling: (Limit) -> Int64 = { _ in .max }
    ) -> ObjectDescription<LimitsBody> {
        asked(
            "CompileLimitsAsked",
            "Limits of the compile stage.",
            Limit.perStage,
            ceiling
        )
    }

    private static func asked(
        _ name: String,
        _ about: String,
        _ limits: [Limit],
        _ ceiling: (Limit) -> Int64
    ) -> ObjectDescription<LimitsBody> {
        .request(
            name,
            about + " The default is the plan's. A caller's plan may have lower ceilings:"
                + " see `GET /usage`.",
            from: [:],
            limits.map { limit in
                let ceiling = ceiling(limit)
                let least = Swift.min(limit.definition.least, ceiling)
                let schema = JSONValue.whole(limit.definition.about, min: least, max: ceiling)
                return Field(limit.rawValue, \LimitsBody[limit], optional: .unread(schema))
            }
        )
    }
}
