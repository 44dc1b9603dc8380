/// A value for every ``Limit``.
public struct Limits: Sendable, Hashable {
    /// The values, indexed by the limits' codes.
    private var values = [Int64](repeating: 0, count: Limit.allCases.count)

    /// Creates the limits from a closure that returns each value.
    public init(_ value: (Limit) throws -> Int64) rethrows {
        try self.init(following: { limit, _ in try value(limit) })
    }

    /// Creates the limits from a closure that returns each value.
    ///
    /// - Parameter value: also gets the value of the limit that this one follows, if there is one.
    public init(following value: (Limit, _ followed: Int64?) throws -> Int64) rethrows {
        for limit in Limit.allCases {
            self[limit] = try value(limit, limit.definition.follows.map { self[$0] })
        }
    }

    public subscript(limit: Limit) -> Int64 {
        get { values[Int(limit.definition.code) - 1] }
        set { values[Int(limit.definition.code) - 1] = newValue }
    }
}
