/// The courier's limits on concurrency and time.
public struct CourierLimits: Sendable {
    /// The maximum number of concurrent attempts.
    public var inFlightMax = 16
    /// The maximum number of concurrent attempts per organization, so that a stalled receiver
    /// delays no other organization.
    public var inFlightPerOrganizationMax = 4
    /// The timeout for resolving the name and connecting, including TLS.
    public var connectMilliseconds = 5_000
    /// The timeout of the whole attempt.
    public var totalMilliseconds = 15_000
    /// The maximum number of bytes that are read of an answer's body, which is discarded.
    public var responseBytesMax = 65_536
    /// The grace period of attempts after the courier was told to stop.
    public var graceMilliseconds = 2_000

    public init() {}
}
