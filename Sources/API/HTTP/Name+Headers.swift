import HTTPTypes

extension HTTPField.Name {
    // Every name is a literal in this file, and the tests read each one, so the failure cannot
    // occur.
    private static func named(_ name: String) -> HTTPField.Name {
        guard let parsed = HTTPField.Name(name) else {
            preconditionFailure("\(name) is not a field name")
        }
        return parsed
    }

    static let forwardedFor = named("X-Forwarded-For")
    static let forwardedHost = named("X-Forwarded-Host")
    static let idempotencyKey = named("Idempotency-Key")
    static let idempotencyReplayed = named("Idempotency-Replayed")
    static let prefer = named("Prefer")
    static let preferenceApplied = named("Preference-Applied")
    static let rateLimit = named("RateLimit")
    static let rateLimitPolicy = named("RateLimit-Policy")
    static let secFetchSite = named("Sec-Fetch-Site")
    static let referrerPolicy = named("Referrer-Policy")
    static let xOrganizationID = named("X-Organization-Id")
    static let xAPIKey = named("X-API-Key")
    static let xRateLimitLimit = named("X-RateLimit-Limit")
    static let xRateLimitRemaining = named("X-RateLimit-Remaining")
    static let xRateLimitReset = named("X-RateLimit-Reset")
    static let xRequestID = named("X-Request-Id")
}
