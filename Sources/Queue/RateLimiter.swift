import Domain
import Foundation

/// The policies that are counted in memory: `per_second`, `per_minute` and `concurrent`.
///
/// The store counts the fourth, `per_day`, because it must outlive the process. The type is pure:
/// time is a parameter.
///
/// Two generations of subjects bound the memory. Callers are in the young generation; the old one
/// holds subjects that have not called since the last turn. At a turn the old generation is dropped
/// and the young one becomes the old one. A turn comes when the longest window or penalty has
/// passed, so that every dropped subject was idle. It also comes when the young generation is full,
/// so that a flood of subjects pushes out the idlest and locks nobody out. Subjects with active
/// executions are never dropped; where they alone fill a generation, new subjects are refused.
struct RateLimiter: Sendable {
    enum Decision: Sendable, Hashable {
        case admitted
        case refused(by: RateStanding)
        /// The subjects with active executions fill the memory.
        case crowded
    }

    private let generationMax: Int
    private var young: [String: SubjectRates] = [:]
    private var old: [String: SubjectRates] = [:]
    private var turnedAt: Date?
    private var generationSeconds = Double(SubjectRates.windowSecondsMax)

    /// - Parameter subjectsMax: the most subjects in memory, at least 2.
    init(subjectsMax: Int = 100_000) { generationMax = max(1, subjectsMax / 2) }

    /// The number of subjects in memory.
    var subjects: Int { young.count + old.count }

    /// Counts one execution of `subject` against every policy, or against none if one refuses.
    mutating func admit(_ subject: String, under rates: Rates, at now: Date) -> Decision {
        turnWhereDue(under: rates, at: now)
        guard bringForward(subject, at: now) else { return .crowded }
        let refusing = young[subject, default: SubjectRates()].admit(under: rates, at: now)
        forgetWhereIdle(subject, at: now)
        return refusing.map(Decision.refused) ?? .admitted
    }

    /// Undoes an admission completely.
    mutating func withdraw(_ subject: String, admittedAt date: Date) {
        update(subject, at: date) { $0.withdraw(admittedAt: date) }
    }

    /// Adds an active execution that an earlier process admitted; only `concurrent` counts it.
    mutating func occupy(_ subject: String) {
        if old[subject] == nil {
            young[subject, default: SubjectRates()].occupy()
        } else {
            old[subject]?.occupy()
        }
    }

    /// Removes an active execution, which is neither queued nor running any more.
    mutating func release(_ subject: String, at now: Date) {
        update(subject, at: now) { $0.release() }
    }

    /// Records the store's answer that the day's `limit` is used up.
    mutating func markDaySpent(_ subject: String, limit: Int, at now: Date) {
        guard bringForward(subject, at: now) else { return }
        young[subject, default: SubjectRates()].markDaySpent(limit: limit, at: now)
    }

    /// Returns the standing of `subject` with every policy of its plan.
    ///
    /// The store has counted `charged` of its executions today.
    func report(on subject: String, under rates: Rates, charged: Int, at now: Date) -> RateReport {
        let record = young[subject] ?? old[subject] ?? SubjectRates()
        var standings = record.standings(under: rates, at: now)
        if let limit = rates.perDay {
            let place = standings.firstIndex { $0.policy == .concurrent } ?? standings.endIndex
            standings.insert(.perDay(limit: limit, charged: charged, at: now), at: place)
        }
        return RateReport(standings: standings)
    }
}

// MARK: - Generations

extension RateLimiter {
    private mutating func turnWhereDue(under rates: Rates, at now: Date) {
        let penaltySeconds = Double(rates.perSecond?.penaltySeconds ?? 0)
        generationSeconds = max(generationSeconds, penaltySeconds)
        guard let turnedAt else {
            turnedAt = now
            return
        }
        let age = now.timeIntervalSince(turnedAt)
        if age < 0 || generationSeconds <= age { turn(at: now) }
    }

    private mutating func turn(at now: Date) {
        let busy = old.filter { $0.value.active > 0 }
        old = young
        young = busy
        turnedAt = now
    }

    /// Moves `subject` to the young generation.
    /// - Returns: whether the young generation has room for it.
    private mutating func bringForward(_ subject: String, at now: Date) -> Bool {
        guard young[subject] == nil else { return true }
        let known = old.removeValue(forKey: subject)
        if young.count >= generationMax { turn(at: now) }
        guard young.count < generationMax else {
            old[subject] = known
            return false
        }
        young[subject] = known ?? SubjectRates()
        return true
    }

    private mutating func update(
        _ subject: String,
        at now: Date,
        _ change: (inout SubjectRates) -> Void
    ) {
        if young[subject] != nil {
            change(&young[subject, default: SubjectRates()])
        } else if old[subject] != nil {
            change(&old[subject, default: SubjectRates()])
        }
        forgetWhereIdle(subject, at: now)
    }

    private mutating func forgetWhereIdle(_ subject: String, at now: Date) {
        if young[subject]?.isIdle(at: now) == true { young[subject] = nil }
        if old[subject]?.isIdle(at: now) == true { old[subject] = nil }
    }
}
