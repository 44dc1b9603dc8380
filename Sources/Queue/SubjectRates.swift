import DequeModule
import Domain
import Foundation

/// One subject's use of the policies that are counted in memory.
///
/// The type is pure: time is a parameter.
///
/// Both windows slide and are exact. The times of the last minute's admissions are kept, at most as
/// many as the plan admits in a minute. A place comes back at the instant when its admission is one
/// window old, never in a burst at a boundary. Only admissions are kept, so a refused call costs
/// nothing.
struct SubjectRates: Sendable {
    /// Executions queued or running.
    private(set) var active = 0
    private var admissions: Deque<Date> = []
    private var penaltyEnd: Date?
    private var spentDay: SpentDay?

    /// The store's answer that the day's executions are used up.
    ///
    /// The answer is valid for a second. A caller who retries without pause reaches the store once
    /// a second, and a refund is noticed as fast.
    private struct SpentDay: Sendable {
        let day: UTCDay
        let limit: Int
        let believedUntil: Date
    }

    /// The longest window counted in memory, in seconds.
    static let windowSecondsMax = 60

    /// Returns whether dropping this subject would change nothing.
    func isIdle(at now: Date) -> Bool {
        let isPenalized = penaltyEnd.map { now < $0 } ?? false
        let isSpent = spentDay.map { now < $0.believedUntil } ?? false
        return active == 0 && !isPenalized && !isSpent
            && used(within: Self.windowSecondsMax, at: now) == 0
    }

    /// Counts one execution against every policy, unless one refuses.
    /// - Returns: the refusing policy's standing, or `nil` where the execution was admitted.
    mutating func admit(under rates: Rates, at now: Date) -> RateStanding? {
        forgetPast(at: now)
        notePenalty(under: rates, at: now)
        let refusing = standings(under: rates, at: now).first { $0.remaining == 0 }
        if let refusing { return refusing }
        if let spent = spentStanding(under: rates, at: now) { return spent }
        active += 1
        if rates.perSecond != nil || rates.perMinute != nil { admissions.append(now) }
        return nil
    }

    /// Undoes an admission completely.
    mutating func withdraw(admittedAt date: Date) {
        release()
        if let index = admissions.lastIndex(of: date) { admissions.remove(at: index) }
    }

    /// Adds an active execution that an earlier process admitted; no window counts it.
    mutating func occupy() { active += 1 }

    /// Removes an active execution.
    mutating func release() { active = max(0, active - 1) }

    mutating func markDaySpent(limit: Int, at now: Date) {
        spentDay = SpentDay(
            day: UTCDay(now),
            limit: limit,
            believedUntil: now.addingTimeInterval(1)
        )
    }

    /// Returns the subject's standing with each policy that is counted in memory.
    func standings(under rates: Rates, at now: Date) -> [RateStanding] {
        [
            rates.perSecond.map { perSecondStanding($0, at: now) },
            rates.perMinute.map { windowStanding(.perMinute, limit: $0, seconds: 60, at: now) },
            rates.concurrent.map { concurrentStanding(limit: $0, at: now) },
        ].compactMap(\.self)
    }
}

// MARK: - Penalty and windows

extension SubjectRates {
    /// Starts the penalty at a call above the rate; calls during a penalty do not extend it.
    private mutating func notePenalty(under rates: Rates, at now: Date) {
        if let penaltyEnd, penaltyEnd <= now { self.penaltyEnd = nil }
        guard let perSecond = rates.perSecond, penaltyEnd == nil,
            used(within: 1, at: now) >= perSecond.limit
        else { return }
        penaltyEnd = now.addingTimeInterval(Double(perSecond.penaltySeconds))
    }

    private mutating func forgetPast(at now: Date) {
        // Without this, a clock that was set back by more than a window would refuse until it has
        // caught up.
        let latest = now.addingTimeInterval(Double(Self.windowSecondsMax))
        if let last = admissions.last, latest < last {
            admissions.removeAll()
            penaltyEnd = nil
        }
        let expired = admissions.count - used(within: Self.windowSecondsMax, at: now)
        admissions.removeFirst(expired)
    }

    private func perSecondStanding(_ rate: Rates.PerSecond, at now: Date) -> RateStanding {
        var standing = windowStanding(.perSecond, limit: rate.limit, seconds: 1, at: now)
        if let penaltyEnd, now < penaltyEnd {
            standing.remaining = 0
            standing.resetsAt = max(standing.resetsAt, penaltyEnd)
        }
        return standing
    }

    private func windowStanding(
        _ policy: RateStanding.Policy,
        limit: Int,
        seconds: Int,
        at now: Date
    ) -> RateStanding {
        let used = used(within: seconds, at: now)
        let oldest = used == 0 ? nil : admissions[admissions.count - used]
        return RateStanding(
            policy: policy,
            limit: limit,
            remaining: max(0, limit - used),
            resetsAt: oldest?.addingTimeInterval(Double(seconds)) ?? now,
            windowSeconds: seconds
        )
    }

    /// Returns the standing with `concurrent`, with a retry after a second: no one can know when a
    /// running program ends.
    private func concurrentStanding(limit: Int, at now: Date) -> RateStanding {
        RateStanding(
            policy: .concurrent,
            limit: limit,
            remaining: max(0, limit - active),
            resetsAt: active == 0 ? now : now.addingTimeInterval(1),
            windowSeconds: 0
        )
    }

    private func spentStanding(under rates: Rates, at now: Date) -> RateStanding? {
        guard let limit = rates.perDay, let spentDay, limit <= spentDay.limit,
            now < spentDay.believedUntil, UTCDay(now) == spentDay.day
        else { return nil }
        return .perDay(limit: limit, charged: limit, at: now)
    }

    /// Returns the number of admissions younger than `seconds`: a binary search in ascending times.
    private func used(within seconds: Int, at now: Date) -> Int {
        var low = 0
        var high = admissions.count
        while low < high {
            let middle = (low + high) / 2
            let expiry = admissions[middle].addingTimeInterval(Double(seconds))
            if now < expiry { high = middle } else { low = middle + 1 }
        }
        return admissions.count - low
    }
}

extension RateStanding {
    /// The policy that the store counts: `charged` of `limit` executions on the UTC day of `now`.
    static func perDay(limit: Int, charged: Int, at now: Date) -> RateStanding {
        RateStanding(
            policy: .perDay,
            limit: limit,
            remaining: max(0, limit - charged),
            resetsAt: UTCDay(now).end,
            windowSeconds: 86_400
        )
    }
}
