public import Vocabulary

// How limits are stored, and told in JSON: an object whose members are named as the table names
// them.

extension Limit: Codable, CodingKeyRepresentable {}

extension Limits: Codable {
    /// A limit that is not there was made later: it has the value of the limit that it follows, or
    /// its least.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        self = try Limits(following: { limit, followed in
            try container.decodeIfPresent(Int64.self, forKey: Name(limit)) ?? followed
                ?? limit.definition.least
        })
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        for limit in Limit.allCases { try container.encode(self[limit], forKey: Name(limit)) }
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ limit: Limit) { stringValue = limit.rawValue }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
