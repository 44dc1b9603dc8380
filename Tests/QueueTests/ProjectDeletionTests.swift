import Domain
import Foundation
import TestSupport
import Testing

@testable import Queue

/// Executions whose project is deleted: first from the store, then from the queue.
@Suite(.guardedAgainstHanging) struct ProjectDeletionTests {
    private func delete(_ project: String, in world: World) async {
        await world.store.deleteProject(project)
        await world.queue.cancelAll(project: project)
    }

    private func remaining(_ world: World) async throws -> [Int] {
        try await world.queue.standing(of: .pro).standings.map(\.remaining)
    }

    @Test(arguments: [Durability.result, .accepted])
    func `what runs and what waits of it is cancelled and not written, and the rest goes on`(
        durability: Durability
    ) async throws {
        let world = World(slots: 1)
        let running = try await world.submit("1", durability: durability) { $0.project = "prj_1" }
        await world.journal.wait(for: .ran("1", stage: 0))
        let queued = try await world.submit("2", durability: durability) { $0.project = "prj_1" }
        let other = try await world.submit("3", durability: durability) { $0.project = "prj_2" }
        let none = try await world.submit("4", durability: durability)

        await delete("prj_1", in: world)
        #expect(world.journal.count(of: .closed("1")) == 1)
        #expect(try await running.finished().status == .cancelled)
        #expect(try await queued.finished().status == .cancelled)
        #expect(world.journal.count(of: .opened("2")) == 0)
        for id in ["1", "2"] {
            #expect(await world.store.stored(id) == nil)
            #expect(await world.queue.current(id: id, organization: "pro") == nil)
            #expect(try await world.queue.cancel(id: id, organization: "pro") == nil)
        }
        for name in ["3", "4"] { world.gates.open(name) }
        #expect(try await other.finished().status == .succeeded)
        #expect(try await none.finished().status == .succeeded)
        #expect(world.queue.load == (queued: 0, running: 0))
    }

    @Test func `a callback that was asked for is not owed any more`() async throws {
        let world = World()
        let submission = try await world.submit("1", durability: .accepted) {
            $0.project = "prj_1"
            $0.callbackURL = "https://example.com"
        }
        await world.journal.wait(for: .ran("1", stage: 0))
        await delete("prj_1", in: world)
        #expect(try await submission.finished().status == .cancelled)
        #expect(await world.store.allDeliveries().isEmpty)
        #expect(world.journal.count(of: .deliveriesSaved) == 0)
    }

    @Test(arguments: [Durability.result, .accepted])
    func `what comes after it is refused, without a charge`(durability: Durability) async throws {
        let world = World()
        await delete("prj_1", in: world)
        await #expect(throws: ProjectGone()) {
            try await world.submit("1", durability: durability) { $0.project = "prj_1" }
        }
        #expect(try await remaining(world) == [1_000])
        #expect(world.queue.load == (queued: 0, running: 0))
        #expect(world.journal.count(of: .opened("1")) == 0)
    }

    @Test func `what is being admitted meanwhile is never started`() async throws {
        let journal = Journal()
        let gates = Gates()
        let store = MemoryStore(
            journal: journal,
            parentsGate: {
                journal.record(.heard("looked"))
                try await gates.pass("parents")
            }
        )
        let world = World(store: store, journal: journal)
        let submitting = Task {
            try await world.submit("1") { $0.project = "prj_1" }.finished()
        }
        await journal.wait(for: .heard("looked"))
        await world.store.deleteProject("prj_1")
        let cancelling = Task.immediate { await world.queue.cancelAll(project: "prj_1") }
        gates.open("parents")
        #expect(try await submitting.value.status == .cancelled)
        await cancelling.value
        #expect(journal.count(of: .opened("1")) == 0)
        #expect(await world.store.stored("1") == nil)
    }

    @Test func `a run that ended before it is told as it ended`() async throws {
        let world = World()
        world.gates.open("1")
        let submission = try await world.submit("1") { $0.project = "prj_1" }
        #expect(try await submission.finished().status == .succeeded)
        await delete("prj_1", in: world)
        #expect(try await submission.finished().status == .succeeded)
        #expect(await world.store.stored("1") == nil)
    }

    @Test func `cancelling what was deleted since it was looked up finds nothing`() async throws {
        let world = World()
        var request = ExecutionRequest.named("1")
        request.project = "prj_1"
        await world.store.deleteProject("prj_1")
        await world.store.put(
            Execution(
                id: "1",
                owner: .organization("pro"),
                request: request,
                createdAt: world.clock.date,
                state: .queued
            )
        )
        #expect(try await world.queue.cancel(id: "1", organization: "pro") == nil)
    }
}
