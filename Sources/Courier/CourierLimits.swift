/// How much the courier does at once, and how long it waits.
public struct CourierLimits: Sendable {
    /// Attempts under way at the same time.
    public var inFlightMax = 16
    /// The most concurrent deliveries per organization: a stalled receiver delays no other one.
    public var inFlightPerOrganizationMax = 4
    /// For the name and the connection, TLS included.
    public var connectMilliseconds = 5_000
    /// For the whole attempt.
    public var totalMilliseconds = 15_000
    /// The most bytes read of an answer's body, which is discarded.
    public var responseBytesMax = 65_536
    /// How long attempts may go on after the courier was told to stop.
    public var graceMilliseconds = 2_000

    public init() {}
}
