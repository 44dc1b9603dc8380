import JSON

/// The state of the service, for monitors.
struct ServiceState: Sendable {
    var version = ""
    var reason = ""

    static let home = ObjectDescription<ServiceState>.answer(
        "Home",
        "The service is online.",
        [.constant("name", "quicksand"), Field("version", \.version, .text()), ok]
    )

    static let health = ObjectDescription<ServiceState>.answer("Health", "The check passed.", [ok])

    static let unavailable = ObjectDescription<ServiceState>.answer(
        "Unavailable",
        "The server takes no work now.",
        [.constant("status", "unavailable"), Field("reason", \.reason, .text())]
    )

    private static let ok = Field<ServiceState>.constant("status", "ok")
}
