import JSON

/// How the service is, as monitors are told.
struct ServiceState: Sendable {
    var version = ""
    var reason = ""

    static let home = ObjectDescription<ServiceState>.answer(
        "Home",
        "That the service is online.",
        [.constant("name", "quicksand"), Field("version", \.version, .text()), ok]
    )

    static let health = ObjectDescription<ServiceState>.answer("Health", "That all is well.", [ok])

    static let unavailable = ObjectDescription<ServiceState>.answer(
        "Unavailable",
        "That work cannot be taken now.",
        [.constant("status", "unavailable"), Field("reason", \.reason, .text())]
    )

    private static let ok = Field<ServiceState>.constant("status", "ok")
}
