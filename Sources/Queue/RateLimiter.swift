import Domain
import Foundation

/// Admits or refuses by the policies that are counted in memory: `per_second`, `per_minute` and
/// `concurrent`.
///
/// The fourth, `per_day`, is the store's, because it must outlive the process. Pure: time is a
/// parameter.
///
/// Memory is bounded by two generations of subjects. Callers are in the young one; the old one
/// holds those who have not called since the last turn. At a turn the old generation is forgotten
/// and the young one becomes old. A turn comes when the longest window or penalty has passed, so a
/// forgotten subject was idle, and when the young generation is full, so that a flood of subjects
/// pushes out the idlest and locks nobody out. Subjects with active executions are never forgotten;
/// where they alone fill a generation, newcomers are refused.
struct RateLimiter: Sendable {
    enum Decision: Sendable, Hashable {
        case admitted
        case refused(by: RateStanding)
        /// There are as many subjects with active executions as are kept.
        case crowded
    }

    private let generationMax: Int
    private var young: [String: SubjectRates] = [:]
    private var old: [String: SubjectRates] = [:]
    private var turnedAt: Date?
    private var generationSeconds = Double(SubjectRates.windowSecondsMax)

    /// - Parameter subjectsMax: how many subjects are kept at most; at least 2.
    init(subjectsMax: Int = 100_000) { generationMax = max(1, subjectsMax / 2) }

    /// How many subjects are remembered.
    var subjects: Int { young.count + old.count }

    /// Counts one execution of `subject` against every policy, or against none where one refuses.
    mutating func admit(_ subject: String, under rates: Rates, at now: Date) -> Decision {
        turnWhereDue(under: rates, at: now)
        guard bringForward(subject, at: now) else { return .crowded }
        let refusing = young[subject, default: SubjectRates()].admit(under: rates, at: now)
        forgetWhereIdle(subject, at: now)
        return refusing.map(Decision.refused) ?? .admitted
    }

    /// Takes an admission back, as if it had never been asked for.
    mutating func withdraw(_ subject: String, admittedAt date: Date) {
        update(subject, at: date) { $0.withdraw(admittedAt: date) }
    }

    /// One more active execution, admitted by an earlier process: only `concurrent` counts it.
    mutating func occupy(_ subject: String) {
        if old[subject] == nil {
            young[subject, default: SubjectRates()].occupy()
        } else {
            old[subject]?.occupy()
        }
    }

    /// An execution of `subject` is neither queued nor running any more.
    mutating func release(_ subject: String, at now: Date) {
        update(subject, at: now) { $0.release() }
    }

    /// The store said that the day's `limit` is used up.
    mutating func markDaySpent(_ subject: String, limit: Int, at now: Date) {
        guard bringForward(subject, at: now) else { return }
        young[subject, default: SubjectRates()].markDaySpent(limit: limit, at: now)
    }

    /// The standing of `subject` with every policy of its plan; the store has counted `charged` of
    /// its executions today.
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

    /// Puts `subject` into the young generation.
    /// - Returns: whether there is room for it.
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
