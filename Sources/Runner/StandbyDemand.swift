import Foundation

/// The bounds of a pool of standby jails.
public struct StandbyBounds: Sendable {
    /// How many may stand by at once; 0 is none.
    public var jailsMax: Int
    /// The most memory of all standby jails together.
    public var memoryBytesMax: Int64
    /// How many programs are started at once, together with those that run.
    public var processors: Int

    public init(jailsMax: Int, memoryBytesMax: Int64, processors: Int) {
        self.jailsMax = jailsMax
        self.memoryBytesMax = memoryBytesMax
        self.processors = processors
    }

    /// The time that must be left of a standby jail's life when it is taken.
    static let claimSeconds = 2.0
    static let retrySecondsMax = 300.0
    static let shapesMax = 256
    /// The memory of a jail in which nothing runs yet: its init and its mounts.
    static let blankBytes: Int64 = 1 << 20
    /// How long one of those stands by; the others' time is the warden's to say.
    static let blankLife = Duration.seconds(60)
}

/// How often jails of one shape are wanted.
struct StandbyDemand {
    /// Arrivals, each counting less the longer ago it was.
    private var weight = 0.0
    private var last = Date.distantPast

    /// After so many seconds an arrival counts half.
    private static let halfLifeSeconds = 5.0
    /// So long a jail is kept for who came once.
    private static let memorySeconds = 600.0
    /// A jail that is taken is replaced within this.
    private static let refillSeconds = 0.25
    /// Arrivals in a second: two within a few seconds.
    private static let often = 0.2

    mutating func arrive(at now: Date) {
        weight = weight(at: now) + 1
        last = now
    }

    /// Arrivals in a second.
    func rate(at now: Date) -> Double { weight(at: now) * log(2) / Self.halfLifeSeconds }

    /// How many jails should stand by.
    func wanted(at now: Date) -> Int {
        guard now.timeIntervalSince(last) < Self.memorySeconds else { return 0 }
        let rate = rate(at: now)
        // Who comes once in a while finds one; who comes again and again, one for each that
        // is being made.
        return rate < Self.often ? 1 : 1 + Int((rate * Self.refillSeconds).rounded(.up))
    }

    private func weight(at now: Date) -> Double {
        let age = max(0, now.timeIntervalSince(last))
        return weight * pow(0.5, age / Self.halfLifeSeconds)
    }
}
