import Domain
import Foundation
import TestSupport
import Testing

@testable import Queue

@Suite(.guardedAgainstHanging) struct AdmissionTests {
    private func daily(_ limit: Int) -> Caller {
        .stranger(
            "192.0.2.1",
            rates: Rates(perSecond: nil, perMinute: nil, perDay: limit, concurrent: nil)
        )
    }

    private func refusal(_ body: () async throws -> Void) async -> SubmissionRefusal? {
        do {
            try await body()
            return nil
        } catch {
            return error as? SubmissionRefusal
        }
    }

    @Test func `a hundred simultaneous submissions let exactly the day's ten through`() async throws
    {
        let world = World(slots: 2, queueCapacity: 512) { _, _, _, _ in .exited(0) }
        let caller = daily(10)
        let accepted = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<100 {
                group.addTask {
                    do {
                        let submission = try await world.submit(
                            "\(index)",
                            from: caller,
                            durability: .nothing
                        )
                        return try await submission.finished().status == .succeeded
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(accepted == 10)
        let day = UTCDay(world.clock.date)
        #expect(await world.store.charged(subject: "ip:192.0.2.1", day: day) == 10)
        #expect(
            world.journal.events.filter { if case .ran = $0 { true } else { false } }.count == 10
        )
    }

    @Test func `an execution is said to be backlogged while its caller has more waiting`()
        async throws
    {
        let world = World()
        let other = daily(10)
        // The caller's first execution runs at once; the other ones wait for it.
        try await world.submit("first", from: other)
        try await world.submit("a1")
        try await world.submit("b1", from: other)
        let last = try await world.submit("a2")
        for name in ["first", "a1", "b1", "a2"] { world.gates.open(name) }
        _ = try await last.finished()
        let orders = world.sandbox.jailSpecs
        let names = orders.map { String(decoding: $0.files[0].content, as: UTF8.self) }
        #expect(names == ["first", "a1", "b1", "a2"])
        #expect(orders.map(\.isBacklogged) == [false, true, false, false])
    }

    @Test func `a caller with nothing running has the next slot beside one who has them all`()
        async throws
    {
        let world = World(slots: 2)
        for name in ["a1", "a2", "a3"] { try await world.submit(name) }
        let other = try await world.submit("b1", from: daily(10))
        for name in ["a1", "b1"] { world.gates.open(name) }
        _ = try await other.finished()
        let names = world.sandbox.jailSpecs.map {
            String(decoding: $0.files[0].content, as: UTF8.self)
        }
        #expect(names.prefix(2).sorted() == ["a1", "a2"])
        #expect(names.dropFirst(2).first == "b1")
        for name in ["a2", "a3"] { world.gates.open(name) }
    }

    @Test func `a refused submission costs nothing in any policy`() async throws {
        let rates = Rates(
            perSecond: .init(limit: 50, penaltySeconds: 5),
            perMinute: 50,
            perDay: 2,
            concurrent: 50
        )
        let caller = Caller.stranger("192.0.2.1", rates: rates)
        let world = World(slots: 4)
        for name in ["1", "2"] {
            world.gates.open(name)
            _ = try await world.submit(name, from: caller, durability: .nothing).finished()
        }
        for index in 0..<20 {
            let refusal = await refusal { try await world.submit("more \(index)", from: caller) }
            guard case .rateLimited(by: let standing, report: let report) = refusal else {
                Issue.record("was not refused")
                return
            }
            #expect(standing.policy == .perDay)
            #expect(standing.resetsAt == UTCDay(world.clock.date).end)
            #expect(report.standings.map(\.remaining) == [48, 48, 0, 50])
        }
        let standing = try await world.queue.standing(of: caller)
        #expect(standing.standings.map(\.remaining) == [48, 48, 0, 50])
    }

    @Test func `a caller over its rate is told of every policy and charged for none`() async throws
    {
        let rates = Rates(perSecond: nil, perMinute: 1, perDay: 10, concurrent: nil)
        let caller = Caller.stranger("192.0.2.1", rates: rates)
        let world = World()
        try await world.submit("1", from: caller, durability: .nothing)
        let refusal = await refusal { try await world.submit("2", from: caller) }
        guard case .rateLimited(by: let standing, report: let report) = refusal else {
            Issue.record("was not refused")
            return
        }
        #expect(standing.policy == .perMinute)
        #expect(report.standings.map(\.policy) == [.perMinute, .perDay])
        #expect(report.standings.map(\.remaining) == [0, 9])
        world.gates.open("1")
    }

    @Test func `an accepted submission reports what is left`() async throws {
        let world = World()
        world.gates.open("1")
        let submission = try await world.submit("1", from: daily(10), durability: .nothing)
        #expect(submission.execution.status == .queued)
        #expect(submission.rates.standings.map(\.remaining) == [9])
    }

    @Test func `an execution counts as concurrent until it has ended`() async throws {
        let world = World()
        let caller = Caller.organization("a", concurrent: 1)
        let first = try await world.submit("1", from: caller)
        let refusal = await refusal { try await world.submit("2", from: caller) }
        guard case .rateLimited(by: let standing, report: _) = refusal else {
            Issue.record("was not refused")
            return
        }
        #expect(standing.policy == .concurrent)
        world.gates.open("1")
        _ = try await first.finished()
        world.gates.open("3")
        try await world.submit("3", from: caller)
    }

    @Test func `a full queue refuses, says when to come back, and charges nothing`() async throws {
        let world = World(slots: 1, queueCapacity: 2)
        for name in ["a", "b", "c"] {
            try await world.submit(name, from: .organization(name, perDay: 10))
        }
        let late = Caller.organization("late", perDay: 10)
        let refusal = await refusal { try await world.submit("late", from: late) }
        #expect(refusal == .overloaded(retryAfterSeconds: 3))
        #expect(try await world.queue.standing(of: late).standings.map(\.remaining) == [10])
        #expect(world.queue.load == (queued: 2, running: 1))
        for name in ["a", "b", "c"] { world.gates.open(name) }
        await world.journal.wait(for: .saved("c", .succeeded, deliveries: 0))
    }

    @Test func `one caller cannot take the whole queue`() async throws {
        let world = World(slots: 1, queueCapacity: 8)
        for index in 0..<3 { try await world.submit("a\(index)", from: .organization("a")) }
        let refusal = await refusal { try await world.submit("a3", from: .organization("a")) }
        #expect(refusal == .overloaded(retryAfterSeconds: 3))
        try await world.submit("b", from: .organization("b"))
    }

    @Test func `a caller with one execution runs before another's second`() async throws {
        let world = World(slots: 1, queueCapacity: 100)
        for index in 0..<10 { try await world.submit("a\(index)", from: .organization("a")) }
        try await world.submit("b", from: .organization("b"))
        for index in 0..<10 { world.gates.open("a\(index)") }
        world.gates.open("b")
        await world.journal.wait(for: .closed("a9"))
        let order = world.journal.events.compactMap { event in
            if case .opened(let name) = event { name } else { nil }
        }
        #expect(order.prefix(4) == ["a0", "a1", "b", "a2"])
    }

    @Test func `as many run at once as there are slots`() async throws {
        let world = World(slots: 2)
        for name in ["1", "2", "3"] { try await world.submit(name) }
        await world.journal.wait(for: .ran("1", stage: 0))
        await world.journal.wait(for: .ran("2", stage: 0))
        #expect(world.queue.load == (queued: 1, running: 2))
        #expect(world.journal.count(of: .opened("3")) == 0)
        world.gates.open("1")
        await world.journal.wait(for: .ran("3", stage: 0))
        #expect(world.queue.load == (queued: 0, running: 2))
    }

    @Test func `a store that cannot charge is an error and takes no place`() async throws {
        let world = World(slots: 1, queueCapacity: 0)
        await world.store.failCharges()
        for _ in 0..<3 {
            await #expect(throws: (any Error).self) { try await world.submit("1") }
        }
        #expect(await refusal { try await world.submit("1") } == nil)
        let free = Caller.organization("free", perDay: nil)
        world.gates.open("2")
        #expect(try await world.submit("2", from: free).finished().status == .succeeded)
    }

    @Test func `what cannot be written down is not accepted and not charged`() async throws {
        let world = World()
        await world.store.failSaves(1)
        await #expect(throws: (any Error).self) {
            try await world.submit("1", durability: .accepted)
        }
        let standing = try await world.queue.standing(of: .pro)
        #expect(standing.standings.map(\.remaining) == [1_000])
        #expect(world.records == [.saveFailed("1"), .refunded("org:pro")])
        #expect(world.queue.load == (queued: 0, running: 0))
    }

    @Test func `a runtime that this machine lacks is an error`() async throws {
        let world = World()
        await #expect(throws: UnknownRuntime(language: "python", version: "3.11")) {
            try await world.submit("1") { $0.version = "3.11" }
        }
    }

    @Test func `strangers get the strict profile and organizations the standard one`() async throws
    {
        let world = World(script: { _, _, _, _ in .exited(0) })
        _ = try await world.submit("1", from: daily(10), durability: .nothing).finished()
        _ = try await world.submit("2").finished()
        #expect(world.sandbox.jailSpecs.map(\.profile) == [.strict, .standard])
    }
}
