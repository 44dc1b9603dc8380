import Domain
import JSON

/// A caller's plan, its limits, and the use of its rates.
struct PlanPayload: Sendable {
    let plan: Plan
    let report: RateReport

    static let description = ObjectDescription<PlanPayload>.answer(
        "Usage",
        "A caller's plan, rates and limits.",
        [
            Field("plan", \.plan.name, .text("its name")),
            Field(
                "rates",
                \.report.standings,
                .list("The rates of the plan.", of: .object(RateStanding.payload))
            ), Field("limits", \.self, .object(limits)),
        ]
    )

    private static let limits = ObjectDescription<PlanPayload>.part(
        Limit.allCases.map {
            Field($0.rawValue, \PlanPayload[$0], .object(LimitRange.payload($0.definition.about)))
        }
    )

    private subscript(limit: Limit) -> LimitRange {
        LimitRange(standard: plan.defaults[limit], ceiling: plan.ceilings[limit])
    }

    fileprivate struct LimitRange {
        let standard: Int64
        let ceiling: Int64

        static func payload(_ about: String) -> ObjectDescription<LimitRange> {
            .part(
                about: about,
                [
                    Field("default", \.standard, .whole("without a value in the request")),
                    Field(
                        "ceiling",
                        \.ceiling,
                        .whole("the largest value that a request may name")
                    ),
                ]
            )
        }
    }
}

extension Plan {
    func usage(_ report: RateReport) -> JSONValue {
        PlanPayload.description.encode(PlanPayload(plan: self, report: report))
    }
}

extension RateStanding {
    fileprivate static let payload = ObjectDescription<RateStanding>.part(
        [
            Field("policy", \.policy, .choice("", RateStanding.Policy.allCases)),
            Field("limit", \.limit, .whole("of executions, or of tokens for requests")),
            Field("remaining", \.remaining, .whole()),
            Field("window_seconds", \.windowSeconds, .whole("0 for `concurrent`")),
            Field("resets_at", \.resetsAt, .timestamp("when the rate has room again")),
        ]
    )
}
