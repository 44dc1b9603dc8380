import Domain
import Foundation
import Testing

/// Two workers over one store.
@Suite struct ClaimContractTests {
    /// - Parameter count: the number of executions that no worker holds: exe_0, exe_1, …, oldest
    ///   first.
    private func withExecutions(
        _ count: Int,
        _ adapter: Adapter,
        _ body: (any Store) async throws -> Void
    ) async throws {
        try await adapter.withStore { store async throws in
            for number in 0..<count {
                let sample = sampleExecution("exe_\(number)", createdAt: moment(Double(number)))
                try await store.save(sample, deliveries: [])
            }
            try await body(store)
        }
    }

    /// Extends the lease, then claims.
    private func claim(
        _ worker: String,
        _ store: any Store,
        at second: Double = 0,
        until end: Double = 60,
        limit: Int = 100
    ) async throws -> [String] {
        try await store.heartbeat(worker: worker, until: moment(end))
        return try await store.claim(worker: worker, at: moment(second), limit: limit).map(\.id)
    }

    @Test(arguments: Adapter.allCases)
    func `the oldest are claimed first, at most as many as asked, and nobody else gets them`(
        _ adapter: Adapter
    ) async throws {
        try await withExecutions(3, adapter) { store async throws in
            #expect(try await claim("a", store, limit: 2) == ["exe_0", "exe_1"])
            #expect(try await claim("b", store) == ["exe_2"])
            #expect(try await claim("a", store) == [])
            #expect(try await claim("b", store) == [])
        }
    }

    @Test(arguments: Adapter.allCases)
    func `of many workers that claim at once each execution is begun by one`(
        _ adapter: Adapter
    ) async throws {
        try await withExecutions(40, adapter) { store async throws in
            let begun = try await withThrowingTaskGroup(of: [String].self) { group in
                for worker in ["a", "b"] {
                    for _ in 0..<10 {
                        group.addTask { try await claim(worker, store, limit: 3) }
                    }
                }
                return try await group.reduce(into: [String]()) { $0 += $1 }
            }
            #expect(begun.count == 40)
            #expect(Set(begun).count == 40)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `what a dead worker held comes back when its lease is over, and only then`(
        _ adapter: Adapter
    ) async throws {
        try await withExecutions(2, adapter) { store async throws in
            #expect(try await claim("a", store, until: 10).count == 2)
            #expect(try await claim("b", store, at: 9.999) == [])
            #expect(try await store.expired(at: moment(9.999)) == [])
            let lost = ["exe_0", "exe_1"].map { ExpiredClaim(execution: $0, worker: "a") }
            #expect(try await store.expired(at: moment(10)) == lost)
            #expect(try await store.claim(worker: "a", at: moment(10), limit: 9) == [])
            #expect(try await claim("b", store, at: 10) == ["exe_0", "exe_1"])
            #expect(try await store.expired(at: moment(10)) == [])
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a heartbeat keeps all that a worker holds`(_ adapter: Adapter) async throws {
        try await withExecutions(2, adapter) { store async throws in
            #expect(try await claim("a", store, until: 10).count == 2)
            try await store.heartbeat(worker: "a", until: moment(30))
            #expect(try await claim("b", store, at: 29) == [])
            #expect(try await claim("b", store, at: 30).count == 2)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `what is let go is anybody's at once, and only its holder lets it go`(
        _ adapter: Adapter
    ) async throws {
        try await withExecutions(1, adapter) { store async throws in
            #expect(try await claim("a", store) == ["exe_0"])
            try await store.release(execution: "exe_0", worker: "b")
            #expect(try await claim("b", store) == [])
            try await store.release(execution: "exe_0", worker: "a")
            #expect(try await claim("b", store) == ["exe_0"])
        }
    }

    @Test(arguments: Adapter.allCases)
    func `one execution is claimed unless it is another's or finished`(
        _ adapter: Adapter
    ) async throws {
        try await withExecutions(2, adapter) { store async throws in
            try await store.heartbeat(worker: "a", until: moment(10))
            let second = moment(9)
            #expect(try await store.claim(execution: "exe_1", worker: "a", at: second))
            #expect(try await store.claim(execution: "exe_1", worker: "a", at: second))
            #expect(try await store.held(by: "a") == ["exe_1"])
            #expect(try await !store.claim(execution: "exe_1", worker: "b", at: second))
            #expect(try await store.claim(execution: "exe_1", worker: "b", at: moment(10)))
            #expect(try await store.held(by: "a") == [])
            let ended = sampleExecution("exe_1", state: finished())
            try await store.save(ended, deliveries: [], by: "b")
            await #expect(throws: ClaimLost()) {
                try await store.save(ended, deliveries: [], by: "b")  // an end is written once
            }
            #expect(try await !store.claim(execution: "exe_1", worker: "b", at: moment(10)))
            #expect(try await store.held(by: "b") == [])
            #expect(try await !store.claim(execution: "none", worker: "b", at: moment(10)))
        }
    }

    @Test(arguments: Adapter.allCases)
    func `what a worker writes first is its own from then on`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            try await store.heartbeat(worker: "a", until: moment(60))
            let execution = sampleExecution("exe_1")
            try await store.save(execution, deliveries: [], by: "a")
            #expect(try await store.execution(id: "exe_1", organization: "org_a") == execution)
            #expect(try await claim("b", store) == [])
            #expect(try await claim("b", store, at: 60) == ["exe_1"])
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a worker that was too slow writes nothing of what another has claimed`(
        _ adapter: Adapter
    ) async throws {
        try await withExecutions(1, adapter) { store async throws in
            #expect(try await claim("a", store, until: 10) == ["exe_0"])
            var execution = sampleExecution("exe_0", state: .running(since: moment(1)))
            // The lease has ended, but no worker has claimed the execution, so the write still
            // counts.
            try await store.save(execution, deliveries: [], by: "a")
            #expect(try await claim("b", store, at: 10) == ["exe_0"])
            execution.state = finished()
            let owed = sampleDelivery("msg_1", execution: "exe_0")
            await #expect(throws: ClaimLost()) {
                try await store.save(execution, deliveries: [owed], by: "a")
            }
            #expect(try await store.delivery(id: "msg_1", organization: "org_a") == nil)
            try await store.save(execution, deliveries: [owed], by: "b")
            #expect(
                try await store.execution(id: "exe_0", organization: "org_a")?.state == finished()
            )
            // No worker holds an ended execution.
            #expect(try await claim("c", store, at: 100, until: 200) == [])
            #expect(try await store.expired(at: moment(100)) == [])
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a worker that starts holds nothing of what one of its name held`(
        _ adapter: Adapter
    ) async throws {
        try await withExecutions(2, adapter) { store async throws in
            #expect(try await claim("a", store, limit: 1) == ["exe_0"])
            #expect(try await claim("b", store) == ["exe_1"])
            try await store.join(worker: "a", until: moment(60))
            #expect(try await claim("b", store) == ["exe_0"])
        }
    }

    @Test(arguments: Adapter.allCases)
    func `an attempt of a task is its worker's from its beginning`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            let task = sampleTask("tsk_1")
            try await store.insert(task, unfinishedMax: 9)
            try await store.heartbeat(worker: "a", until: moment(60))
            var running = task
            running.state = .running(.init(execution: "exe_1", startedAt: moment(5)))
            try await store.begin(
                TaskStart(known: task, running: running),
                as: sampleAttempt("exe_1", of: "tsk_1"),
                by: "a"
            )
            #expect(try await claim("b", store) == [])
            #expect(try await claim("b", store, at: 60) == ["exe_1"])
        }
    }
}
