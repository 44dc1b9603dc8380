import Domain
import Foundation
import Testing

@testable import SQLiteStore

/// The records that are deleted, and the records that never are.
@Suite struct RetentionContractTests {
    private static let bounds = EndBounds(standard: moment(100), byPlan: [:])

    private func execution(
        _ id: String,
        endedAt second: Double,
        of organization: String = "org_a"
    )
        -> Execution
    {
        sampleExecution(
            id,
            organization: organization,
            state: .finished(sampleResult(), startedAt: moment(1), finishedAt: moment(second))
        )
    }

    private func left(
        _ store: any Store,
        _ organization: String = "org_a"
    ) async throws
        -> [String]
    {
        try await store.executions(
            organization: organization,
            matching: ExecutionFilter(),
            page: Page(limit: 100)
        )
        .elements.map(\.id).sorted()
    }

    @Test(arguments: Adapter.allCases)
    func `executions go that ended before the bound, and nothing that ended at it or waits`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            let samples = [
                execution("exe_1", endedAt: 99.999), execution("exe_2", endedAt: 100),
                execution("exe_3", endedAt: 100.001), sampleExecution("exe_4"),
                sampleExecution("exe_5", state: .running(since: moment(1))),
                sampleExecution("exe_6", state: .cancelled(startedAt: nil, finishedAt: moment(2))),
            ]
            for sample in samples { try await store.save(sample, deliveries: []) }
            #expect(try await store.delete(.executions(Self.bounds), limit: 9) == 2)
            #expect(try await left(store) == ["exe_2", "exe_3", "exe_4", "exe_5"])
            #expect(try await store.execution(id: "exe_1", organization: "org_a") == nil)
            #expect(try await store.delete(.executions(Self.bounds), limit: 9) == 0)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `at most as many go as asked`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            for number in 0..<5 {
                try await store.save(execution("exe_\(number)", endedAt: 9), deliveries: [])
            }
            #expect(try await store.delete(.executions(Self.bounds), limit: 3) == 3)
            #expect(try await store.delete(.executions(Self.bounds), limit: 3) == 2)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a plan's own bound comes before everybody's, and no bound keeps all`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            var second = sampleOrganization("org_b")
            second.plan = "pro"
            #expect(try await store.update(second))
            for (id, organization) in [("exe_a", "org_a"), ("exe_b", "org_b")] {
                try await store.save(
                    execution(id, endedAt: 50, of: organization),
                    deliveries: []
                )
            }
            func delete(_ standard: Date?, _ byPlan: [String: Date?]) async throws -> Int {
                let bounds = EndBounds(standard: standard, byPlan: byPlan)
                return try await store.delete(.executions(bounds), limit: 9)
            }
            #expect(try await delete(nil, [:]) == 0)
            #expect(try await delete(nil, ["pro": moment(50), "other": moment(100)]) == 0)
            #expect(try await delete(moment(100), ["pro": Date?.none]) == 1)
            #expect(try await left(store) == [])
            #expect(try await left(store, "org_b") == ["exe_b"])
            #expect(try await delete(nil, ["pro": moment(100)]) == 1)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `what a pending delivery tells of stays until that has ended`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            var delivery = sampleDelivery("msg_1")
            try await store.save(execution("exe_1", endedAt: 9), deliveries: [delivery])
            let task = sampleTask("tsk_1")
            try await store.insert(task, unfinishedMax: 9)
            var ended = task
            ended.state = .ended(.cancelled, last: nil, at: moment(9))
            var owed = sampleDelivery("msg_2", subject: .task("tsk_1"))
            #expect(try await store.change(task, to: ended, deliveries: [owed]))
            #expect(try await store.delete(.executions(Self.bounds), limit: 9) == 0)
            #expect(try await store.delete(.tasks(Self.bounds), limit: 9) == 0)

            delivery.state = .delivered(at: moment(10))
            owed.state = .failed(at: moment(10))
            try await store.save(DeliverySummary(delivery))
            try await store.save(DeliverySummary(owed))
            #expect(try await store.delete(.executions(Self.bounds), limit: 9) == 1)
            #expect(try await store.delete(.tasks(Self.bounds), limit: 9) == 1)
            #expect(try await store.deliveries(organization: "org_a", page: Page()).total == 0)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a task takes its attempts with it, and keeps them while it is unfinished`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            let task = sampleTask("tsk_1")
            try await store.insert(task, unfinishedMax: 9)
            let attempt = sampleAttempt("exe_1", of: "tsk_1", state: finished())
            try await store.save(attempt, deliveries: [])
            for kind in [OutlivedRecord.executions(Self.bounds), .tasks(Self.bounds)] {
                #expect(try await store.delete(kind, limit: 9) == 0)
            }
            var ended = task
            ended.state = .ended(.failed, last: nil, at: moment(99))
            #expect(try await store.change(task, to: ended, deliveries: []))
            #expect(try await store.delete(.executions(Self.bounds), limit: 9) == 0)
            #expect(try await store.delete(.tasks(Self.bounds), limit: 9) == 1)
            #expect(try await left(store) == [])
        }
    }

    @Test(arguments: Adapter.allCases)
    func `idempotency keys, sessions and revoked tokens go when they have expired`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            _ = try await store.claim(
                idempotencyKey: "k",
                organization: "org_a",
                fingerprint: Data(),
                subject: "exe_1",
                at: moment(10),
                expiry: moment(0)
            )
            try await store.revokeToken(id: "tok_1", until: moment(10), now: moment(0))
            for kind in [
                OutlivedRecord.idempotencyKeys(claimedBefore: moment(10)),
                .revokedTokens(expiredBefore: moment(10)),
            ] { #expect(try await store.delete(kind, limit: 9) == 0) }
            for kind in [
                OutlivedRecord.idempotencyKeys(claimedBefore: moment(10.1)),
                .revokedTokens(expiredBefore: moment(10.1)),
            ] { #expect(try await store.delete(kind, limit: 9) == 1) }
            #expect(try await !store.isTokenRevoked(id: "tok_1"))
            #expect(try await store.delete(.sessions(expiredBefore: moment(10)), limit: 9) == 0)
        }
    }
}

/// The return of free pages to the file system.
@Suite struct SpaceTests {
    private func pages(_ store: SQLiteStore) async throws -> Int {
        try await store.inspect("PRAGMA page_count").first.flatMap { Int($0) } ?? 0
    }

    @Test(arguments: [nil, "schema-v3.sql"])
    func `what deleting leaves free is given back, also of an earlier release's file`(
        fixture: String?
    ) async throws {
        try await withTemporaryFolder { folder async throws in
            let file = folder.appending(path: "store.sqlite")
            if let fixture { try MigrationTests.restore(fixture, to: file) }
            try await withSQLiteStore(file) { store async throws in
                #expect(store.reasonNotToShrink == nil)
                let before = try await pages(store)
                try await store.insert(sampleOrganization("org_a"))
                let large = sampleExecution("exe_1", state: finished())
                var request = large.request
                request.files = [SourceFile(path: "a", content: Data(count: 6 << 20))]
                try await store.save(
                    Execution(
                        id: large.id,
                        owner: large.owner,
                        request: request,
                        createdAt: large.createdAt,
                        state: large.state
                    ),
                    deliveries: []
                )
                let full = try await pages(store)
                #expect(full > before + 1_500)
                let bounds = EndBounds(standard: moment(100), byPlan: [:])
                #expect(try await store.delete(.executions(bounds), limit: 9) == 1)
                #expect(try await pages(store) == full)
                // This many pages take more than one step.
                #expect(try await store.giveBackSpace())
                while try await store.giveBackSpace() {}
                #expect(try await pages(store) < before + 20)
                #expect(try await store.inspect("PRAGMA integrity_check") == ["ok"])
            }
        }
    }
}
