import Domain
import Foundation
import Testing

@testable import SQLiteStore

/// Opens a store for `body`, and closes it afterwards.
func withSQLiteStore(_ file: URL, _ body: (SQLiteStore) async throws -> Void) async throws {
    let store = try SQLiteStore(path: file.path)
    do {
        try await body(store)
    } catch {
        try? store.close()
        throw error
    }
    try store.close()
}

@Suite struct SQLiteStoreTests {
    private let today = UTCDay(moment(0))

    @Test func `everything is still there when the file is opened again`() async throws {
        try await withTemporaryFolder { folder async throws in
            let file = folder.appending(path: "store.sqlite")
            let key = sampleKey("key_1")
            let execution = sampleExecution("exe_1", state: finished())
            let delivery = sampleDelivery("msg_1")
            try await withSQLiteStore(file) { store async throws in
                try await store.insert(sampleOrganization("org_a"))
                try await store.insert(key)
                try await store.save(execution, deliveries: [delivery])
                for _ in 0..<3 { _ = try await store.charge(subject: "ip:a", day: today, limit: 3) }
                _ = try await store.webhookSecret(organization: "org_a", candidate: "whsec_1")
            }
            try await withSQLiteStore(file) { store async throws in
                #expect(try await store.key(digest: key.digest) == issued(key))
                #expect(try await store.execution(id: "exe_1", organization: "org_a") == execution)
                #expect(try await store.dueIDs(at: moment(60)) == ["msg_1"])
                #expect(try await store.wholeDelivery(id: "msg_1") == delivery)
                #expect(
                    try await store.charge(subject: "ip:a", day: today, limit: 3)
                        == .refused(count: 3)
                )
                #expect(
                    try await store.webhookSecret(organization: "org_a", candidate: "whsec_2")
                        == "whsec_1"
                )
            }
        }
    }

    // A killed process leaves the file and its log in their present state, without the clean-up of
    // closing. A copy of both, made while the store is open, is equal to that.
    @Test func `what a method has returned survives kill -9`() async throws {
        try await withTemporaryFolder { folder async throws in
            let file = folder.appending(path: "store.sqlite")
            let left = folder.appending(path: "left.sqlite")
            try await withSQLiteStore(file) { store async throws in
                _ = try await store.charge(subject: "ip:a", day: today, limit: 9)
                try await store.save(sampleExecution("exe_1"), deliveries: [])
                try FileManager.default.copyItem(at: file, to: left)
                try FileManager.default.copyItem(
                    atPath: file.path + "-wal",
                    toPath: left.path + "-wal"
                )
            }
            try await withSQLiteStore(left) { store async throws in
                #expect(try await store.charged(subject: "ip:a", day: today) == 1)
                #expect(try await store.takenUp() == [sampleExecution("exe_1")])
            }
        }
    }

    @Test func `a key revoked through another connection is revoked at the next look`() async throws
    {
        try await withTemporaryFolder { folder async throws in
            let file = folder.appending(path: "store.sqlite")
            try await withSQLiteStore(file) { server async throws in
                try await withSQLiteStore(file) { command async throws in
                    let key = sampleKey("key_1")
                    try await command.insert(sampleOrganization("org_a"))
                    try await command.insert(key)
                    #expect(try await server.key(digest: key.digest) == issued(key))
                    #expect(try await command.revokeKey(id: "key_1", at: moment(5)))
                    #expect(try await server.key(digest: key.digest)?.key.revokedAt == moment(5))
                }
                #expect(try await server.keys().count == 1)
            }
        }
    }

    @Test func `two stores on one file share one exact count`() async throws {
        try await withTemporaryFolder { folder async throws in
            let file = folder.appending(path: "store.sqlite")
            try await withSQLiteStore(file) { one async throws in
                try await withSQLiteStore(file) { other async throws in
                    let day = today
                    let accepted = try await withThrowingTaskGroup(of: Charge.self) { group in
                        for number in 0..<100 {
                            let store = number.isMultiple(of: 2) ? one : other
                            group.addTask {
                                try await store.charge(subject: "ip:a", day: day, limit: 10)
                            }
                        }
                        return try await group.reduce(into: Set<Int>()) { counts, charge in
                            if case .accepted(let count) = charge { counts.insert(count) }
                        }
                    }
                    #expect(accepted == Set(1...10))
                }
            }
        }
    }

    @Test func `stores that open a new file at once all open it`() async throws {
        try await withTemporaryFolder { folder async throws in
            let path = folder.appending(path: "deeper/store.sqlite").path
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        let store = try SQLiteStore(path: path)
                        try await store.insert(sampleOrganization("org_\(number)"))
                        try store.close()
                    }
                }
                try await group.waitForAll()
            }
            try await withSQLiteStore(URL(filePath: path)) { store async throws in
                #expect(try await store.organizations(page: Page()).total == 6)
            }
        }
    }

    @Test func `past days are pruned by new charges, and yesterday is kept`() async throws {
        try await withTemporaryFolder { folder async throws in
            try await withSQLiteStore(folder.appending(path: "store.sqlite")) {
                store async throws in
                let yesterday = UTCDay(moment(-86_400))
                let before = UTCDay(moment(-2 * 86_400))
                for number in 0..<5 {
                    _ = try await store.charge(subject: "ip:\(number)", day: before, limit: 9)
                    _ = try await store.charge(subject: "ip:\(number)", day: yesterday, limit: 9)
                }
                for subject in ["ip:x", "ip:y"] {
                    _ = try await store.charge(subject: subject, day: today, limit: 9)
                }
                let days = try await store.inspect(
                    "SELECT day, COUNT(*) FROM charge GROUP BY day ORDER BY day"
                )
                #expect(days == ["\(yesterday.number)|5", "\(today.number)|2"])
            }
        }
    }

    @Test func `expired idempotency entries are pruned by new ones`() async throws {
        try await withTemporaryFolder { folder async throws in
            try await withSQLiteStore(folder.appending(path: "store.sqlite")) {
                store async throws in
                func claim(_ key: String, at second: Double) async throws {
                    _ = try await store.claim(
                        idempotencyKey: key,
                        organization: "org_a",
                        fingerprint: Data(),
                        subject: "exe_1",
                        at: moment(second),
                        expiry: moment(second - 10)
                    )
                }
                for number in 0..<6 { try await claim("old\(number)", at: 0) }
                for number in 0..<2 { try await claim("new\(number)", at: 60) }
                #expect(
                    try await store.inspect("SELECT key FROM idempotency ORDER BY key") == [
                        "new0", "new1",
                    ]
                )
            }
        }
    }

    @Test func `nothing is answered after closing`() async throws {
        try await withTemporaryFolder { folder async throws in
            let store = try SQLiteStore(path: folder.appending(path: "store.sqlite").path)
            try store.close()
            await #expect(throws: (any Error).self) { try await store.ping() }
            await #expect(throws: (any Error).self) {
                try await store.charge(subject: "ip:a", day: today, limit: 1)
            }
        }
    }
}
