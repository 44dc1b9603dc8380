import Domain
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Queue

/// Executions that met a fault of ours.
@Suite(.guardedAgainstHanging) struct AttemptTests {
    private static let broken = SandboxError.broken(site: "init", errno: 0)

    /// Creates a world whose jails fail this many times with the error and then succeed.
    private func world(
        failing error: SandboxError,
        times: Int,
        store: MemoryStore? = nil
    ) -> World {
        let left = Counter(times)
        return World(
            store: store,
            script: { _, _, _, _ in
                if left.take() { throw error }
                return .exited(0)
            }
        )
    }

    @Test(arguments: [SandboxError.lost, broken], [Durability.nothing, .result, .accepted])
    func `what met a fault of ours is begun again in another jail, and says so`(
        _ error: SandboxError,
        _ durability: Durability
    ) async throws {
        let world = world(failing: error, times: 2)
        let execution = try await world.submit("1", durability: durability).finished()
        #expect(execution.status == .succeeded)
        #expect(execution.attempts == 3)
        #expect(world.journal.count(of: .opened("1")) == 3)
        #expect(world.journal.count(of: .closed("1")) == 3)
        #expect(world.journal.count(of: .refunded("org:pro")) == 0)
        if durability != .nothing { #expect(await world.store.stored("1") == execution) }
    }

    @Test(arguments: [SandboxError.lost, broken])
    func `the third fault is the end, and the charge is given back`(
        _ error: SandboxError
    ) async throws {
        let world = world(failing: error, times: .max)
        let execution = try await world.submit("1", durability: .accepted).finished()
        #expect(execution.status == .internalError)
        #expect(execution.attempts == 3)
        #expect(world.journal.count(of: .opened("1")) == 3)
        #expect(world.journal.count(of: .refunded("org:pro")) == 1)
    }

    @Test(arguments: [SandboxError.unavailable, .refused(reason: "above ceiling")])
    func `what would be the same again is not tried again`(_ error: SandboxError) async throws {
        let world = world(failing: error, times: 1)
        let execution = try await world.submit("1").finished()
        #expect(execution.status == .internalError)
        #expect(execution.attempts == 1)
    }

    @Test func `a program's own failure is no fault of ours`() async throws {
        let world = World(script: { _, _, _, _ in .exited(1) })
        let execution = try await world.submit("1").finished()
        #expect(execution.status == .failed)
        #expect(execution.attempts == 1)
    }

    @Test func `an attempt of accepted work is written down before its end`() async throws {
        let world = world(failing: .lost, times: 1)
        _ = try await world.submit("1", durability: .accepted).finished()
        let written = world.journal.events.filter {
            switch $0 {
            case .begun, .saved: true
            default: false
            }
        }
        #expect(
            written == [
                .saved("1", .queued, deliveries: 0), .begun("1", attempt: 1),
                .begun("1", attempt: 2), .saved("1", .succeeded, deliveries: 0),
            ]
        )
    }

    @Test func `accepted work waits for a jail as long as it takes, the rest has a bound`()
        async throws
    {
        let world = World(script: { _, _, _, _ in .exited(0) })
        for durability in [Durability.accepted, .result, .nothing] {
            _ = try await world.submit("\(durability)", durability: durability).finished()
        }
        let patience = world.sandbox.jailSpecs.map(\.patience)
        #expect(patience == [nil, AttemptRunner.patience, AttemptRunner.patience])
    }

    @Test func `where no jail will come any more, accepted work is left for the next start`()
        async throws
    {
        let world = World(slots: 1, opening: { _ in throw SandboxError.closed })
        let accepted = try await world.submit("accepted", durability: .accepted)
        await #expect(throws: SubmissionRefusal.draining) { try await accepted.finished() }
        let stored = try #require(await world.store.stored("accepted"))
        #expect(stored.status == .queued)
        #expect(stored.attempts == 0)
        #expect(world.journal.count(of: .refunded("org:pro")) == 0)
        await #expect(throws: SubmissionRefusal.draining) { try await world.submit("next") }
    }

    @Test func `where no jail will come any more, the rest is turned away and given back`()
        async throws
    {
        let gates = Gates()
        let world = World(
            slots: 1,
            script: { _, _, _, _ in
                try await gates.pass("lost")
                throw SandboxError.lost
            },
            opening: { order in
                if gates.isOpen("lost") { throw SandboxError.closed }
            }
        )
        let running = try await world.submit("running")
        let waiting = try await world.submit("waiting")
        gates.open("lost")
        for submission in [running, waiting] {
            await #expect(throws: SubmissionRefusal.draining) { try await submission.finished() }
        }
        #expect(world.journal.count(of: .refunded("org:pro")) == 2)
        #expect(world.queue.load == (queued: 0, running: 0))
    }

    @Test func `what was cancelled meanwhile is not begun again`() async throws {
        let gates = Gates()
        let world = World(
            script: { _, _, _, _ in
                // The jail is lost at the moment in which it is closed.
                try? await gates.pass("lost")
                throw SandboxError.lost
            }
        )
        let submission = try await world.submit("1")
        await world.journal.wait(for: .ran("1", stage: 0))
        _ = try await world.queue.cancel(id: "1", organization: "pro")
        #expect(try await submission.finished().status == .cancelled)
        #expect(world.journal.count(of: .opened("1")) == 1)
    }

    // MARK: Restarts

    private func recovered(
        _ state: Execution.State,
        attempts: Int,
        by world: World
    ) async throws -> Execution? {
        await world.store.put(
            Execution(
                id: "1",
                owner: .organization("pro"),
                request: .named("1"),
                createdAt: world.clock.date,
                state: state,
                attempts: attempts
            )
        )
        try await world.queue.recover()
        await world.waitForEnd("1")
        return await world.store.stored("1")
    }

    @Test func `what ran when the service died counts that as an attempt`() async throws {
        let world = world(failing: .lost, times: 0)
        let execution = try await recovered(
            .running(since: world.clock.date),
            attempts: 2,
            by: world
        )
        #expect(execution?.status == .succeeded)
        #expect(execution?.attempts == 3)
    }

    @Test func `what ran at the death of three services is not given a fourth`() async throws {
        let world = world(failing: .lost, times: 0)
        let execution = try await recovered(
            .running(since: world.clock.date),
            attempts: 3,
            by: world
        )
        #expect(execution?.status == .internalError)
        #expect(world.journal.count(of: .opened("1")) == 0)
        #expect(world.journal.count(of: .refunded("org:pro")) == 1)
    }

    @Test func `waiting through any number of restarts is no attempt`() async throws {
        let world = world(failing: .lost, times: 0)
        let execution = try await recovered(.queued, attempts: 7, by: world)
        #expect(execution?.status == .succeeded)
        #expect(execution?.attempts == 8)
    }
}

/// A counter that counts down.
private final class Counter: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    /// - Returns: whether the counter was above zero.
    func take() -> Bool {
        left.withLock { left in
            guard left > 0 else { return false }
            left -= 1
            return true
        }
    }
}
