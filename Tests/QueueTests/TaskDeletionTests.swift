import Domain
import Foundation
import SQLiteStore
import TemporaryStore
import TestSupport
import Testing

@testable import Queue

/// Tasks whose project is deleted: first from the store, then from the queue.
@Suite(.guardedAgainstHanging) struct TaskDeletionTests {
    private func world(
        door: @escaping @Sendable (String) async throws -> Void = { _ in }
    ) async throws -> TaskWorld {
        let world = try await TaskWorld(slots: 1, door: door)
        let project = Project(
            id: "prj_1",
            organization: "org_a",
            name: "x",
            createdAt: world.clock.date,
            updatedAt: world.clock.date
        )
        #expect(try await world.disk.store.insert(project, limit: 9))
        return world
    }

    private func forget(in world: TaskWorld) async throws {
        _ = try await world.disk.store.deleteProject(id: "prj_1", organization: "org_a")
    }

    private func delete(in world: TaskWorld) async throws {
        try await forget(in: world)
        await world.queue.cancelAll(project: "prj_1")
    }

    @Test func `what runs of it leaves nothing, what waits is never begun, and the rest goes on`()
        async throws
    {
        let world = try await world()
        try await world.run {
            try await world.submit(
                .sample("1", callbackURL: "https://example.com/task", project: "prj_1"),
                .sample("2", project: "prj_1"),
                .sample("3")
            )
            await world.journal.wait(for: .ran("1", stage: 0))
            world.gates.open("3")
            try await delete(in: world)
            await world.awaitTask("3", .succeeded)
        }
        #expect(world.jails == ["1", "3"])
        #expect(world.journal.count(of: .closed("1")) == 1)
        for name in ["1", "2"] { #expect(try await world.task(name) == nil) }
        #expect(try await world.deliveries().isEmpty)
        #expect(try await world.store.attempts(task: "tsk_1", limit: 9).isEmpty)
    }

    @Test func `a task that is begun as its project is deleted is gone`() async throws {
        let journal = Journal()
        let gates = Gates()
        let world = try await world(door: { name in
            guard name == "charge" else { return }
            journal.record(.heard(name))
            try await gates.pass(name)
        })
        world.gates.open("2")
        try await world.run {
            try await world.submit(.sample("1", project: "prj_1"))
            await journal.wait(for: .heard("charge"))
            try await forget(in: world)
            let telling = Task.immediate { await world.queue.cancelAll(project: "prj_1") }
            async let cancelled = world.dispatcher.cancel(task: "tsk_1", organization: "org_a")
            gates.open("charge")
            await telling.value
            #expect(try await cancelled?.status != .succeeded)
            try await world.submit(.sample("2"))
            await world.awaitTask("2", .succeeded)
        }
        #expect(world.jails == ["2"])
        #expect(try await world.task("1") == nil)
    }
}
