import JSON

/// Parameters that several operations share.
extension Operation.Parameter {
    /// The two parameters of every list.
    static let page = [
        Self(
            name: "limit",
            place: .query,
            summary: "Objects on the page",
            schema: .whole(
                min: Int64(QueryReader.limits.lowerBound),
                max: Int64(QueryReader.limits.upperBound),
                default: Int64(QueryReader.limitDefault)
            )
        ),
        Self(
            name: "offset",
            place: .query,
            summary: "Objects to skip",
            schema: .whole(max: Int64(QueryReader.offsetMax), default: 0)
        ),
    ]

    static func id(_ what: String, prefix: String) -> Self {
        Self(
            name: "id",
            place: .path,
            summary: "The \(what)'s id",
            schema: .identifier(prefix),
            isRequired: true
        )
    }
}
