import Domain
import Foundation

/// Which tasks are under way, and whose turn it is not.
///
/// Pure: time is a parameter.
struct DispatchState: Sendable {
    /// A task whose attempt has been begun, until what became of it is stored.
    struct UnderWay: Sendable {
        let task: AgentTask
        /// `nil` while the attempt goes on.
        var end: AttemptEnd?
        var isToBeCancelled = false
    }

    /// The outcome of an attempt.
    enum AttemptEnd: Sendable {
        case finished(Execution)
        /// Its execution cannot be read, or is not there.
        case lost
    }

    /// An organization that is passed over.
    private struct Hold {
        let end: Date
        /// The end of one of its attempts may be what it waits for.
        let endsWithAttempt: Bool
    }

    /// How long an organization is passed over at most before it is asked about again: its plan
    /// may be another by then.
    static let holdSecondsMax = 60.0
    /// What is over already is not asked about again in the same instant.
    static let holdSecondsMin = 0.01
    /// How long the loop sleeps at most, so that a wall clock that was set forward is noticed.
    static let sleepSecondsMax = 60.0

    private let tasksMax: Int
    private(set) var underWay: [String: UnderWay] = [:]
    private var holds: [String: Hold] = [:]
    /// The organization whose task was begun last.
    private(set) var lastOrganization = ""
    /// Nothing is begun any more.
    private(set) var isClosed = false

    /// - Parameter tasksMax: how many are under way at once.
    init(tasksMax: Int) { self.tasksMax = max(1, tasksMax) }

    var hasRoom: Bool { !isClosed && underWay.count < tasksMax }

    mutating func close() { isClosed = true }

    mutating func takeTurn(_ organization: String) { lastOrganization = organization }
}

// MARK: - Attempts

extension DispatchState {
    mutating func begin(_ task: AgentTask) { underWay[task.id] = UnderWay(task: task) }

    /// The attempt has ended; what comes of it is to be stored.
    mutating func end(_ id: String, with end: AttemptEnd) { underWay[id]?.end = end }

    mutating func markCancelled(_ id: String) { underWay[id]?.isToBeCancelled = true }

    /// It is stored, or left to the next start.
    mutating func remove(_ id: String) {
        guard let attempt = underWay.removeValue(forKey: id) else { return }
        let organization = attempt.task.organization
        if holds[organization]?.endsWithAttempt == true { holds[organization] = nil }
    }

    /// The tasks whose attempts have ended.
    var ended: [String] { underWay.filter { $0.value.end != nil }.keys.sorted() }
    var areAllEnded: Bool { underWay.allSatisfy { $0.value.end != nil } }
}

// MARK: - Holds

extension DispatchState {
    /// Passes the organization over until its plan admits it again.
    mutating func hold(_ organization: String, by standing: RateStanding, at now: Date) {
        let seconds = standing.resetsAt.timeIntervalSince(now)
        let isConcurrent = standing.policy == .concurrent
        hold(organization, seconds: seconds, endsWithAttempt: isConcurrent, at: now)
    }

    mutating func hold(
        _ organization: String,
        seconds: Double,
        endsWithAttempt: Bool = false,
        at now: Date
    ) {
        let seconds = min(max(seconds, Self.holdSecondsMin), Self.holdSecondsMax)
        holds[organization] = Hold(
            end: now.addingTimeInterval(seconds),
            endsWithAttempt: endsWithAttempt
        )
    }

    /// The organizations that are passed over.
    mutating func held(at now: Date) -> Set<String> {
        holds = holds.filter { now < $0.value.end }
        return Set(holds.keys)
    }

    /// How long there is nothing to do, if nothing happens.
    ///
    /// - Parameter nextDue: when the next scheduled task is due.
    func idleSeconds(nextDue: Date?, at now: Date) -> Double {
        let waits = hasRoom ? holds.values.map(\.end) : []
        let next = (waits + [nextDue].compactMap(\.self)).min()
        return min(max(next?.timeIntervalSince(now) ?? .infinity, 0), Self.sleepSecondsMax)
    }
}

extension RateReport {
    /// The policy that will refuse for longest, if one would refuse now.
    ///
    /// To be looked at before asking: asking above the rate of a second is an offence that costs
    /// the whole organization its penalty.
    var obstacle: RateStanding? {
        standings.filter { $0.remaining == 0 }.max { $0.resetsAt < $1.resetsAt }
    }
}
