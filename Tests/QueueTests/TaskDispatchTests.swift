import Domain
import Foundation
import TestSupport
import Testing

@testable import Queue

/// The times at which tasks start, and the organizations that are charged.
@Suite(.guardedAgainstHanging) struct TaskDispatchTests {
    @Test func `a task is run in its organization's name, and charged to it`() async throws {
        let world = try await TaskWorld()
        world.gates.open("1")
        try await world.run {
            try await world.submit(.sample("1"))
            await world.awaitTask("1", .succeeded)
        }
        let task = try #require(try await world.task("1"))
        #expect(task.attempts == 1)
        guard case .ended(.succeeded, let last?, _) = task.state else {
            Issue.record("it ended otherwise")
            return
        }
        let execution = try await world.store.execution(
            id: last.execution,
            organization: "org_a"
        )
        #expect(execution?.request.task == "tsk_1")
        #expect(execution?.status == .succeeded)
        #expect(last.execution.hasPrefix("exe_"))
        #expect(try await world.charged() == 1)
        #expect(try await world.charged("org_b") == 0)
    }

    // MARK: Turns

    @Test func `the highest priority comes first, then the oldest`() async throws {
        let world = try await TaskWorld(slots: 1)
        try await world.run {
            try await world.submit(.sample("running"))
            await world.journal.wait(for: .opened("running"))
            let start = world.clock.date
            for (name, priority, age) in [
                ("low", -1, 9.0), ("young", 0, 1), ("old", 0, 2), ("high", 100, 0),
            ] {
                try await world.submit(
                    .sample(
                        name,
                        priority: priority,
                        createdAt: start.addingTimeInterval(-age)
                    )
                )
            }
            for name in ["running", "high", "old", "young", "low"] { world.gates.open(name) }
            await world.awaitTask("low", .succeeded)
        }
        #expect(world.jails == ["running", "high", "old", "young", "low"])
    }

    @Test func `organizations take turns`() async throws {
        let world = try await TaskWorld(slots: 1)
        try await world.run {
            try await world.submit(.sample("a1"), .sample("a2"), .sample("a3"))
            await world.journal.wait(for: .opened("a1"))
            try await world.submit(
                .sample("b1", organization: "org_b"),
                .sample("b2", organization: "org_b")
            )
            for name in ["a1", "a2", "a3", "b1", "b2"] { world.gates.open(name) }
            await world.awaitTask("a3", .succeeded)
        }
        #expect(world.jails == ["a1", "b1", "a2", "b2", "a3"])
    }

    @Test func `as many are under way as there are slots`() async throws {
        let world = try await TaskWorld(slots: 2)
        try await world.run {
            for name in ["1", "2", "3"] { try await world.submit(.sample(name)) }
            for name in ["1", "2"] { await world.journal.wait(for: .opened(name)) }
            await world.journal.wait(for: .paused(.seconds(60)))
            #expect(
                try await world.store.taskCounts() == [.scheduled: 0, .queued: 1, .running: 2]
            )
            world.gates.open("3")
            world.gates.open("1")
            await world.awaitTask("3", .succeeded)
        }
    }

    @Test func `a task is not begun before its time`() async throws {
        let world = try await TaskWorld()
        world.gates.open("1")
        try await world.run {
            let time = world.clock.date.addingTimeInterval(30)
            try await world.submit(.sample("1", runAfter: time))
            await world.journal.wait(for: .paused(.seconds(30)))
            #expect(try await world.task("1")?.state == .scheduled(at: time))
            world.clock.advance(seconds: 29)
            #expect(world.jails.isEmpty)
            world.clock.advance(seconds: 1)
            await world.awaitTask("1", .succeeded)
        }
    }

    // MARK: Rates

    private static func rates(
        perSecond: Rates.PerSecond? = nil,
        perMinute: Int? = nil,
        concurrent: Int? = nil
    ) -> Plan {
        .test(
            Rates(
                perSecond: perSecond,
                perMinute: perMinute,
                perDay: nil,
                concurrent: concurrent
            )
        )
    }

    @Test func `what the plan's rate refuses waits without using up an attempt`() async throws {
        let world = try await TaskWorld(slots: 2)
        world.set(Self.rates(perMinute: 1), of: "org_a")
        for name in ["1", "2", "b"] { world.gates.open(name) }
        try await world.run {
            try await world.submit(.sample("1"))
            await world.awaitTask("1", .succeeded)
            world.clock.advance(seconds: 20)
            try await world.submit(.sample("2"), .sample("b", organization: "org_b"))
            await world.awaitTask("b", .succeeded)
            await world.journal.wait(for: .paused(.seconds(40)))
            let waiting = try await world.task("2")
            #expect(waiting?.state == .queued)
            #expect(waiting?.attempts == 0)
            #expect(waiting?.attemptsLeft == 3)
            world.clock.advance(seconds: 40)
            await world.awaitTask("2", .succeeded)
        }
        #expect(try await world.task("2")?.attempts == 1)
    }

    @Test func `the rate of a second is kept to, and its penalty never met`() async throws {
        let world = try await TaskWorld(slots: 1)
        let plan = Self.rates(perSecond: .init(limit: 1, penaltySeconds: 30))
        world.set(plan, of: "org_a")
        for name in ["1", "2"] { world.gates.open(name) }
        try await world.run {
            try await world.submit(.sample("1"), .sample("2"))
            await world.awaitTask("1", .succeeded)
            await world.journal.wait(for: .paused(.seconds(1)))
            world.clock.advance(seconds: 1)
            await world.awaitTask("2", .succeeded)
        }
    }

    @Test func `one more at once is begun when one has ended`() async throws {
        let world = try await TaskWorld(slots: 2)
        world.set(Self.rates(concurrent: 1), of: "org_a")
        try await world.run {
            try await world.submit(.sample("1"), .sample("2"))
            await world.journal.wait(for: .paused(.seconds(1)))
            #expect(try await world.task("2")?.state == .queued)
            for name in ["1", "2"] { world.gates.open(name) }
            await world.awaitTask("2", .succeeded)
        }
        #expect(world.jails == ["1", "2"])
    }

    @Test func `what finds the queue full waits as long as it is told to`() async throws {
        let world = try await TaskWorld(slots: 1, queueCapacity: 1)
        for name in ["1", "2"] {
            _ = try await world.queue.submit(
                .named(name),
                from: .organization("org_b"),
                id: name,
                durability: .result
            )
        }
        world.gates.open("task")
        try await world.run {
            try await world.submit(.sample("task"))
            await world.journal.wait(for: .paused(.seconds(2)))
            #expect(try await world.task("task")?.attemptsLeft == 3)
            for name in ["1", "2"] { world.gates.open(name) }
            await world.journal.wait(for: .closed("2"))
            world.clock.advance(seconds: 2)
            await world.awaitTask("task", .succeeded)
        }
        #expect(try await world.task("task")?.attempts == 1)
    }

    @Test func `an organization whose plan is gone is asked about again after a minute`()
        async throws
    {
        let world = try await TaskWorld()
        world.set(nil, of: "org_a")
        for name in ["a", "b"] { world.gates.open(name) }
        try await world.run {
            try await world.submit(.sample("a"), .sample("b", organization: "org_b"))
            await world.awaitTask("b", .succeeded)
            world.set(Self.rates(), of: "org_a")
            await world.journal.wait(for: .paused(.seconds(60)))
            world.clock.advance(seconds: 60)
            await world.awaitTask("a", .succeeded)
        }
    }
}
