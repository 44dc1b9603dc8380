import HTTPTypes
import JSON

/// The response headers that the document describes.
enum ResponseHeader {
    /// The headers of every answer that counts against a rate.
    static let rates: [String] = [
        HTTPField.Name.xRateLimitLimit, .xRateLimitRemaining, .xRateLimitReset, .rateLimit,
        .rateLimitPolicy,
    ].map(\.rawName)

    static let requestID = HTTPField.Name.xRequestID.rawName

    /// All headers by name, for the document's components.
    static let components: JSONValue = [
        requestID: header(
            "The request's id, also in the server's log; the caller's own if it sent one.",
            .text(pattern: "^[A-Za-z0-9._-]{1,64}$", example: "req_01m7y99nan8h4qysw2gw961my1"),
            isRequired: true
        ),
        "X-RateLimit-Limit": header("The limit of the tightest rate.", .whole()),
        "X-RateLimit-Remaining": header("What is left of the tightest rate.", .whole()),
        "X-RateLimit-Reset": header(
            "When the tightest rate has room again, in Unix seconds.",
            .whole()
        ),
        "RateLimit": header(
            "What is left of each rate (draft-ietf-httpapi-ratelimit-headers-11).",
            .text(example: #""per_day";r=958;t=66625"#)
        ),
        "RateLimit-Policy": header(
            "What each rate is (draft-ietf-httpapi-ratelimit-headers-11).",
            .text(example: #""per_day";q=1000;w=86400"#)
        ),
        "Retry-After": header("Seconds to wait.", .whole(min: 1), isRequired: true),
        "Location": header(
            "The path of the new object.",
            .text(format: "uri-reference", example: "/api/v1/executions/exe_…")
        ),
        "Preference-Applied": header("The preferences applied.", .text(example: "wait=5")),
        "Idempotency-Replayed": header(
            "`true` if the `Idempotency-Key` had been used before.",
            .choice("", ["true"])
        ),
        "Set-Cookie": header(
            "The session's cookie, if the request's origin is this server.",
            .text()
        ),
        "WWW-Authenticate": header("The authentication scheme.", .text(), isRequired: true),
        "Allow": header("The methods that the path takes.", .text(), isRequired: true),
    ]

    /// Returns references to the headers of one answer.
    static func references(_ names: [String]) -> JSONValue {
        .object(
            ([requestID] + names).map { name in
                .init(name: name, value: ["$ref": .string("#/components/headers/" + name)])
            }
        )
    }

    private static func header(
        _ about: String,
        _ schema: JSONValue,
        isRequired: Bool = false
    ) -> JSONValue {
        var header: JSONValue = ["description": .string(about)]
        header["required"] = isRequired ? true : nil
        header["schema"] = schema
        return header
    }
}
