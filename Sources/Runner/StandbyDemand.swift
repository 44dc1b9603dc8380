import Foundation

/// The bounds of a pool of standby jails.
public struct StandbyBounds: Sendable {
    /// The most standby jails; 0 is none.
    public var jailsMax: Int
    /// The most memory of all standby jails together.
    public var memoryBytesMax: Int64
    /// The number of programs that may start at once, together with the running ones.
    public var processors: Int

    public init(jailsMax: Int, memoryBytesMax: Int64, processors: Int) {
        self.jailsMax = jailsMax
        self.memoryBytesMax = memoryBytesMax
        self.processors = processors
    }

    /// The seconds that a standby jail must have left when it is taken.
    static let claimSeconds = 2.0
    static let retrySecondsMax = 300.0
    static let shapesMax = 256
    /// The memory of a jail without a program: its init and its mounts.
    static let blankBytes: Int64 = 1 << 20
    /// The standby time of a jail without a program; the warden sets it for the others.
    static let blankLife = Duration.seconds(60)
}

/// The rate at which jails of one shape are requested.
struct StandbyDemand {
    /// The sum of the arrivals, each weighted by its age.
    private var weight = 0.0
    private var last = Date.distantPast

    /// The seconds after which an arrival counts half.
    private static let halfLifeSeconds = 5.0
    /// The seconds for which a jail is kept after the last arrival.
    private static let memorySeconds = 600.0
    /// The seconds in which a taken jail is replaced.
    private static let refillSeconds = 0.25
    /// The rate of a frequent shape, in arrivals a second: two within a few seconds.
    private static let often = 0.2

    mutating func arrive(at now: Date) {
        weight = weight(at: now) + 1
        last = now
    }

    /// Returns the arrivals per second.
    func rate(at now: Date) -> Double { weight(at: now) * log(2) / Self.halfLifeSeconds }

    /// Returns the number of jails that should stand by.
    func wanted(at now: Date) -> Int {
        guard now.timeIntervalSince(last) < Self.memorySeconds else { return 0 }
        let rate = rate(at: now)
        // Rare callers find one jail. Frequent callers find one more for each jail that is being
        // made.
        return rate < Self.often ? 1 : 1 + Int((rate * Self.refillSeconds).rounded(.up))
    }

    private func weight(at now: Date) -> Double {
        let age = max(0, now.timeIntervalSince(last))
        return weight * pow(0.5, age / Self.halfLifeSeconds)
    }
}
