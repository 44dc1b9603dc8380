import JSON

/// The envelope of every answer but refusals, which are `APIError`'s.
enum Envelope {
    /// - Parameter schema: of the data.
    static func data(_ schema: JSONValue) -> ObjectDescription<JSONValue> {
        .part([.constant("success", true), Field("data", \.self, .unread(schema))])
    }

    /// - Parameter schema: of an element.
    static func page(of schema: JSONValue) -> ObjectDescription<PageEnvelope> {
        .part(
            [
                .constant("success", true),
                Field(
                    "data",
                    \.elements,
                    .list("", of: .unread(schema), max: QueryReader.limits.upperBound)
                ), Field("pagination", \.pagination, .object(Pagination.payload)),
            ]
        )
    }

    /// Where there is nothing else to say.
    static let success = ObjectDescription<Void>.part([.constant("success", true)])

    static let anyData = data(.null)
    static let anyPage = page(of: .null)
}

/// A page of a list.
struct PageEnvelope: Sendable {
    let elements: [JSONValue]
    let pagination: Pagination
}
