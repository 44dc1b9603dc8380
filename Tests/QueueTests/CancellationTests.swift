import Domain
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Queue

@Suite(.guardedAgainstHanging) struct CancellationTests {
    private func cancel(_ id: String, in world: World) async throws -> Execution? {
        try await world.queue.cancel(id: id, organization: "pro")
    }

    @Test func `a cancelled execution is never started`() async throws {
        let world = World(slots: 1)
        let running = try await world.submit("1")
        let queued = try await world.submit("2", durability: .accepted)
        let cancelled = try await cancel("2", in: world)
        #expect(cancelled?.state == .cancelled(startedAt: nil, finishedAt: world.clock.date))
        #expect(await world.store.stored("2") == cancelled)
        #expect(try await queued.finished() == cancelled)
        world.gates.open("1")
        _ = try await running.finished()
        world.gates.open("3")
        _ = try await world.submit("3").finished()
        #expect(world.journal.count(of: .opened("2")) == 0)
        #expect(world.queue.load == (queued: 0, running: 0))
    }

    @Test func `cancelling a running execution ends its jail and is written down first`()
        async throws
    {
        let world = World()
        try await world.submit("1", durability: .accepted) {
            $0.callbackURL = "https://example.com"
        }
        await world.journal.wait(for: .ran("1", stage: 0))
        let cancelled = try await cancel("1", in: world)
        let now = world.clock.date
        #expect(cancelled?.state == .cancelled(startedAt: now, finishedAt: now))
        #expect(await world.store.stored("1") == cancelled)
        #expect(world.journal.count(of: .closed("1")) == 1)
        #expect(world.journal.count(of: .saved("1", .cancelled, deliveries: 1)) == 1)
    }

    @Test func `a cancelled execution keeps its charge`() async throws {
        let world = World(slots: 1)
        for name in ["1", "2"] { try await world.submit(name) }
        for name in ["1", "2"] { _ = try await cancel(name, in: world) }
        let standing = try await world.queue.standing(of: .pro)
        #expect(standing.standings.map(\.remaining) == [998])
    }

    @Test func `a cancelled execution makes room for the next`() async throws {
        let world = World(slots: 1)
        try await world.submit("1")
        let next = try await world.submit("2")
        _ = try await cancel("1", in: world)
        world.gates.open("2")
        #expect(try await next.finished().status == .succeeded)
    }

    @Test func `another organization's execution cannot be cancelled and is not there`()
        async throws
    {
        let world = World()
        let submission = try await world.submit("1", durability: .accepted)
        let answer = try await world.queue.cancel(id: "1", organization: "other")
        #expect(answer == nil)
        world.gates.open("1")
        #expect(try await submission.finished().status == .succeeded)
    }

    @Test func `a finished execution cannot be cancelled`() async throws {
        let world = World()
        world.gates.open("1")
        let finished = try await world.submit("1").finished()
        await #expect(throws: CancellationRefusal(execution: finished)) {
            try await cancel("1", in: world)
        }
        #expect(try await cancel("unheard of", in: world) == nil)
    }

    @Test func `what is queued on disk only is cancelled there`() async throws {
        let world = World()
        let execution = Execution.sample("1", createdAt: world.clock.date)
        await world.store.put(execution)
        #expect(try await cancel("1", in: world)?.status == .cancelled)
        #expect(await world.store.stored("1")?.status == .cancelled)
    }

    @Test func `what another worker runs is not cancelled behind its back`() async throws {
        let world = World()
        let execution = Execution.sample(
            "1",
            createdAt: world.clock.date,
            state: .running(since: world.clock.date)
        )
        await world.store.put(execution)
        await world.store.lose("1")
        await #expect(throws: ClaimLost()) { try await cancel("1", in: world) }
        #expect(await world.store.stored("1")?.status == .running)
    }

    @Test func `an execution cancelled while it is being admitted is never started`() async throws {
        let journal = Journal()
        let gates = Gates()
        let store = MemoryStore(
            journal: journal,
            chargeGate: {
                journal.record(.heard("charging"))
                try await gates.pass("charge")
            }
        )
        let world = World(store: store, journal: journal)
        let submitting = Task { try await world.submit("1").finished() }
        await journal.wait(for: .heard("charging"))
        let cancelling = Task { try await cancel("1", in: world) }
        world.queue.interrupt("1", by: .caller)
        gates.open("charge")
        #expect(try await submitting.value.status == .cancelled)
        _ = await cancelling.result
        #expect(world.journal.count(of: .opened("1")) == 0)
    }

    @Test func `an execution cancelled while its jail is being asked for is not run to its end`()
        async throws
    {
        let queue = Mutex<ExecutionQueue?>(nil)
        let world = World(opening: { _ in
            queue.withLock { $0 }?.interrupt("1", by: .caller)
        })
        queue.withLock { $0 = world.queue }
        #expect(try await world.submit("1").finished().status == .cancelled)
        #expect(world.journal.count(of: .closed("1")) == 1)
        #expect(world.queue.load == (queued: 0, running: 0))
    }

    // MARK: Disconnects

    @Test func `a caller who hangs up has its jail closed`() async throws {
        let world = World()
        let caller = Task { try await world.submit("1").finished() }
        await world.journal.wait(for: .ran("1", stage: 0))
        caller.cancel()
        #expect(try await caller.value.status == .cancelled)
        #expect(world.journal.count(of: .closed("1")) == 1)
        #expect(world.queue.load == (queued: 0, running: 0))
    }

    @Test func `a caller who hangs up while queued is never run`() async throws {
        let world = World(slots: 1)
        let running = try await world.submit("1")
        let queued = try await world.submit("2", durability: .nothing)
        let caller = Task { try await queued.finished() }
        caller.cancel()
        #expect(try await caller.value.status == .cancelled)
        world.gates.open("1")
        _ = try await running.finished()
        #expect(world.journal.count(of: .opened("2")) == 0)
    }

    @Test func `an accepted execution outlives its caller`() async throws {
        let world = World()
        let submission = try await world.submit("1", durability: .accepted)
        let caller = Task { try await submission.finished() }
        await world.journal.wait(for: .ran("1", stage: 0))
        caller.cancel()
        await #expect(throws: CancellationError.self) { try await caller.value }
        world.gates.open("1")
        #expect(try await submission.finished().status == .succeeded)
    }

    @Test func `a submission that nobody waits for runs to its end`() async throws {
        let world = World()
        world.gates.open("1")
        try await world.submit("1")
        await world.journal.wait(for: .saved("1", .succeeded, deliveries: 0))
    }

    @Test func `every outcome closes the jail exactly once`() async throws {
        let gates = Gates()
        let world = World(slots: 4) { jail, _, _, _ in
            switch jail {
            case "faults": throw SandboxError.unavailable
            case "fails": return .exited(1)
            case "hangs": try await gates.pass("never")
            default: break
            }
            return .exited(0)
        }
        let hanging = try await world.submit("hangs")
        for name in ["works", "fails", "faults"] { _ = try await world.submit(name).finished() }
        _ = try await cancel("hangs", in: world)
        _ = try await hanging.finished()
        for name in ["works", "fails", "faults", "hangs"] {
            let opened = world.journal.count(of: .opened(name))
            #expect(world.journal.count(of: .closed(name)) == opened)
            #expect(opened <= 1)
        }
    }
}
