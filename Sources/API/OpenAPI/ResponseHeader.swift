import HTTPTypes
import JSON

/// The headers of answers that the document speaks of.
enum ResponseHeader {
    /// Of every answer that counts against a rate.
    static let rates: [String] = [
        HTTPField.Name.xRateLimitLimit, .xRateLimitRemaining, .xRateLimitReset, .rateLimit,
        .rateLimitPolicy,
    ].map(\.rawName)

    static let requestID = HTTPField.Name.xRequestID.rawName

    /// Every one by its name, as the document's components have it.
    static let components: JSONValue = [
        requestID: header(
            "The request's name, in our log as well: the caller's own where it sent one.",
            .text(pattern: "^[A-Za-z0-9._-]{1,64}$", example: "req_01m7y99nan8h4qysw2gw961my1"),
            isRequired: true
        ),
        "X-RateLimit-Limit": header("Of the tightest rate: how many it allows.", .whole()),
        "X-RateLimit-Remaining": header("Of the tightest rate: how many are left.", .whole()),
        "X-RateLimit-Reset": header(
            "Of the tightest rate: when there will be more, in Unix seconds.",
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
        "Retry-After": header("How many seconds to wait.", .whole(min: 1), isRequired: true),
        "Location": header(
            "The path of what was made.",
            .text(format: "uri-reference", example: "/api/v1/executions/exe_…")
        ),
        "Preference-Applied": header("Which preferences were honoured.", .text(example: "wait=5")),
        "Idempotency-Replayed": header(
            "Where the `Idempotency-Key` had been sent before.",
            .choice("", ["true"])
        ),
        "Set-Cookie": header(
            "The session's cookie, where the request was made at this server's own address.",
            .text()
        ),
        "WWW-Authenticate": header("How to say who you are.", .text(), isRequired: true),
        "Allow": header("The methods that the path takes.", .text(), isRequired: true),
    ]

    /// References to these, for one answer.
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
