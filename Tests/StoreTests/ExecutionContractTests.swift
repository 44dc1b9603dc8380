import Domain
import Foundation
import Testing

@Suite struct ExecutionContractTests {
    static let states: [Execution.State] = [
        .queued, .running(since: moment(1)), finished(), finished(.exited(code: 3)),
        finished(.signaled(signal: 9)), finished(.timedOut), finished(.cpuTimeExceeded),
        finished(.memoryExceeded), finished(.outputExceeded),
        .finished(
            ExecutionResult(
                compile: sampleResult(.exited(code: 1)).runs.first,
                runs: [],
                files: []
            ),
            startedAt: moment(1),
            finishedAt: moment(2)
        ),
        .cancelled(startedAt: nil, finishedAt: moment(2)),
        .cancelled(startedAt: moment(1), finishedAt: moment(2)),
        .faulted(startedAt: nil, finishedAt: moment(2)),
        .faulted(startedAt: moment(1), finishedAt: moment(2)),
    ]

    @Test(arguments: Adapter.allCases, states)
    func `an execution is read as it was saved`(
        _ adapter: Adapter,
        _ state: Execution.State
    ) async throws {
        try await adapter.withStore { store async throws in
            let execution = sampleExecution("exe_1", createdAt: moment(0.25), state: state)
            try await store.save(execution, deliveries: [])
            #expect(try await store.execution(id: "exe_1", organization: "org_a") == execution)
        }
    }

    @Test(arguments: Adapter.allCases, [false, true])
    func `a list tells of an execution what it was saved as, in whatever state it is`(
        _ adapter: Adapter,
        hasRuns: Bool
    ) async throws {
        try await adapter.withStore { store async throws in
            var summaries: [ExecutionSummary] = []
            for (number, state) in Self.states.enumerated() {
                let sample = sampleExecution("exe_\(number)")
                var request = sample.request
                request.hasRuns = hasRuns
                let execution = Execution(
                    id: sample.id,
                    owner: sample.owner,
                    request: request,
                    createdAt: moment(-Double(number)),
                    state: state,
                    attempts: number
                )
                // The state changes in place, as in production.
                var queued = execution
                queued.state = .queued
                try await store.save(queued, deliveries: [])
                try await store.save(execution, deliveries: [])
                summaries.append(ExecutionSummary(execution))
            }
            let listing = try await store.executions(
                organization: "org_a",
                matching: ExecutionFilter(),
                page: Page(limit: 100)
            )
            #expect(listing.elements == summaries)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `the size of an execution grows with its request and its result`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            var execution = sampleExecution("exe_1")
            try await store.save(execution, deliveries: [])
            let size = try await store.executionBytes(id: "exe_1", organization: "org_a")
            #expect(try #require(size) > execution.request.bytes)
            execution.state = finished()
            try await store.save(execution, deliveries: [])
            let both = try await store.executionBytes(id: "exe_1", organization: "org_a")
            #expect(try #require(both) > #require(size))
        }
    }

    @Test(arguments: Adapter.allCases)
    func `saving again replaces the state`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            var execution = sampleExecution("exe_1")
            for state in [.queued, .running(since: moment(1)), finished()] as [Execution.State] {
                execution.state = state
                execution.attempts += 1
                try await store.save(execution, deliveries: [])
            }
            #expect(try await store.execution(id: "exe_1", organization: "org_a") == execution)
            let listing = try await store.executions(
                organization: "org_a",
                matching: ExecutionFilter(),
                page: Page()
            )
            #expect(listing.total == 1)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `another organization's execution looks like none`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            try await store.save(sampleExecution("exe_1"), deliveries: [])
            #expect(try await store.execution(id: "exe_1", organization: "org_b") == nil)
            #expect(try await store.execution(id: "exe_2", organization: "org_a") == nil)
            #expect(try await store.executionBytes(id: "exe_1", organization: "org_b") == nil)
            #expect(try await store.executionBytes(id: "exe_2", organization: "org_a") == nil)
            let listing = try await store.executions(
                organization: "org_b",
                matching: ExecutionFilter(),
                page: Page()
            )
            #expect(listing.elements.isEmpty)
            #expect(listing.total == 0)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a stranger's execution is not kept`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            let sample = sampleExecution("exe_1", state: finished())
            let stranger = Execution(
                id: sample.id,
                owner: .address("192.0.2.1"),
                request: sample.request,
                createdAt: sample.createdAt,
                state: sample.state
            )
            try await store.save(stranger, deliveries: [sampleDelivery("msg_1")])
            #expect(try await store.execution(id: "exe_1", organization: "org_a") == nil)
            #expect(try await store.execution(id: "exe_1", organization: "192.0.2.1") == nil)
            #expect(try await store.delivery(id: "msg_1", organization: "org_a") == nil)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a listing is newest first, in pages, with the total of all`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            // Executions of the same moment are ordered by their identifiers.
            let created = [("exe_1", 1.0), ("exe_4", 3), ("exe_2", 2), ("exe_3", 2)]
            for (id, second) in created {
                try await store.save(sampleExecution(id, createdAt: moment(second)), deliveries: [])
            }
            func page(_ limit: Int, _ offset: Int) async throws -> [String] {
                let listing = try await store.executions(
                    organization: "org_a",
                    matching: ExecutionFilter(),
                    page: Page(limit: limit, offset: offset)
                )
                #expect(listing.total == 4)
                return listing.elements.map(\.id)
            }
            #expect(try await page(20, 0) == ["exe_4", "exe_3", "exe_2", "exe_1"])
            #expect(try await page(3, 0) == ["exe_4", "exe_3", "exe_2"])
            #expect(try await page(3, 3) == ["exe_1"])
            #expect(try await page(3, 4).isEmpty)
        }
    }

    @Test(arguments: Adapter.allCases, [(0, 1), (1, 1), (99, 99), (100, 100), (101, 100), (-1, 1)])
    func `a page holds between one and a hundred`(
        _ adapter: Adapter,
        _ sizes: (Int, Int)
    ) async throws {
        try await adapter.withStore { store async throws in
            for number in 0..<101 {
                try await store.save(
                    sampleExecution(
                        "exe_\(number)",
                        createdAt: moment(Double(number)),
                        state: finished()
                    ),
                    deliveries: []
                )
            }
            let listing = try await store.executions(
                organization: "org_a",
                matching: ExecutionFilter(),
                page: Page(limit: sizes.0, offset: -1)
            )
            #expect(listing.elements.count == sizes.1)
            #expect(listing.elements.first?.id == "exe_100")
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a listing can be filtered by status, by language and by both`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            let samples: [(String, String, Execution.State)] = [
                ("exe_1", "python", finished()), ("exe_2", "c", finished()),
                ("exe_3", "python", finished(.timedOut)), ("exe_4", "python", finished()),
            ]
            for (id, language, state) in samples {
                try await store.save(
                    sampleExecution(id, language: language, state: state),
                    deliveries: []
                )
            }
            func list(_ status: Execution.Status?, _ language: String?) async throws -> [String] {
                let listing = try await store.executions(
                    organization: "org_a",
                    matching: ExecutionFilter(status: status, language: language),
                    page: Page()
                )
                #expect(listing.total == listing.elements.count)
                return listing.elements.map(\.id)
            }
            #expect(try await list(.succeeded, nil) == ["exe_4", "exe_2", "exe_1"])
            #expect(try await list(nil, "python") == ["exe_4", "exe_3", "exe_1"])
            #expect(try await list(.succeeded, "python") == ["exe_4", "exe_1"])
            #expect(try await list(.queued, "python").isEmpty)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `what was not finished is found again, oldest first, of every organization`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            let running = Execution.State.running(since: moment(4))
            let samples = [
                sampleExecution("exe_3", createdAt: moment(3), state: .queued),
                sampleExecution("exe_1", createdAt: moment(1), state: running),
                sampleExecution(
                    "exe_2",
                    organization: "org_b",
                    createdAt: moment(2),
                    state: .queued
                ),
                sampleExecution("exe_0", state: finished()),
                sampleExecution("exe_5", state: .cancelled(startedAt: nil, finishedAt: moment(5))),
                sampleExecution("exe_6", state: .faulted(startedAt: nil, finishedAt: moment(5))),
            ]
            for sample in samples { try await store.save(sample, deliveries: []) }
            #expect(try await store.takenUp() == [samples[1], samples[2], samples[0]])
        }
    }
}
