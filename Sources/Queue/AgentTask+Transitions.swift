import Domain
import Foundation

/// The transitions of a task's state.
///
/// The functions are pure: time and chance are parameters.
///
/// A task goes `scheduled` → `queued` → `running` → ended, or from `running` back to `scheduled`
/// for the pause before the next attempt. Only `running` uses up an attempt.
extension AgentTask {
    /// Returns the task with its next attempt running.
    func begun(as execution: String, at now: Date) -> AgentTask {
        var task = self
        task.attempts += 1
        task.attemptsLeft -= 1
        task.state = .running(Attempt(execution: execution, startedAt: now))
        return task
    }

    /// Returns the task, ended without another attempt.
    func ended(_ outcome: Outcome, at now: Date) -> AgentTask {
        var task = self
        var last: Attempt?
        if case .running(let attempt) = state { last = attempt }
        task.state = .ended(outcome, last: last, at: now)
        return task
    }

    /// Returns the task, queued again with all its attempts.
    /// - Returns: `nil` where the task has not ended, or has succeeded.
    func revived() -> AgentTask? {
        guard case .ended(let outcome, _, _) = state, outcome != .succeeded else { return nil }
        var task = self
        task.attemptsLeft = order.attemptsMax
        task.state = .queued
        return task
    }

    /// Returns the task after its attempt has ended with `status`.
    ///
    /// A fault of ours is retried, and so is a failure of the program that the agent named, until
    /// the attempts are used up. A task that is to be cancelled is not retried.
    ///
    /// - Parameter random: 0 to 1, the position of the next attempt in the jitter's range.
    func after(
        _ status: Execution.Status,
        isToBeCancelled: Bool,
        at now: Date,
        random: Double
    ) -> AgentTask {
        switch status {
        case .queued, .running: return self
        case .succeeded: return ended(.succeeded, at: now)
        case .cancelled: return ended(.cancelled, at: now)
        case .internalError: break
        case .failed, .signaled, .timedOut, .cpuTimeExceeded, .memoryExceeded, .outputExceeded,
            .compileFailed:
            guard order.retryOn.contains(status) else { return ended(.failed, at: now) }
        }
        guard attemptsLeft > 0 else { return ended(.deadLetter, at: now) }
        guard !isToBeCancelled else { return ended(.cancelled, at: now) }
        var task = self
        let attempt = order.attemptsMax - attemptsLeft
        let pause = Self.retryPauseSeconds(after: attempt, random: random)
        task.state = .scheduled(at: now.addingTimeInterval(pause))
        return task
    }

    private static let retryDelays = Backoff(
        firstMilliseconds: 1_000,
        mostMilliseconds: 600_000
    )
    /// The largest jitter, as a share of the pause.
    ///
    /// Tasks that failed together should not be retried together.
    private static let jitterMax = 0.2

    /// - Parameters:
    ///   - attempt: the number of the failed attempt, counted from 1.
    ///   - random: 0 to 1.
    static func retryPauseSeconds(after attempt: Int, random: Double) -> Double {
        let seconds = Double(retryDelays.pause(after: max(attempt, 1))) / 1_000
        return seconds * (1 + jitterMax * (2 * min(max(random, 0), 1) - 1))
    }
}
