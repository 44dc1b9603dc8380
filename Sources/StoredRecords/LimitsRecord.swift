import Domain

/// Limits by their names in JSON.
///
/// A limit that this release does not know is passed over.
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

    /// - Parameter standIn: for a limit that is newer than the record, the one whose value it has.
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
