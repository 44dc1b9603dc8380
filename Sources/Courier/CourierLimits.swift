/// The courier's limits on concurrency, memory and time.
public struct CourierLimits: Sendable {
    /// The maximum number of concurrent attempts.
    public var inFlightMax = 64
    /// The maximum number of concurrent attempts at doubtful receivers, so that they never delay
    /// the prompt ones of any organization; see ``ReceiverStandings``.
    public var doubtfulMax = 32
    /// The maximum number of concurrent attempts per organization.
    public var inFlightPerOrganizationMax = 12
    /// The maximum number of concurrent attempts per organization at prompt receivers, and the same
    /// number again at doubtful ones.
    public var lanePerOrganizationMax = 4
    /// The maximum number of concurrent attempts at one doubtful receiver; a failing one gets one.
    public var doubtfulPerReceiverMax = 2
    /// The duration above which an attempt is slow, and its receiver doubtful.
    public var promptMilliseconds = 2_000
    /// The size above which a body counts against ``largeBytesMax``.
    public var smallBytesMax = 1 << 20
    /// The maximum number of bytes of all large bodies in memory; one alone may have more.
    public var largeBytesMax = 64 << 20
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
