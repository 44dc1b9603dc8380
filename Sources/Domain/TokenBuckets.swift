public import Foundation

/// The rates of many subjects: each has a bucket of tokens that refills steadily.
///
/// The type is pure: time is a parameter.
///
/// A bucket is one date, the instant when it is full again (the generic cell rate algorithm of
/// ITU-T I.371). Two generations bound the memory. Subjects that take are in the young generation;
/// the old one holds subjects that have not taken since the last turn. At a turn the old generation
/// is dropped and the young one becomes the old one. A turn comes when the longest refill has
/// passed, so that every dropped bucket was full. It also comes when the young generation is full,
/// so that a flood of subjects pushes out the idlest and refuses nobody.
public struct TokenBuckets: Sendable {
    /// The size of a bucket, and the time in which an empty one refills.
    public struct Rate: Sendable, Hashable {
        public let tokens: Int
        public let seconds: Double

        /// - Parameter tokens: at least 1.
        public init(tokens: Int, seconds: Double) {
            self.tokens = max(1, tokens)
            self.seconds = seconds
        }

        fileprivate func seconds(of tokens: Int) -> Double {
            seconds * Double(tokens) / Double(self.tokens)
        }
    }

    private let generationMax: Int
    /// The times when the buckets are full again.
    private var young: [String: Date] = [:]
    private var old: [String: Date] = [:]
    private var turnedAt: Date?
    private var generationSeconds = 0.0

    /// - Parameter subjectsMax: the most subjects in memory, at least 2.
    public init(subjectsMax: Int = 100_000) { generationMax = max(1, subjectsMax / 2) }

    /// The number of subjects in memory.
    public var subjects: Int { young.count + old.count }

    /// Takes tokens, or none if there are too few.
    ///
    /// A cost above the size of the bucket takes the whole bucket.
    ///
    /// - Returns: `nil` if they were taken, else the seconds until there are enough.
    public mutating func take(
        _ cost: Int = 1,
        of subject: String,
        under rate: Rate,
        at now: Date
    ) -> Double? {
        turnWhereDue(under: rate, at: now)
        let cost = min(cost, rate.tokens)
        let full = fullAgain(subject, under: rate, at: now) + rate.seconds(of: cost)
        let excess = full.timeIntervalSince(now) - rate.seconds
        // Dates are floating-point numbers, so sums of fractions miss the limit by a little.
        guard excess <= Self.rounding else { return excess }
        keep(subject, fullAt: full, at: now)
        return nil
    }

    /// Returns tokens that were taken; a full bucket is forgotten.
    public mutating func giveBack(
        _ cost: Int = 1,
        of subject: String,
        under rate: Rate,
        at now: Date
    ) {
        let seconds = rate.seconds(of: min(cost, rate.tokens))
        let later = { (full: Date) in full - seconds > now ? full - seconds : nil }
        if let full = young[subject] { young[subject] = later(full) }
        if let full = old[subject] { old[subject] = later(full) }
    }

    /// Returns the number of whole tokens in a bucket.
    public func remaining(of subject: String, under rate: Rate, at now: Date) -> Int {
        let missing = fullAgain(subject, under: rate, at: now).timeIntervalSince(now)
        return Int((rate.seconds - missing + Self.rounding) / rate.seconds(of: 1))
    }

    /// Returns the time when a bucket is full again, now at the earliest.
    public func fullAgain(_ subject: String, under rate: Rate, at now: Date) -> Date {
        guard let full = young[subject] ?? old[subject] else { return now }
        // The bucket may have been larger, or the clock set back a little.
        return min(max(full, now), now + rate.seconds)
    }

    private static let rounding = 1e-3
}

// MARK: - Generations

extension TokenBuckets {
    private mutating func turnWhereDue(under rate: Rate, at now: Date) {
        generationSeconds = max(generationSeconds, rate.seconds)
        guard let turnedAt else {
            turnedAt = now
            return
        }
        let age = now.timeIntervalSince(turnedAt)
        if generationSeconds <= age { turn(at: now) }
        // A clock that was set back would refuse until it has caught up.
        if age < 0 {
            young = [:]
            turn(at: now)
        }
    }

    private mutating func turn(at now: Date) {
        old = young
        young = [:]
        turnedAt = now
    }

    private mutating func keep(_ subject: String, fullAt full: Date, at now: Date) {
        if young[subject] == nil {
            old[subject] = nil
            if young.count >= generationMax { turn(at: now) }
        }
        young[subject] = full
    }
}
