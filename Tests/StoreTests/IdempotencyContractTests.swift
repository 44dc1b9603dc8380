import Domain
import Foundation
import Testing

@Suite struct IdempotencyContractTests {
    /// Claims at `second`; entries older than ten seconds are deleted.
    private func claim(
        _ store: any Store,
        _ execution: String,
        key: String = "k",
        organization: String = "org_a",
        body: String = "body",
        at second: Double = 0
    ) async throws -> IdempotencyClaim {
        try await store.claim(
            idempotencyKey: key,
            organization: organization,
            fingerprint: Data(body.utf8),
            subject: execution,
            at: moment(second),
            expiry: moment(second - 10)
        )
    }

    @Test(arguments: Adapter.allCases)
    func `the first claim holds and the same request is a replay of it`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            #expect(try await claim(store, "exe_1") == .claimed)
            #expect(try await claim(store, "exe_2") == .replay(subject: "exe_1"))
        }
    }

    @Test(arguments: Adapter.allCases)
    func `another body under the same key is a mismatch`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            _ = try await claim(store, "exe_1")
            #expect(try await claim(store, "exe_2", body: "other") == .mismatch)
            #expect(try await claim(store, "exe_3") == .replay(subject: "exe_1"))
        }
    }

    @Test(arguments: Adapter.allCases)
    func `keys and organizations are apart`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            #expect(try await claim(store, "exe_1") == .claimed)
            #expect(try await claim(store, "exe_2", key: "K") == .claimed)
            #expect(try await claim(store, "exe_3", organization: "org_b") == .claimed)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `of many at once exactly one claims and the others replay it`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            let claims = try await withThrowingTaskGroup(of: (String, IdempotencyClaim).self) {
                group in
                for number in 0..<50 {
                    let id = "exe_\(number)"
                    group.addTask { (id, try await claim(store, id)) }
                }
                return try await group.reduce(into: [(String, IdempotencyClaim)]()) {
                    $0.append($1)
                }
            }
            let winners = claims.filter { $0.1 == .claimed }.map(\.0)
            let winner = try #require(winners.first)
            #expect(winners.count == 1)
            #expect(claims.allSatisfy { $0.1 == .claimed || $0.1 == .replay(subject: winner) })
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a key that was let go can be claimed anew`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            _ = try await claim(store, "exe_1")
            try await store.release(idempotencyKey: "k", organization: "org_b")
            #expect(try await claim(store, "exe_2") == .replay(subject: "exe_1"))
            try await store.release(idempotencyKey: "k", organization: "org_a")
            #expect(try await claim(store, "exe_3", body: "other") == .claimed)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a claim holds until its expiry and is forgotten after it`(_ adapter: Adapter) async throws
    {
        try await adapter.withStore { store async throws in
            #expect(try await claim(store, "exe_1") == .claimed)
            #expect(try await claim(store, "exe_2", at: 9.999) == .replay(subject: "exe_1"))
            #expect(try await claim(store, "exe_3", at: 10) == .replay(subject: "exe_1"))
            #expect(try await claim(store, "exe_4", body: "other", at: 10.001) == .claimed)
            #expect(
                try await claim(store, "exe_5", body: "other", at: 11)
                    == .replay(subject: "exe_4")
            )
        }
    }
}
