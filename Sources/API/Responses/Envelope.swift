import JSON

/// The envelope of all answers except refusals, which `APIError` describes.
enum Envelope {
    /// - Parameter schema: the schema of the data.
    static func data(_ schema: JSONValue) -> ObjectDescription<JSONValue> {
        .part([.constant("success", true), Field("data", \.self, .unread(schema))])
    }

    /// - Parameter schema: the schema of an element.
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

    /// The envelope without data.
    static let success = ObjectDescription<Void>.part([.constant("success", true)])

    static let anyData = data(.null)
    static let anyPage = page(of: .null)
}

/// A page of a list.
struct PageEnvelope: Sendable {
    let elements: [JSONValue]
    let pagination: Pagination
}
