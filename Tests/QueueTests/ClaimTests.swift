import Domain
import Foundation
import Logging
import SQLiteStore
import Synchronization
import TemporaryStore
import TestSupport
import Testing

@testable import Queue

/// Several workers over one store.
@Suite(.guardedAgainstHanging) struct ClaimTests {
    private let journal = Journal()
    private let gates = Gates()
    private let clock = ManualClock()
    private static let leaseSeconds = 60.0

    /// Creates a worker's queue, whose jails wait at the gate named after the jail and the worker.
    ///
    /// - Parameter looks: the number of checks for executions that other workers lose.
    private func queue(
        _ worker: String,
        over store: SQLiteStore,
        looks: Int = 1
    ) -> ExecutionQueue {
        let (gates, journal) = (gates, journal)
        let pauses = Pauses(looks)
        return ExecutionQueue(
            provider: FakeSandbox(
                journal: journal,
                script: { jail, _, _, _ in
                    try await gates.pass(worker + jail)
                    return .exited(0)
                }
            ),
            runtimes: Runtimes(installed: [.python], missing: []),
            store: store,
            worker: worker,
            slots: 2,
            queueCapacity: 100,
            clock: clock.wallClock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            callbackBody: { _ in Data() },
            deliveriesSaved: {},
            pause: { _ in try pauses.pass() }
        )
    }

    private final class Pauses: Sendable {
        private let count = Mutex(0)
        private let passes: Int

        /// - Parameter passes: the number of pauses that succeed before one throws, again and
        ///   again.
        init(_ passes: Int) { self.passes = passes }

        func pass() throws {
            let count = count.withLock { count in
                count += 1
                return count
            }
            if count.isMultiple(of: passes + 1) { throw CancellationError() }
        }
    }

    private func accept(_ names: [String], _ queue: ExecutionQueue) async throws {
        for name in names {
            _ = try await queue.submit(
                .named(name),
                from: .pro,
                id: "exe_" + name,
                durability: .accepted
            )
        }
    }

    private func stored(_ name: String, _ store: SQLiteStore) async throws -> Execution? {
        try await store.execution(id: "exe_" + name, organization: "pro")
    }

    private func waitForEnd(_ name: String, _ queue: ExecutionQueue) async {
        let events = await queue.events(of: "exe_" + name, organization: "pro", from: 1)
        guard let events else { return }
        do { for try await _ in events {} } catch {}
    }

    @Test func `of what is nobody's, each is begun by one of two workers`() async throws {
        let temporary = try TemporaryStore()
        let names = (0..<20).map { "\($0)" }
        for name in names {
            for worker in ["a", "b"] { gates.open(worker + name) }
            try await temporary.store.save(
                Execution.sample("exe_" + name, named: name, createdAt: clock.date),
                deliveries: []
            )
        }
        let workers = ["a", "b"].map { queue($0, over: temporary.store) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in workers { group.addTask { try await worker.recover() } }
            try await group.waitForAll()
        }
        for name in names {
            for worker in workers { await waitForEnd(name, worker) }
            #expect(journal.count(of: .opened(name)) == 1)
            #expect(try await stored(name, temporary.store)?.status == .succeeded)
        }
    }

    @Test func `what a dead worker had comes back when its lease is over, and it writes no end`()
        async throws
    {
        let temporary = try TemporaryStore()
        let (dead, other) = (
            queue("dead", over: temporary.store), queue("other", over: temporary.store)
        )
        try await dead.recover()
        try await accept(["1", "2", "3"], dead)
        await journal.wait(for: .ran("1", stage: 0))
        while try await stored("1", temporary.store)?.attempts != 1 { await Task.yield() }
        try await other.recover()
        #expect(other.load == (queued: 0, running: 0))

        clock.advance(seconds: Self.leaseSeconds)
        for name in ["1", "2", "3"] { gates.open("other" + name) }
        await other.takeUpLost()
        for name in ["1", "2", "3"] { await waitForEnd(name, other) }
        let end = try #require(try await stored("1", temporary.store))
        #expect(end.status == .succeeded)
        #expect(end.attempts == 2)

        // The worker was only slow, and does not know that it lost the claim.
        clock.advance(seconds: 1)
        gates.open("dead1")
        await waitForEnd("1", dead)
        #expect(try await stored("1", temporary.store) == end)
    }

    @Test func `a worker that lives keeps what it has`() async throws {
        let temporary = try TemporaryStore()
        let (alive, other) = (
            queue("alive", over: temporary.store), queue("other", over: temporary.store)
        )
        try await alive.recover()
        try await accept(["1"], alive)
        for _ in 0..<3 {
            clock.advance(seconds: Self.leaseSeconds - 1)
            await alive.keepLease()
            try await other.recover()
            #expect(other.load == (queued: 0, running: 0))
        }
        gates.open("alive1")
        await waitForEnd("1", alive)
        #expect(try await stored("1", temporary.store)?.attempts == 1)
    }

    /// The claim is stored, but the worker does not know of it, as after a lost answer.
    @Test func `what a worker holds and does not know of comes back to it`() async throws {
        let temporary = try TemporaryStore()
        let worker = queue("worker", over: temporary.store)
        try await worker.recover()
        let execution = Execution.sample("exe_1", named: "1", createdAt: clock.date)
        try await temporary.store.save(execution, deliveries: [], by: "worker")
        gates.open("worker1")
        await worker.takeUpLost()
        #expect(worker.load == (queued: 0, running: 0))  // the first check releases nothing
        let later = queue("worker", over: temporary.store, looks: 2)
        await later.takeUpLost()
        await waitForEnd("1", later)
        #expect(try await stored("1", temporary.store)?.status == .succeeded)
    }

    @Test func `a process that stops leaves its work to any worker at once`() async throws {
        let temporary = try TemporaryStore()
        let (stopping, other) = (
            queue("stopping", over: temporary.store), queue("other", over: temporary.store)
        )
        try await stopping.recover()
        try await accept(["1"], stopping)
        await journal.wait(for: .ran("1", stage: 0))
        await stopping.drain(grace: .zero)
        gates.open("other1")
        try await other.recover()
        await waitForEnd("1", other)
        #expect(try await stored("1", temporary.store)?.status == .succeeded)
    }
}
