import Domain

/// The ends of jails that took longer than the jails' limits and a grace time.
///
/// The kernel may have to work for a long time to end what a program left. That time counts as the
/// execution's, and holds its caller's slot.
public struct JailEnds: Sendable, Hashable {
    public private(set) var slow = 0
    /// Past the limits, or after the close of a jail; of all jails so far.
    public private(set) var longestSeconds = 0.0

    private static let graceSeconds = 1.0

    init() {}

    /// Records the end of a stage.
    mutating func note(_ usage: Usage, limits: Limits) {
        let wall = usage.wallMicroseconds - limits[.wallMilliseconds] * 1_000
        // A stage that reached its processor time ends before its wall time.
        let cpu = usage.cpuMicroseconds - limits[.cpuMilliseconds] * 1_000
        note(seconds: Double(max(wall, cpu)) / 1_000_000)
    }

    /// Records the time from a jail's close until nothing was left of it, or past a limit.
    mutating func note(seconds: Double) {
        longestSeconds = max(longestSeconds, seconds)
        if seconds > Self.graceSeconds { slow += 1 }
    }
}
