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

    /// - Parameter standIn: for a limit that is newer than the first release, the one whose value
    ///   it has in records from before it.
    func value(
        standIn: (Limit) -> Limit? = { $0.standIn }
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

extension Limit {
    /// The limit whose value this one has in records that were written before it existed; `nil`
    /// for those of the first release, which every record has.
    fileprivate var standIn: Limit? { nil }
}
