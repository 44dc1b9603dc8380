import Domain

/// Limits by their names in JSON.
///
/// Limits that this release does not know are ignored.
struct LimitsRecord: Codable, Sendable {
    private let values: [String: Int64]

    init(_ limits: Limits) {
        values = Dictionary(
            uniqueKeysWithValues: Limit.allCases.map { ($0.rawValue, limits[$0]) }
        )
    }

    init(from decoder: any Decoder) throws {
        values = try decoder.singleValueContainer().decode([String: Int64].self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(values)
    }

    /// - Parameter standIn: names the limit whose value replaces a limit newer than the record.
    func value(
        standIn: (Limit) -> Limit? = { $0.definition.follows }
    ) throws(RecordDamage) -> Limits {
        var limits = Limits { _ in 0 }
        for limit in Limit.allCases {
            let value = values[limit.rawValue] ?? standIn(limit).flatMap { values[$0.rawValue] }
            guard let value else { throw RecordDamage(reason: "it has no \(limit.rawValue)") }
            limits[limit] = value
        }
        return limits
    }
}
