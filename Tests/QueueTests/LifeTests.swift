import Domain
import Foundation
import TestSupport
import Testing

@testable import Queue

/// The steps from the slot to the end: results, faults and stored ends.
@Suite(.guardedAgainstHanging) struct LifeTests {
    private func left(_ world: World, of caller: Caller = .pro) async throws -> [Int] {
        try await world.queue.standing(of: caller).standings.map(\.remaining)
    }

    @Test func `a finished execution carries its times and its result`() async throws {
        let world = World()
        let submission = try await world.submit("1")
        let start = world.clock.date
        await world.journal.wait(for: .ran("1", stage: 0))
        world.clock.advance(seconds: 2)
        world.gates.open("1")
        let execution = try await submission.finished()
        guard case .finished(let result, let startedAt, let finishedAt) = execution.state else {
            Issue.record("did not finish")
            return
        }
        #expect(result.status == .succeeded)
        #expect(startedAt == start)
        #expect(finishedAt == start.addingTimeInterval(2))
        #expect(await world.store.stored("1") == execution)
    }

    // Each execution starts the next.
    @Test func `a long queue of executions that fail at once is worked off`() async throws {
        let names = (0..<20_000).map { "fails \($0)" }
        let world = World(
            slots: 1,
            queueCapacity: 4 * names.count,
            opening: { order in
                if order.files[0].content.starts(with: Data("fails".utf8)) {
                    throw SandboxError.refused(reason: "it is a test")
                }
            }
        )
        let first = try await world.submit("1")
        var submissions: [any Submission] = []
        for name in names {
            submissions.append(
                try await world.submit(
                    name,
                    from: .organization("many", perDay: nil),
                    durability: .nothing
                )
            )
        }
        world.gates.open("1")
        _ = try await first.finished()
        for submission in submissions {
            #expect(try await submission.finished().status == .internalError)
        }
    }

    @Test func `a stranger's execution is not written down`() async throws {
        let world = World()
        world.gates.open("1")
        _ = try await world.submit("1", durability: .nothing).finished()
        #expect(world.records.isEmpty)
    }

    @Test func `deliveries are stored before anyone hears of the end`() async throws {
        let world = World()
        let submission = try await world.submit("1", durability: .accepted) {
            $0.callbackURL = "https://example.com/hook"
        }
        let waiter = Task {
            _ = try await submission.finished()
            world.journal.record(.heard("1"))
        }
        await world.journal.wait(for: .ran("1", stage: 0))
        await world.journal.wait(for: .begun("1", attempt: 1))
        #expect(await world.store.stored("1")?.status == .running)
        world.gates.open("1")
        try await waiter.value
        #expect(
            world.records == [
                .saved("1", .queued, deliveries: 0), .saved("1", .succeeded, deliveries: 1),
                .deliveriesSaved, .heard("1"),
            ]
        )
        let delivery = try #require(await world.store.allDeliveries().first)
        #expect(delivery.id.hasPrefix("msg_"))
        #expect(delivery.id.count == 30)
        #expect(delivery.organization == "pro")
        #expect(delivery.subject == .execution("1"))
        #expect(delivery.url == "https://example.com/hook")
        #expect(delivery.body == Data("body of 1: succeeded".utf8))
        #expect(delivery.state == .pending(nextAttemptAt: world.clock.date))
    }

    @Test func `without a callback nobody is told of deliveries`() async throws {
        let world = World()
        world.gates.open("1")
        _ = try await world.submit("1").finished()
        #expect(world.records == [.saved("1", .succeeded, deliveries: 0)])
    }

    @Test func `a fault is reported, stored, and the charge given back`() async throws {
        let world = World(script: { _, _, _, _ in throw SandboxError.unavailable })
        let execution = try await world.submit("1").finished()
        #expect(execution.status == .internalError)
        #expect(
            world.records == [.saved("1", .internalError, deliveries: 0), .refunded("org:pro")]
        )
        #expect(try await left(world) == [1_000])
        #expect(world.journal.count(of: .closed("1")) == 1)
    }

    @Test func `a fault of an uncharged caller gives nothing back`() async throws {
        let world = World(script: { _, _, _, _ in throw SandboxError.unavailable })
        let caller = Caller.organization("free", perDay: nil)
        _ = try await world.submit("1", from: caller).finished()
        #expect(world.records == [.saved("1", .internalError, deliveries: 0)])
    }

    @Test func `a program's failure is charged`() async throws {
        let world = World(script: { _, _, _, _ in .exited(1) })
        #expect(try await world.submit("1").finished().status == .failed)
        #expect(try await left(world) == [999])
    }

    @Test func `one fault does not poison the rest`() async throws {
        let world = World(
            slots: 1,
            script: { jail, _, _, _ in
                if jail == "2" { throw SandboxError.unavailable }
                return .exited(0)
            },
            opening: { order in
                if order.files.first?.content == Data("1".utf8) {
                    throw SandboxError.broken(site: "clone", errno: 11)
                }
            }
        )
        var statuses: [Execution.Status] = []
        for name in ["1", "2", "3", "4"] {
            statuses.append(try await world.submit(name).finished().status)
        }
        #expect(statuses == [.internalError, .internalError, .succeeded, .succeeded])
        #expect(world.queue.load == (queued: 0, running: 0))
    }

    @Test func `a result that cannot be stored is the waiter's error and not charged`() async throws
    {
        let world = World()
        let submission = try await world.submit("1")
        await world.store.failSaves(1)
        world.gates.open("1")
        await #expect(throws: (any Error).self) { try await submission.finished() }
        #expect(world.records == [.saveFailed("1"), .refunded("org:pro")])
        world.gates.open("2")
        #expect(try await world.submit("2").finished().status == .succeeded)
    }

    @Test func `storing an accepted execution is tried again until it works`() async throws {
        let world = World()
        let submission = try await world.submit("1", durability: .accepted)
        await world.store.failSaves(2)
        world.gates.open("1")
        #expect(try await submission.finished().status == .succeeded)
        #expect(
            world.records == [
                .saved("1", .queued, deliveries: 0), .saveFailed("1"),
                .paused(.milliseconds(100)), .saveFailed("1"), .paused(.milliseconds(200)),
                .saved("1", .succeeded, deliveries: 0),
            ]
        )
    }

    @Test func `an accepted execution is stored however long the store fails`() async throws {
        let world = World()
        let submission = try await world.submit("1", durability: .accepted)
        await world.store.failSaves(50)
        world.gates.open("1")
        #expect(try await submission.finished().status == .succeeded)
        #expect(world.journal.count(of: .saveFailed("1")) == 50)
        let pauses = world.records.compactMap { event in
            if case .paused(let duration) = event { duration } else { nil }
        }
        #expect(pauses.max() == .milliseconds(6_400))
        #expect(await world.store.stored("1")?.status == .succeeded)
    }

    @Test func `before a stop, an accepted execution that cannot be stored is left unfinished`()
        async throws
    {
        let world = World(pause: { _ in })
        let submission = try await world.submit("1", durability: .accepted)
        await world.journal.wait(for: .begun("1", attempt: 1))
        await world.store.failSaves(.max)
        world.gates.open("1")
        await world.journal.wait(for: .saveFailed("1"))
        await world.queue.drain(grace: .seconds(30))
        await #expect(throws: (any Error).self) { try await submission.finished() }
        #expect(await world.store.stored("1")?.isFinished == false)
        #expect(world.journal.count(of: .refunded("org:pro")) == 0)
    }

    @Test func `an execution is current until it is stored and its owner's alone`() async throws {
        let world = World(slots: 1)
        let first = try await world.submit("1")
        try await world.submit("2")
        let queue = world.queue
        #expect(await queue.current(id: "1", organization: "pro")?.status == .running)
        #expect(await queue.current(id: "2", organization: "pro")?.status == .queued)
        #expect(await queue.current(id: "1", organization: "other") == nil)
        world.gates.open("1")
        _ = try await first.finished()
        #expect(await queue.current(id: "1", organization: "pro") == nil)
    }

    @Test func `waiting ends with the execution`() async throws {
        let gates = Gates()
        let world = World(pause: { _ in try await gates.pass("never") })
        try await world.submit("1")
        let waiter = Task {
            await world.queue.wait(id: "1", organization: "pro", upTo: .seconds(60))
            return await world.store.stored("1")?.status
        }
        world.gates.open("1")
        #expect(await waiter.value == .succeeded)
    }

    @Test func `waiting ends when the time is over, and the execution goes on`() async throws {
        let world = World()
        let submission = try await world.submit("1")
        await world.queue.wait(id: "1", organization: "pro", upTo: .seconds(60))
        #expect(world.records == [.paused(.seconds(60))])
        #expect(await world.queue.current(id: "1", organization: "pro")?.status == .running)
        world.gates.open("1")
        #expect(try await submission.finished().status == .succeeded)
    }

    @Test func `waiting for what is not there is over at once`() async throws {
        let world = World()
        try await world.submit("1")
        await world.queue.wait(id: "1", organization: "other", upTo: .seconds(60))
        await world.queue.wait(id: "2", organization: "pro", upTo: .seconds(60))
        #expect(world.records.isEmpty)
    }
}
