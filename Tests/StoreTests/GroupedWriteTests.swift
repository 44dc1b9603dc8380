import Dispatch
import Domain
import Foundation
import GRDB
import Synchronization
import TestSupport
import Testing

@testable import SQLiteStore

/// Writes that arrived while the writer was busy.
@Suite(.guardedAgainstHanging) struct GroupedWriteTests {
    @Test func `those that waited share a transaction for each kind of durability`() async throws {
        try await withNotes { store async throws in
            let (failures, commits) = try await together(
                store,
                [
                    Write(.power) { db in try insert("a", into: db) },
                    Write(.process) { db in try insert("b", into: db) },
                    Write(.power) { db in try insert("c", into: db) },
                    Write(.process) { db in try insert("d", into: db) },
                ]
            )
            #expect(failures == [nil, nil, nil, nil])
            #expect(commits == 2)
            #expect(try await notes(store) == ["b", "d", "a", "c"])
        }
    }

    @Test func `one that fails undoes only its own`() async throws {
        try await withNotes { store async throws in
            let (failures, commits) = try await together(
                store,
                [
                    Write(.process) { db in try insert("a", into: db) },
                    Write(.process) { db in
                        try insert("b", into: db)
                        throw Mistake()
                    },
                    Write(.process) { db in try insert("c", into: db) },
                ]
            )
            #expect(failures == [nil, "Mistake()", nil])
            #expect(commits == 1)
            #expect(try await notes(store) == ["a", "c"])
        }
    }

    @Test func `each sees what came before it`() async throws {
        try await withNotes { store async throws in
            let seen = Mutex<[Int]>([])
            let (failures, _) = try await together(
                store,
                ["a", "b", "c"].map { text in
                    Write(.power) { db in
                        let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM note") ?? -1
                        seen.withLock { $0.append(count) }
                        try insert(text, into: db)
                    }
                }
            )
            #expect(failures == [nil, nil, nil])
            #expect(seen.withLock { $0 } == [0, 1, 2])
        }
    }

    @Test func `nobody is told of success when the transaction is lost`() async throws {
        try await withNotes { store async throws in
            let (failures, commits) = try await together(
                store,
                [
                    Write(.process) { db in try insert("a", into: db) },
                    // SQLite does the same after a failure of the disk.
                    Write(.process) { db in try db.execute(sql: "ROLLBACK") },
                    Write(.process) { db in try insert("c", into: db) },
                ]
            )
            #expect(failures.allSatisfy { $0 != nil })
            #expect(commits == 0)
            #expect(try await notes(store).isEmpty)
            try await store.write(surviving: .process) { db in try insert("d", into: db) }
            #expect(try await notes(store) == ["d"])
        }
    }

    @Test func `a store that cannot be written fails each of them`() async throws {
        try await withNotes { store async throws in
            let (failures, commits) = try await together(
                store,
                [
                    Write(.power) { db in try insert("a", into: db) },
                    Write(.power) { _ in throw DatabaseError(resultCode: .SQLITE_FULL) },
                ]
            )
            #expect(
                failures
                    == Array(repeating: "\(StoreUnavailable(reason: "the disk is full"))", count: 2)
            )
            #expect(commits == 0)
            #expect(try await notes(store).isEmpty)
        }
    }

    @Test func `a crowd larger than one transaction is written whole`() async throws {
        try await withNotes { store async throws in
            let count = SQLiteStore.groupedWritesMax * 2 + 1
            let (failures, commits) = try await together(
                store,
                (0..<count).map { number in
                    Write(.process) { db in try insert("\(number)", into: db) }
                }
            )
            #expect(failures.allSatisfy { $0 == nil })
            #expect(commits == 3)
            #expect(try await notes(store) == (0..<count).map(String.init))
        }
    }
}

// MARK: - The writes of the tests

private struct Mistake: Error {}

private struct Write {
    let durability: SQLiteStore.Durability
    let body: @Sendable (Database) throws -> Void

    init(
        _ durability: SQLiteStore.Durability,
        _ body: @escaping @Sendable (Database) throws -> Void
    ) {
        self.durability = durability
        self.body = body
    }
}

/// A counter of the commits on the writer's connection.
private final class CommitCounter: TransactionObserver, Sendable {
    let commits = Atomic(0)

    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { true }
    func databaseDidChange(with event: DatabaseEvent) {}
    func databaseDidCommit(_ db: Database) { commits.add(1, ordering: .relaxed) }
    func databaseDidRollback(_ db: Database) {}
}

/// Requests the writes, in order, while the writer is busy, and then releases the writer.
///
/// - Returns: the error of each write, and the number of committed transactions.
private func together(
    _ store: SQLiteStore,
    _ writes: [Write]
) async throws -> (failures: [String?], commits: Int) {
    let counter = CommitCounter()
    let gate = DispatchSemaphore(value: 0)
    store.pool.asyncWriteWithoutTransaction { db in
        db.add(transactionObserver: counter, extent: .databaseLifetime)
        gate.wait()
    }
    // The signal comes in any case, so that no write is left waiting.
    defer { gate.signal() }
    var tasks: [Task<String?, Never>] = []
    for write in writes {
        tasks.append(
            Task {
                do {
                    try await store.write(surviving: write.durability, write.body)
                    return nil
                } catch {
                    return "\(error)"
                }
            }
        )
        while store.pendingWrites.withLock({ $0.count }) < tasks.count {
            try await Task.sleep(for: .milliseconds(1))
        }
    }
    gate.signal()
    var failures: [String?] = []
    for task in tasks { failures.append(await task.value) }
    return (failures, counter.commits.load(ordering: .relaxed))
}

private func insert(_ text: String, into db: Database) throws {
    try db.execute(sql: "INSERT INTO note VALUES (?)", arguments: [text])
}

/// Returns the notes in the order in which they were written.
private func notes(_ store: SQLiteStore) async throws -> [String] {
    try await store.read { db in
        try String.fetchAll(db, sql: "SELECT text FROM note ORDER BY rowid")
    }
}

private func withNotes(_ body: (SQLiteStore) async throws -> Void) async throws {
    try await withTemporaryFolder { folder async throws in
        try await withSQLiteStore(folder.appending(path: "store.sqlite")) { store async throws in
            try await store.pool.write { db in
                try db.execute(sql: "CREATE TABLE note (text TEXT)")
            }
            try await body(store)
        }
    }
}
