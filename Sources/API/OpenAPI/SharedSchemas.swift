/// What several subjects' schemas and parameters are made of.
extension Schemas {
    /// A name that people read, by the rules of `DisplayName`.
    static func name(_ about: String = "") -> JSONValue {
        .text(
            about,
            min: 1,
            max: 100,
            pattern: "^[^\(unshowable)]*$",
            example: "Ada Lovelace"
        )
    }

    /// Control characters, ends of lines, and those that turn the direction of text.
    static let unshowable =
        "\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069"

    /// An operator may have named one before organizations were made by sign-ups.
    static func organizationID(_ about: String = "") -> JSONValue {
        .text(about, pattern: "^org_[0-9A-Za-z_-]+$", example: "org_01m7y99na36pfjsmd1a1a162hm")
    }

    static let pagination = JSONValue.Member(
        name: "Pagination",
        value: .record(
            "Where a page stands in its list.",
            [
                ("total", .whole("of all pages together")),
                ("limit", .whole("as it was asked for")),
                ("offset", .whole("as it was asked for")),
                ("has_more", .flag("whether there is another page")),
            ]
        )
    )
}

extension Operation.Parameter {
    /// The two of every list.
    static let page = [
        Self(
            name: "limit",
            place: .query,
            summary: "How many at most",
            schema: .whole(
                min: Int64(QueryReader.limits.lowerBound),
                max: Int64(QueryReader.limits.upperBound),
                default: Int64(QueryReader.limitDefault)
            )
        ),
        Self(
            name: "offset",
            place: .query,
            summary: "How many to skip",
            schema: .whole(max: Int64(QueryReader.offsetMax), default: 0)
        ),
    ]

    static func id(_ what: String, prefix: String) -> Self {
        Self(
            name: "id",
            place: .path,
            summary: "The \(what)'s",
            schema: .identifier(prefix),
            isRequired: true
        )
    }
}
