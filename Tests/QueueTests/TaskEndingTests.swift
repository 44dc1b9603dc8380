import Domain
import Foundation
import TestSupport
import Testing

@testable import Queue

/// The ends of tasks: retried, given up, reported, cancelled.
@Suite(.guardedAgainstHanging) struct TaskEndingTests {
    // MARK: Retries

    @Test func `a failure that the agent would try again is, after a pause`() async throws {
        let world = try await TaskWorld()
        world.set(.exit(1), .exit(1), .exit(0), of: "1")
        world.gates.open("1")
        try await world.run {
            try await world.submit(.sample("1", retryOn: [.failed]))
            await world.awaitTask("1", .scheduled)
            await world.journal.wait(for: .paused(.seconds(1)))
            world.clock.advance(seconds: 1)
            await world.awaitTask("1", .scheduled, times: 2)
            await world.journal.wait(for: .paused(.seconds(2)))
            world.clock.advance(seconds: 2)
            await world.awaitTask("1", .succeeded)
        }
        let attempts = try await world.store.attempts(task: "tsk_1", limit: 9)
        #expect(attempts.map(\.status) == [.failed, .failed, .succeeded])
        #expect(try await world.charged() == 3)
    }

    @Test func `any other failure is the end`() async throws {
        let world = try await TaskWorld()
        world.set(.exit(1), of: "1")
        world.gates.open("1")
        try await world.run {
            try await world.submit(.sample("1", retryOn: [.timedOut]))
            await world.awaitTask("1", .failed)
        }
        #expect(try await world.task("1")?.attempts == 1)
    }

    @Test func `faults of ours are tried again, given back, and a dead letter in the end`()
        async throws
    {
        let world = try await TaskWorld()
        world.set(.fault, .fault, of: "1")
        world.gates.open("1")
        try await world.run {
            try await world.submit(.sample("1", attemptsMax: 2))
            await world.awaitTask("1", .scheduled)
            await world.journal.wait(for: .paused(.seconds(1)))
            world.clock.advance(seconds: 1)
            await world.awaitTask("1", .deadLetter)
            #expect(try await world.charged() == 0)

            let retried = try await world.dispatcher.retry(
                task: "tsk_1",
                organization: "org_a",
                unfinishedMax: 1
            )
            #expect(retried?.state == .queued)
            await world.awaitTask("1", .succeeded)
        }
        let task = try #require(try await world.task("1"))
        #expect(task.attempts == 3)
        #expect(task.attemptsLeft == 1)
        #expect(try await world.charged() == 1)
    }

    @Test func `only what ended without success can be tried again`() async throws {
        let world = try await TaskWorld()
        func retry(_ organization: String? = "org_a", max: Int = 9) async throws -> AgentTask? {
            try await world.dispatcher.retry(
                task: "tsk_1",
                organization: organization,
                unfinishedMax: max
            )
        }
        #expect(try await retry() == nil)
        world.set(.exit(1), .exit(0), of: "1")
        try await world.run {
            try await world.submit(.sample("1"))
            await world.awaitTask("1", .running)
            await #expect(throws: TaskNotRetryable.self) { try await retry() }
            world.gates.open("1")
            await world.awaitTask("1", .failed)
            #expect(try await retry("org_b") == nil)
            await #expect(throws: TooManyTasks(limit: 0)) { try await retry(max: 0) }
            #expect(try await retry(nil) != nil)
            await world.awaitTask("1", .succeeded)
            await #expect(throws: TaskNotRetryable.self) { try await retry() }
        }
    }

    @Test func `a task whose runtime is gone is a dead letter at once`() async throws {
        let world = try await TaskWorld(runtimes: [.cLanguage])
        try await world.run {
            try await world.submit(.sample("1"))
            await world.awaitTask("1", .deadLetter)
        }
        #expect(try await world.charged() == 0)
    }

    // MARK: Deliveries

    @Test func `the end is told once, with every attempt and the last of them whole`()
        async throws
    {
        let world = try await TaskWorld()
        let url = "https://example.com/task"
        world.set(.exit(1), .exit(0), of: "1")
        world.gates.open("1")
        try await world.run {
            try await world.submit(.sample("1", retryOn: [.failed], callbackURL: url))
            await world.awaitTask("1", .scheduled)
            await world.journal.wait(for: .paused(.seconds(1)))
            #expect(try await world.deliveries().isEmpty)
            world.clock.advance(seconds: 1)
            await world.journal.wait(for: .deliveriesSaved)
        }
        let delivery = try #require(try await world.deliveries().first)
        #expect(try await world.deliveries().count == 1)
        #expect(delivery.id.hasPrefix("msg_"))
        #expect(delivery.subject == .task("tsk_1"))
        #expect(delivery.url == url)
        #expect(delivery.body == Data("succeeded: failed,succeeded; succeeded".utf8))
        #expect(delivery.state == .pending(nextAttemptAt: world.clock.date))
        #expect(world.journal.count(of: .deliveriesSaved) == 1)
    }

    // MARK: Cancellation

    private func cancel(_ world: TaskWorld, _ name: String) async throws -> AgentTask? {
        try await world.dispatcher.cancel(task: "tsk_" + name, organization: "org_a")
    }

    @Test func `a task that waits is cancelled at once, told of, and never begun`() async throws {
        let world = try await TaskWorld(slots: 1)
        let url = "https://example.com/task"
        try await world.run {
            try await world.submit(.sample("running"))
            await world.journal.wait(for: .opened("running"))
            let time = world.clock.date.addingTimeInterval(30)
            try await world.submit(
                .sample("queued", callbackURL: url),
                .sample("scheduled", runAfter: time)
            )
            for name in ["queued", "scheduled"] {
                let task = try await cancel(world, name)
                #expect(task?.state == .ended(.cancelled, last: nil, at: world.clock.date))
                #expect(try await world.task(name) == task)
                await #expect(throws: TaskEnded.self) { try await cancel(world, name) }
            }
            #expect(try await world.deliveries().map(\.body) == [Data("cancelled: ; none".utf8)])
            #expect(world.journal.count(of: .deliveriesSaved) == 1)
            world.clock.advance(seconds: 30)
            world.gates.open("running")
            await world.awaitTask("running", .succeeded)
        }
        #expect(world.jails == ["running"])
    }

    @Test func `a task that runs is cancelled with its attempt, whoever asks`() async throws {
        let world = try await TaskWorld()
        try await world.run {
            try await world.submit(.sample("1", retryOn: [.failed]))
            await world.journal.wait(for: .ran("1", stage: 0))
            async let first = cancel(world, "1")
            async let second = world.dispatcher.cancel(task: "tsk_1", organization: nil)
            for task in [try await first, try await second] { #expect(task?.status == .cancelled) }
        }
        #expect(world.journal.count(of: .closed("1")) == 1)
        let attempts = try await world.store.attempts(task: "tsk_1", limit: 9)
        #expect(attempts.map(\.status) == [.cancelled])
    }

    @Test func `a task whose attempt was cancelled as an execution is cancelled`() async throws {
        let world = try await TaskWorld()
        try await world.run {
            try await world.submit(.sample("1"))
            await world.journal.wait(for: .ran("1", stage: 0))
            guard case .running(let attempt) = try await world.task("1")?.state else {
                Issue.record("it does not run")
                return
            }
            _ = try await world.queue.cancel(id: attempt.execution, organization: "org_a")
            await world.awaitTask("1", .cancelled)
        }
    }

    @Test func `a task that is cancelled as it starts has one outcome`() async throws {
        let journal = Journal()
        let gates = Gates()
        let world = try await TaskWorld(door: { name in
            guard name == "charge" else { return }
            journal.record(.heard(name))
            try await gates.pass(name)
        })
        try await world.run {
            try await world.submit(.sample("1"))
            await journal.wait(for: .heard("charge"))
            // The task starts in one transaction with its execution.
            #expect(try await world.task("1")?.status == .queued)
            async let cancelled = cancel(world, "1")
            gates.open("charge")
            #expect(try await cancelled?.status == .cancelled)
        }
        #expect(try await world.task("1")?.status == .cancelled)
        let attempts = try await world.store.attempts(task: "tsk_1", limit: 9)
        #expect(attempts.map(\.status) == [.cancelled])
    }

    @Test func `who cancels too late is told how it ended`() async throws {
        let journal = Journal()
        let gates = Gates()
        let world = try await TaskWorld(door: { name in
            guard name == "end" else { return }
            journal.record(.heard(name))
            try await gates.pass(name)
        })
        world.gates.open("1")
        try await world.run {
            try await world.submit(.sample("1"))
            await journal.wait(for: .heard("end"))
            async let cancelled = cancel(world, "1")
            gates.open("end")
            do {
                _ = try await cancelled
                Issue.record("it was cancelled")
            } catch let refusal as TaskEnded {
                #expect(refusal.task.status == .succeeded)
            }
        }
    }

    @Test func `another organization's task is none, nor one that is not there`() async throws {
        let world = try await TaskWorld()
        try await world.run {
            try await world.submit(.sample("1", organization: "org_b"))
            #expect(try await cancel(world, "1") == nil)
            #expect(try await cancel(world, "2") == nil)
        }
        #expect(try await world.task("1")?.status == .running)
    }
}
