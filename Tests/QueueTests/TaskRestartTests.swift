import Domain
import Foundation
import TestSupport
import Testing

@testable import Queue

/// Stops, crashes, and the recovery of tasks.
@Suite(.guardedAgainstHanging) struct TaskRestartTests {
    /// Creates a world whose last process died after it had started the task, with this attempt's
    /// state.
    private func world(
        leaving execution: Execution.State?
    ) async throws -> TaskWorld {
        let world = try await TaskWorld()
        let task = AgentTask.sample("1", callbackURL: "https://example.com/task")
        let running = task.begun(as: "exe_1", at: world.clock.date)
        try await world.store.insert(task, unfinishedMax: 9)
        guard let execution else {
            _ = try await world.store.change(task, to: running, deliveries: [])
            return world
        }
        var request = task.order.request
        request.task = task.id
        try await world.store.begin(
            TaskStart(known: task, running: running),
            as: Execution(
                id: "exe_1",
                owner: .organization("org_a"),
                request: request,
                createdAt: world.clock.date,
                state: execution,
                attempts: 1
            ),
            by: nil
        )
        return world
    }

    @Test(arguments: [(Int32(0), AgentTask.Status.succeeded), (1, .failed)])
    func `what had ended is concluded, with what it owes`(
        code: Int32,
        status: AgentTask.Status
    ) async throws {
        let clock = AlarmClock()
        let result = ExecutionResult(
            compile: nil,
            runs: [StageReport.exited(code).result],
            files: []
        )
        let world = try await world(
            leaving: .finished(result, startedAt: clock.date, finishedAt: clock.date)
        )
        try await world.queue.recover()
        try await world.run {
            await world.awaitTask("1", status)
            await world.journal.wait(for: .deliveriesSaved)
        }
        #expect(world.jails.isEmpty)
        #expect(try await world.task("1")?.attempts == 1)
        #expect(try await world.deliveries().count == 1)
    }

    @Test func `what had ended and cannot be read ends its task as a dead letter`() async throws {
        let now = AlarmClock().date
        let world = try await world(leaving: .cancelled(startedAt: nil, finishedAt: now))
        world.store.damage("exe_1")
        try await world.queue.recover()
        try await world.run { await world.awaitTask("1", .deadLetter) }
        #expect(world.jails.isEmpty)
    }

    /// A process of an earlier release could be killed between the two writes.
    @Test func `a task that runs without an execution ends, and can be tried again`() async throws {
        let world = try await world(leaving: nil)
        try await world.queue.recover()
        try await world.run { await world.awaitTask("1", .deadLetter) }
        #expect(world.jails.isEmpty)
        #expect(try await world.task("1")?.revived() != nil)
    }

    @Test(arguments: [Execution.State.queued, .running(since: AlarmClock().date)])
    func `what is run again is awaited`(state: Execution.State) async throws {
        let world = try await world(leaving: state)
        try await world.queue.recover()
        try await world.run {
            await world.journal.wait(for: .ran("1", stage: 0))
            world.gates.open("1")
            await world.awaitTask("1", .succeeded)
        }
        #expect(world.jails == ["1"])
        #expect(try await world.task("1")?.attempts == 1)
    }

    @Test func `what an earlier process began can be cancelled`() async throws {
        let world = try await world(leaving: .queued)
        try await world.queue.recover()
        try await world.run {
            await world.journal.wait(for: .ran("1", stage: 0))
            let task = try await world.dispatcher.cancel(task: "tsk_1", organization: "org_a")
            #expect(task?.status == .cancelled)
        }
        #expect(world.journal.count(of: .closed("1")) == 1)
    }

    @Test func `what a drain cuts short is left running, and finished by the next process`()
        async throws
    {
        let before = try await TaskWorld()
        try await before.run {
            try await before.submit(.sample("1"), .sample("2"))
            await before.journal.wait(for: .ran("1", stage: 0))
            async let drained: Void = before.queue.drain(grace: .seconds(1))
            while before.journal.count(of: .closed("1")) == 0 {
                before.clock.advance(seconds: 1)
                await Task.yield()
            }
            await drained
        }
        #expect(try await before.task("1")?.status == .running)
        #expect(try await before.task("2")?.status == .queued)
        await #expect(throws: SubmissionRefusal.draining) {
            try await before.dispatcher.cancel(task: "tsk_1", organization: "org_a")
        }

        let after = try await TaskWorld(disk: before.disk, clock: before.clock)
        for name in ["1", "2"] { after.gates.open(name) }
        try await after.queue.recover()
        try await after.run { await after.awaitTask("2", .succeeded) }
        #expect(try await after.task("1")?.status == .succeeded)
        #expect(try await after.task("1")?.attempts == 1)
        #expect(after.jails == ["1", "2"])
    }

    @Test func `what ends while the service stops is written down`() async throws {
        let world = try await TaskWorld()
        try await world.run {
            try await world.submit(.sample("1", callbackURL: "https://example.com/task"))
            await world.journal.wait(for: .ran("1", stage: 0))
            async let drained: Void = world.queue.drain(grace: .seconds(30))
            world.gates.open("1")
            await drained
        }
        #expect(try await world.task("1")?.status == .succeeded)
        #expect(try await world.deliveries().count == 1)
    }

    @Test func `while nothing can be stored an end is kept, and no task begun twice`()
        async throws
    {
        let world = try await TaskWorld()
        world.gates.open("2")
        try await world.run {
            try await world.submit(.sample("1"), .sample("2"))
            await world.journal.wait(for: .ran("1", stage: 0))
            world.store.fail(true)
            world.gates.open("1")
            await world.journal.wait(for: .heard("store failed"))
            await world.journal.wait(for: .paused(.seconds(5)))
            world.clock.advance(seconds: 5)
            await world.journal.wait(for: .heard("store failed"), times: 2)
            await world.journal.wait(for: .paused(.seconds(5)), times: 2)
            #expect(world.jails == ["1"])
            world.store.fail(false)
            world.clock.advance(seconds: 5)
            await world.awaitTask("2", .succeeded)
        }
        #expect(world.jails == ["1", "2"])
        #expect(try await world.task("1")?.status == .succeeded)
    }

    @Test func `what was left is taken up as soon as the store can be read`() async throws {
        let world = try await world(leaving: .queued)
        world.gates.open("1")
        world.store.fail(true)
        try await world.queue.recover()
        try await world.run {
            await world.journal.wait(for: .paused(.seconds(5)))
            world.store.fail(false)
            world.clock.advance(seconds: 5)
            await world.awaitTask("1", .succeeded)
        }
    }
}
