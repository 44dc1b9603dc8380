import Domain
import JSON

/// Reads `limits.json`, which has the limits of each plan.
///
/// Every key except `keep_days` and `queue_percent` is required. An unlimited rate is written as
/// `null`, so that a forgotten line is an error and never means "unlimited". A limit that follows
/// another one has a ceiling and no default.
enum LimitsFile {
    private static let rateKeys = [
        "per_second", "penalty_seconds", "per_minute", "per_day", "concurrent",
        "requests_per_minute",
    ]
    private static let holdingKeys = [
        "projects", "unfinished_tasks", "keys", "members", "keep_days",
    ]
    private static let shareKeys = ["queue_percent"]

    static func plans(path: String, label: String) throws(CatalogError) -> Plans {
        try plans(SettingsFile(path: path, label: label))
    }

    static func plans(_ file: SettingsFile) throws(CatalogError) -> Plans {
        let listing = try file.root.object(keys: ["plans"]).required("plans")
        var plans: [Plan] = []
        for (name, field) in try listing.members() {
            plans.append(try plan(name: name, field))
        }
        guard let checked = Plans(plans) else { throw listing.error(.noAnonymousPlan) }
        return checked
    }

    private static func plan(name: String, _ field: Field) throws(CatalogError) -> Plan {
        guard !name.isEmpty else { throw field.error(.empty) }
        let limitKeys = Limit.allCases.map(\.rawValue)
        let object = try field.object(keys: Set(rateKeys + holdingKeys + shareKeys + limitKeys))
        var defaults = Limits { _ in 0 }
        var ceilings = defaults
        for limit in Limit.allCases {
            let field = try object.required(limit.rawValue)
            if let followed = limit.definition.follows {
                ceilings[limit] = try field.object(keys: ["ceiling"]).required("ceiling").positive()
                defaults[limit] = min(defaults[followed], ceilings[limit])
                continue
            }
            let pair = try field.object(keys: ["default", "ceiling"])
            let standard = try pair.required("default")
            defaults[limit] = try standard.positive()
            ceilings[limit] = try pair.required("ceiling").positive()
            guard defaults[limit] <= ceilings[limit] else {
                throw standard.error(.defaultExceedsCeiling)
            }
        }
        return Plan(
            name: name,
            rates: try rates(object),
            holdings: Holdings(
                projects: Int(try object.required("projects").number()),
                unfinishedTasks: Int(try object.required("unfinished_tasks").number()),
                keys: Int(try object.required("keys").number()),
                members: Int(try object.required("members").number()),
                keepDays: try object["keep_days"].map { (field) throws(CatalogError) in
                    try keepDays(field)
                }
            ),
            queuePercent: try object["queue_percent"].map { (field) throws(CatalogError) in
                try queuePercent(field)
            } ?? 100,
            defaults: defaults,
            ceilings: ceilings
        )
    }

    private static func queuePercent(_ field: Field) throws(CatalogError) -> Int {
        let percent = try field.positive()
        guard percent <= 100 else { throw field.error(.tooGreat(max: 100)) }
        return Int(percent)
    }

    private static func keepDays(_ field: Field) throws(CatalogError) -> Int {
        let days = try field.number()
        guard days <= Holdings.keepDaysMax else {
            throw field.error(.tooGreat(max: Int64(Holdings.keepDaysMax)))
        }
        return Int(days)
    }

    private static func rates(_ plan: ObjectField) throws(CatalogError) -> Rates {
        let perSecond = try rate("per_second", plan)
        let penaltySeconds = try rate("penalty_seconds", plan)
        guard (perSecond == nil) == (penaltySeconds == nil) else {
            throw try plan.required("per_second").error(.needsPair(with: "penalty_seconds"))
        }
        let burst = perSecond.flatMap { limit in
            penaltySeconds.map { Rates.PerSecond(limit: limit, penaltySeconds: $0) }
        }
        return Rates(
            perSecond: burst,
            perMinute: try rate("per_minute", plan),
            perDay: try rate("per_day", plan),
            concurrent: try rate("concurrent", plan),
            requestsPerMinute: try rate("requests_per_minute", plan)
        )
    }

    /// Reads a rate; `nil` means unlimited.
    private static func rate(_ key: String, _ plan: ObjectField) throws(CatalogError) -> Int? {
        let field = try plan.required(key)
        if field.value == .null { return nil }
        return Int(try field.positive())
    }
}
