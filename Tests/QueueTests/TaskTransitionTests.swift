import Domain
import Foundation
import TestSupport
import Testing

@testable import Queue

/// The state of a task after its attempt has ended.
@Suite struct TaskTransitionTests {
    private static let now = Date(timeIntervalSince1970: 1_000_000_000)

    /// Returns a task in its `attempt`th of `attemptsMax` attempts.
    private func running(
        attempt: Int = 1,
        of attemptsMax: Int = 3,
        retryOn: Set<Execution.Status> = []
    ) -> AgentTask {
        var task = AgentTask.sample("1", attemptsMax: attemptsMax, retryOn: retryOn)
        for number in 1...attempt { task = task.begun(as: "exe_\(number)", at: Self.now) }
        return task
    }

    private func end(
        of task: AgentTask,
        as status: Execution.Status,
        isToBeCancelled: Bool = false
    ) -> AgentTask {
        task.after(status, isToBeCancelled: isToBeCancelled, at: Self.now, random: 0.5)
    }

    private static let last = AgentTask.Attempt(execution: "exe_1", startedAt: now)

    @Test func `a task waits for its time, and not for one that has been`() {
        func state(_ seconds: Double?) -> AgentTask.State {
            AgentTask.sample("1", runAfter: seconds.map(Self.now.addingTimeInterval)).state
        }
        #expect(state(nil) == .queued)
        #expect(state(-1) == .queued)
        #expect(state(0) == .queued)
        #expect(state(1) == .scheduled(at: Self.now.addingTimeInterval(1)))
    }

    @Test func `an attempt is counted when it is begun`() {
        let task = running(attempt: 2)
        #expect(task.attempts == 2)
        #expect(task.attemptsLeft == 1)
        #expect(task.state == .running(.init(execution: "exe_2", startedAt: Self.now)))
    }

    @Test(arguments: TaskOrder.retryable)
    func `a failure of the program is the end, unless the agent would try it again`(
        status: Execution.Status
    ) {
        let failed = end(of: running(), as: status)
        #expect(failed.state == .ended(.failed, last: Self.last, at: Self.now))
        let others = Set(TaskOrder.retryable).subtracting([status])
        #expect(end(of: running(retryOn: others), as: status).status == .failed)
        let again = end(of: running(retryOn: [status]), as: status)
        #expect(again.state == .scheduled(at: Self.now.addingTimeInterval(1)))
        #expect(again.attempts == 1)
        #expect(again.attemptsLeft == 2)
    }

    @Test func `a fault of ours is tried again whatever the agent asked`() {
        let again = end(of: running(), as: .internalError)
        #expect(again.state == .scheduled(at: Self.now.addingTimeInterval(1)))
    }

    @Test(arguments: [Execution.Status.internalError, .failed])
    func `after the last attempt it is a dead letter`(status: Execution.Status) {
        for (attempt, isDead) in [(1, false), (2, false), (3, true)] {
            let task = end(of: running(attempt: attempt, retryOn: [.failed]), as: status)
            #expect((task.status == .deadLetter) == isDead)
            #expect((task.status == .scheduled) == !isDead)
        }
        #expect(end(of: running(of: 1, retryOn: [.failed]), as: status).status == .deadLetter)
    }

    @Test func `success and cancellation are ends`() {
        #expect(
            end(of: running(), as: .succeeded).state
                == .ended(.succeeded, last: Self.last, at: Self.now)
        )
        #expect(
            end(of: running(retryOn: [.failed]), as: .cancelled).state
                == .ended(.cancelled, last: Self.last, at: Self.now)
        )
    }

    @Test func `what somebody wants cancelled is not tried again, and an end stays what it is`() {
        func cancelled(_ status: Execution.Status, of attemptsMax: Int = 3) -> AgentTask.Status {
            let task = running(of: attemptsMax, retryOn: [.failed])
            return end(of: task, as: status, isToBeCancelled: true).status
        }
        #expect(cancelled(.failed) == .cancelled)
        #expect(cancelled(.internalError) == .cancelled)
        #expect(cancelled(.succeeded) == .succeeded)
        #expect(cancelled(.timedOut) == .failed)
        #expect(cancelled(.failed, of: 1) == .deadLetter)
    }

    @Test(arguments: [Execution.Status.queued, .running])
    func `what has not ended changes nothing`(status: Execution.Status) {
        #expect(end(of: running(), as: status) == running())
    }

    @Test func `a task that did not succeed can be tried again, with all its attempts`() {
        for outcome in [AgentTask.Outcome.failed, .deadLetter, .cancelled] {
            let task = running(attempt: 3).ended(outcome, at: Self.now).revived()
            #expect(task?.state == .queued)
            #expect(task?.attempts == 3)
            #expect(task?.attemptsLeft == 3)
        }
        #expect(running().ended(.succeeded, at: Self.now).revived() == nil)
        #expect(running().revived() == nil)
        #expect(AgentTask.sample("1").revived() == nil)
    }

    @Test func `a task that is cancelled while it waits has no last attempt`() {
        let task = AgentTask.sample("1").ended(.cancelled, at: Self.now)
        #expect(task.state == .ended(.cancelled, last: nil, at: Self.now))
    }

    // MARK: The pause

    @Test(arguments: [(1, 1.0), (2, 2), (3, 4), (9, 256), (10, 512), (11, 600), (1_000, 600)])
    func `the pause doubles up to ten minutes`(attempt: Int, seconds: Double) {
        #expect(AgentTask.retryPauseSeconds(after: attempt, random: 0.5) == seconds)
    }

    @Test(arguments: [(0.0, 3.2), (0.25, 3.6), (0.5, 4.0), (1.0, 4.8), (-1.0, 3.2), (2.0, 4.8)])
    func `the jitter is a fifth of it either way`(random: Double, seconds: Double) {
        #expect(abs(AgentTask.retryPauseSeconds(after: 3, random: random) - seconds) < 1e-9)
    }

    @Test func `the pause is of the attempts since the task was last tried again by hand`() {
        var task = running(attempt: 3).ended(.deadLetter, at: Self.now)
        task = task.revived() ?? task
        task = end(of: task.begun(as: "exe_4", at: Self.now), as: .internalError)
        #expect(task.state == .scheduled(at: Self.now.addingTimeInterval(1)))
        #expect(task.attempts == 4)
    }
}

extension AgentTask {
    /// Returns a task with a Python program that consists of its name.
    static func sample(
        _ name: String,
        organization: String = "org_a",
        priority: Int = 0,
        runAfter: Date? = nil,
        attemptsMax: Int = 3,
        retryOn: Set<Execution.Status> = [],
        callbackURL: String? = nil,
        project: String? = nil,
        createdAt: Date = Date(timeIntervalSince1970: 1_000_000_000)
    ) -> AgentTask {
        var request = ExecutionRequest.named(name)
        request.project = project
        return AgentTask(
            id: "tsk_" + name,
            organization: organization,
            order: TaskOrder(
                request: request,
                priority: priority,
                runAfter: runAfter,
                attemptsMax: attemptsMax,
                retryOn: retryOn,
                callbackURL: callbackURL
            ),
            createdAt: createdAt
        )
    }
}
