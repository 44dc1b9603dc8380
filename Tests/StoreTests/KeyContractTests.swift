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
