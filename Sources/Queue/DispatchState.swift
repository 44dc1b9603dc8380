import Domain
import Foundation

/// The tasks under way, and the organizations that must wait.
///
/// The type is pure: time is a parameter.
struct DispatchState: Sendable {
    /// A task whose attempt was started, until the attempt's outcome is stored.
    struct UnderWay: Sendable {
        let task: AgentTask
        /// The end of the attempt; `nil` while it runs.
        var end: AttemptEnd?
        var isToBeCancelled = false
    }

    /// The outcome of an attempt.
    enum AttemptEnd: Sendable {
        case finished(Execution)
        /// The attempt's execution cannot be read, or does not exist.
        case lost
    }

    /// An organization that is skipped for a time.
    private struct Hold {
        let end: Date
        /// Whether the end of one of its attempts may end the hold.
        let endsWithAttempt: Bool
    }

    /// The longest hold, in seconds; the organization's plan may have changed by then.
    static let holdSecondsMax = 60.0
    /// The shortest hold, so that an expired policy is not queried again in the same instant.
    static let holdSecondsMin = 0.01
    /// The longest sleep of the loop, so that it notices a wall clock that was set forward.
    static let sleepSecondsMax = 60.0

    private let tasksMax: Int
    private(set) var underWay: [String: UnderWay] = [:]
    private var holds: [String: Hold] = [:]
    /// The organization whose task was started last.
    private(set) var lastOrganization = ""
    /// Whether no more attempts are started.
    private(set) var isClosed = false

    /// - Parameter tasksMax: the most tasks under way at once.
    init(tasksMax: Int) { self.tasksMax = max(1, tasksMax) }

    var hasRoom: Bool { !isClosed && underWay.count < tasksMax }

    mutating func close() { isClosed = true }

    mutating func takeTurn(_ organization: String) { lastOrganization = organization }
}

// MARK: - Attempts

extension DispatchState {
    mutating func begin(_ task: AgentTask) { underWay[task.id] = UnderWay(task: task) }

    /// Records the end of an attempt, whose outcome must then be stored.
    mutating func end(_ id: String, with end: AttemptEnd) { underWay[id]?.end = end }

    mutating func markCancelled(_ id: String) { underWay[id]?.isToBeCancelled = true }

    /// Removes a task whose outcome is stored or left to the next start.
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
    /// Skips the organization until its plan admits it again.
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

    /// Returns the organizations that are skipped.
    mutating func held(at now: Date) -> Set<String> {
        holds = holds.filter { now < $0.value.end }
        return Set(holds.keys)
    }

    /// Returns the seconds until the next hold ends or the next task is due.
    ///
    /// - Parameter nextDue: the due date of the next scheduled task.
    func idleSeconds(nextDue: Date?, at now: Date) -> Double {
        let waits = hasRoom ? holds.values.map(\.end) : []
        let next = (waits + [nextDue].compactMap(\.self)).min()
        return min(max(next?.timeIntervalSince(now) ?? .infinity, 0), Self.sleepSecondsMax)
    }
}

extension RateReport {
    /// The policy that refuses for the longest time, if one would refuse at the moment.
    ///
    /// The dispatcher checks it before it submits: a submission above the rate per second costs the
    /// whole organization the penalty.
    var obstacle: RateStanding? {
        standings.filter { $0.remaining == 0 }.max { $0.resetsAt < $1.resetsAt }
    }
}
