import Domain
import Foundation
import TestSupport
import Testing

@testable import Queue

/// Draining before a stop, and recovery after a start.
@Suite(.guardedAgainstHanging) struct RestartTests {
    // MARK: Recovering

    @Test func `accepted work is run after a restart without being charged again`() async throws {
        let before = World(slots: 1)
        for name in ["1", "2", "3"] { try await before.submit(name, durability: .accepted) }

        let after = World(slots: 1, store: before.store, journal: before.journal)
        for name in ["1", "2", "3"] { after.gates.open(name) }
        try await after.queue.recover()
        for name in ["1", "2", "3"] {
            await after.journal.wait(for: .saved(name, .succeeded, deliveries: 0))
        }
        let standing = try await after.queue.standing(of: .pro)
        #expect(standing.standings.map(\.remaining) == [997])
    }

    @Test func `an execution that was running is run again`() async throws {
        let world = World()
        await world.store.put(
            Execution.sample(
                "1",
                createdAt: world.clock.date,
                state: .running(since: world.clock.date)
            )
        )
        world.gates.open("1")
        try await world.queue.recover()
        await world.journal.wait(for: .saved("1", .succeeded, deliveries: 0))
    }

    @Test func `more is recovered than the queue has room for, oldest first`() async throws {
        let world = World(slots: 1, queueCapacity: 1)
        for index in 0..<5 {
            await world.store.put(
                Execution.sample(
                    "\(index)",
                    createdAt: world.clock.date.addingTimeInterval(Double(index))
                )
            )
        }
        try await world.queue.recover()
        #expect(world.queue.load == (queued: 4, running: 1))
        await #expect(throws: SubmissionRefusal.self) {
            try await world.submit("new", from: .organization("new"))
        }
        for index in 0..<5 { world.gates.open("\(index)") }
        await world.journal.wait(for: .saved("4", .succeeded, deliveries: 0))
        let order = world.journal.events.compactMap { event in
            if case .opened(let name) = event { name } else { nil }
        }
        #expect(order == ["0", "1", "2", "3", "4"])
    }

    @Test func `a recovered execution counts as concurrent`() async throws {
        let world = World()
        await world.store.put(
            Execution(
                id: "1",
                owner: .organization("a"),
                request: .named("1"),
                createdAt: world.clock.date,
                state: .queued
            )
        )
        try await world.queue.recover()
        let caller = Caller.organization("a", concurrent: 1)
        await #expect(throws: SubmissionRefusal.self) { try await world.submit("2", from: caller) }
        world.gates.open("1")
        await world.journal.wait(for: .saved("1", .succeeded, deliveries: 0))
    }

    @Test func `recovering twice runs once`() async throws {
        let world = World()
        await world.store.put(
            Execution.sample("1", createdAt: world.clock.date)
        )
        for _ in 0..<2 { try await world.queue.recover() }
        world.gates.open("1")
        await world.journal.wait(for: .saved("1", .succeeded, deliveries: 0))
        #expect(world.journal.count(of: .opened("1")) == 1)
    }

    @Test func `an accepted execution whose runtime is gone ends as our fault`() async throws {
        let before = World()
        try await before.submit("1", durability: .accepted)
        await before.journal.wait(for: .begun("1", attempt: 1))
        let after = World(store: before.store, journal: before.journal, runtimes: [.cLanguage])
        try await after.queue.recover()
        #expect(await after.store.stored("1")?.status == .internalError)
        #expect(after.journal.count(of: .refunded("org:pro")) == 1)
    }

    // MARK: Claims

    @Test func `the lease is kept for as long as the queue works`() async {
        let journal = Journal()
        let world = World(
            journal: journal,
            pause: { duration in
                journal.record(.paused(duration))
                if journal.count(of: .heard("heartbeat")) == 2 { throw CancellationError() }
            }
        )
        await world.queue.keepLease()
        #expect(journal.count(of: .heard("heartbeat")) == 2)
        #expect(journal.count(of: .paused(.seconds(20))) == 3)
    }

    @Test func `of what another worker has claimed meanwhile nothing is written`() async throws {
        let world = World()
        let running = try await world.submit("1", durability: .accepted)
        await world.journal.wait(for: .begun("1", attempt: 1))
        await world.store.lose("1")
        world.gates.open("1")
        // The other worker's end counts, on the existing charge.
        await #expect(throws: ClaimLost()) { try await running.finished() }
        #expect(world.journal.count(of: .heard("claim lost")) == 1)
        #expect(world.journal.count(of: .refunded("org:pro")) == 0)
        #expect(await world.store.stored("1")?.status == .running)
    }

    @Test func `what is left to the next start is nobody's`() async throws {
        let world = World()
        for name in ["1", "2"] { try await world.submit(name, durability: .accepted) }
        #expect(await world.store.holds("1"))
        #expect(await world.store.holds("2"))
        await world.queue.drain(grace: .zero)
        #expect(await !world.store.holds("1"))
        #expect(await !world.store.holds("2"))
    }

    // MARK: Draining

    @Test func `nothing is taken up while the service stops`() async throws {
        let world = World()
        let execution = Execution.sample("1", createdAt: world.clock.date)
        await world.store.put(execution)
        await world.queue.drain(grace: .zero)
        try await world.queue.recover()
        #expect(await !world.store.holds("1"))
        #expect(world.queue.load == (queued: 0, running: 0))
    }

    @Test func `running executions finish within the grace`() async throws {
        let gates = Gates()
        let world = World(pause: { _ in try await gates.pass("never") })
        let running = try await world.submit("1")
        let draining = Task { await world.queue.drain(grace: .seconds(30)) }
        world.gates.open("1")
        await draining.value
        #expect(try await running.finished().status == .succeeded)
        #expect(world.journal.count(of: .closed("1")) == 1)
    }

    @Test func `a draining queue takes no new work`() async throws {
        let world = World()
        await world.queue.drain(grace: .seconds(30))
        await #expect(throws: SubmissionRefusal.draining) { try await world.submit("1") }
        #expect(world.records.isEmpty || world.records == [.paused(.seconds(30))])
        let standing = try await world.queue.standing(of: .pro)
        #expect(standing.standings.map(\.remaining) == [1_000])
    }

    @Test func `after the grace what runs is cut short and given back`() async throws {
        let world = World(slots: 2)
        let sync = try await world.submit("sync")
        let accepted = try await world.submit("accepted", durability: .accepted)
        await world.journal.wait(for: .ran("sync", stage: 0))
        await world.journal.wait(for: .ran("accepted", stage: 0))
        await world.queue.drain(grace: .seconds(30))

        #expect(world.journal.count(of: .paused(.seconds(30))) == 1)
        #expect(try await sync.finished().status == .cancelled)
        await #expect(throws: SubmissionRefusal.draining) { try await accepted.finished() }
        #expect(await world.store.stored("accepted")?.status == .queued)
        #expect(world.journal.count(of: .refunded("org:pro")) == 1)
        for name in ["sync", "accepted"] { #expect(world.journal.count(of: .closed(name)) == 1) }
        #expect(world.queue.load == (queued: 0, running: 0))
    }

    @Test func `what is queued stays on disk or is turned away`() async throws {
        let gates = Gates()
        let world = World(slots: 1, pause: { _ in try await gates.pass("never") })
        try await world.submit("running")
        let accepted = try await world.submit("accepted", durability: .accepted)
        let sync = try await world.submit("sync")
        let draining = Task { await world.queue.drain(grace: .seconds(30)) }
        await #expect(throws: SubmissionRefusal.draining) { try await sync.finished() }
        await #expect(throws: SubmissionRefusal.draining) { try await accepted.finished() }
        world.gates.open("running")
        await draining.value

        #expect(await world.store.stored("accepted")?.status == .queued)
        #expect(await world.store.stored("sync") == nil)
        #expect(world.journal.count(of: .refunded("org:pro")) == 1)
        for name in ["accepted", "sync"] { #expect(world.journal.count(of: .opened(name)) == 0) }
    }

    @Test func `work that was cut short by a drain is done after the restart`() async throws {
        let before = World()
        try await before.submit("1", durability: .accepted)
        await before.journal.wait(for: .ran("1", stage: 0))
        await before.queue.drain(grace: .zero)
        let after = World(store: before.store, journal: before.journal)
        after.gates.open("1")
        try await after.queue.recover()
        await after.journal.wait(for: .saved("1", .succeeded, deliveries: 0))
    }

    @Test func `a submission that was being admitted when the drain began is turned away`()
        async throws
    {
        let journal = Journal()
        let gates = Gates()
        let store = MemoryStore(
            journal: journal,
            chargeGate: {
                journal.record(.heard("charging"))
                try await gates.pass("charge")
            }
        )
        let world = World(
            store: store,
            journal: journal,
            pause: { _ in
                journal.record(.heard("draining"))
                try await gates.pass("never")
            }
        )
        let submitting = Task { try await world.submit("1") }
        await journal.wait(for: .heard("charging"))
        let draining = Task { await world.queue.drain(grace: .seconds(30)) }
        await journal.wait(for: .heard("draining"))
        gates.open("charge")
        await #expect(throws: SubmissionRefusal.draining) { try await submitting.value }
        await draining.value
        #expect(journal.count(of: .refunded("org:pro")) == 1)
        #expect(journal.count(of: .opened("1")) == 0)
    }
}
