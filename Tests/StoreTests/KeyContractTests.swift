import Domain
import Foundation
import Testing

@Suite struct KeyContractTests {
    @Test(arguments: Adapter.allCases)
    func `a key is found by its digest with everything it was inserted with`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            var key = sampleKey("key_1", createdAt: moment(0.123), expiresAt: moment(60))
            key.lastUsedAt = moment(1)
            key.revokedAt = moment(2)
            try await store.insert(key)
            #expect(try await store.key(digest: key.digest) == issued(key))
        }
    }

    @Test(arguments: Adapter.allCases)
    func `an unknown digest finds nothing`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            try await store.insert(sampleKey("key_1"))
            #expect(try await store.key(digest: Data("other".utf8)) == nil)
            #expect(try await store.key(digest: Data()) == nil)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `two keys cannot share a digest or an identifier`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            let first = sampleKey("key_1", digest: Data([1]))
            try await store.insert(first)
            await #expect(throws: (any Error).self) {
                try await store.insert(sampleKey("key_2", digest: Data([1])))
            }
            await #expect(throws: (any Error).self) {
                try await store.insert(sampleKey("key_1", digest: Data([2])))
            }
            #expect(try await store.keys() == [issued(first)])
        }
    }

    @Test(arguments: Adapter.allCases)
    func `an organization has at most so many valid keys, also when two are made at once`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            let made = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<8 {
                    group.addTask { try await store.insert(sampleKey("key_\(number)"), limit: 3) }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(made == 3)
            #expect(try await store.insert(sampleKey("key_b", organization: "org_b"), limit: 3))
            #expect(try await store.insert(sampleKey("key_x"), limit: 0) == false)
            try await store.insert(sampleKey("key_operator"))
            #expect(try await store.keys().count == 5)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `as many keys that do not work are kept, the newest`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            for number in 0..<6 {
                let time = moment(Double(number))
                let isShort = number.isMultiple(of: 2)
                let key = sampleKey(
                    "key_\(number)",
                    createdAt: time,
                    expiresAt: isShort ? moment(Double(number) + 0.5) : nil
                )
                #expect(try await store.insert(key, limit: 2))
                if !isShort { _ = try await store.revokeKey(id: key.id, at: time) }
            }
            #expect(
                try await store.keys().map(\.key.id) == ["key_3", "key_4", "key_5"]
            )
        }
    }

    @Test(arguments: Adapter.allCases)
    func `keys are listed oldest first`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            #expect(try await store.keys().isEmpty)
            try await store.insert(sampleKey("key_2", createdAt: moment(2)))
            try await store.insert(sampleKey("key_1", createdAt: moment(1)))
            #expect(try await store.keys().map(\.key.id) == ["key_1", "key_2"])
        }
    }

    @Test(arguments: Adapter.allCases)
    func `revoking again keeps the first date`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            let key = sampleKey("key_1")
            try await store.insert(key)
            #expect(try await store.revokeKey(id: "key_1", at: moment(5)))
            #expect(try await store.revokeKey(id: "key_1", at: moment(9)))
            #expect(try await store.key(digest: key.digest)?.key.revokedAt == moment(5))
        }
    }

    @Test(arguments: Adapter.allCases)
    func `revoking a key that is not there says so and changes no other`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            let key = sampleKey("key_1")
            try await store.insert(key)
            #expect(try await store.revokeKey(id: "key_2", at: moment(5)) == false)
            #expect(try await store.key(digest: key.digest) == issued(key))
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a key remembers its latest use, in whatever order uses are told`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            let key = sampleKey("key_1")
            try await store.insert(key)
            try await store.touchKey(id: "key_1", at: moment(7))
            try await store.touchKey(id: "key_1", at: moment(6))
            try await store.touchKey(id: "key_2", at: moment(8))
            #expect(try await store.key(digest: key.digest)?.key.lastUsedAt == moment(7))
        }
    }
}
