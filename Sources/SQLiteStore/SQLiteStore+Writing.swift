import Domain
import GRDB
import Synchronization

// A transaction's end costs more than the few rows that it writes, and an fsync a hundred times as
// much. So a write does not get a transaction of its own: those that wait while the writer is busy
// share the next one. Alone, a write is as fast as before; a hundred that come at once pay for one
// flush.

extension SQLiteStore {
    /// The failures that a write must survive.
    ///
    /// Everything survives the end of the process.
    enum Durability: CaseIterable {
        case process
        /// Also flushed to the disk: `synchronous = FULL` for this one transaction, which costs an
        /// fsync.
        case power
    }

    /// A write that waits for the writer.
    struct PendingWrite: Sendable {
        let durability: Durability
        /// Makes the changes; what it returns answers who waits, and is called once they are
        /// committed.
        let run: @Sendable (Database) throws -> @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    /// Writes that share a transaction.
    ///
    /// More wait for the next one, so that the file is not locked for other processes as long as
    /// there is a crowd.
    static let groupedWritesMax = 128

    /// Runs the body in a transaction that holds the write lock from its beginning, and returns
    /// once that is committed.
    ///
    /// The body shares the transaction with others of its durability, in the order in which they
    /// came. It sees what those before it have written; what it throws undoes its own changes
    /// alone.
    func write<T: Sendable>(
        surviving durability: Durability,
        _ body: @escaping @Sendable (Database) throws -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let write = PendingWrite(durability: durability) { db in
                let value = try body(db)
                return { continuation.resume(returning: value) }
            } fail: { error in
                continuation.resume(throwing: error)
            }
            pendingWrites.withLock { $0.append(write) }
            // One turn for each; most find that an earlier turn has done their work, so none waits
            // forever.
            pool.asyncWriteWithoutTransaction { [self] db in commitPendingWrites(db) }
        }
    }

    private func commitPendingWrites(_ db: Database) {
        let writes = pendingWrites.withLock { pending in
            let taken = pending.prefix(Self.groupedWritesMax)
            pending.removeFirst(taken.count)
            return taken
        }
        // Those that need no flush go first and do not wait for the others' one.
        for durability in Durability.allCases {
            commit(writes.filter { $0.durability == durability }, surviving: durability, on: db)
        }
    }

    private func commit(
        _ writes: [PendingWrite],
        surviving durability: Durability,
        on db: Database
    ) {
        guard !writes.isEmpty else { return }
        do {
            let answers = try Self.transaction(surviving: durability, on: db) {
                try writes.map { try Self.savepoint($0, on: db) }
            }
            note(failure: nil, on: db)
            for answer in answers { answer() }
        } catch {
            let failure = StoreUnavailable(error) ?? error
            note(failure: failure, on: db)
            for write in writes { write.fail(failure) }
        }
    }

    /// - Returns: what answers who waits for this write, once the transaction is committed.
    /// - Throws: what the whole transaction failed of.
    private static func savepoint(
        _ write: PendingWrite,
        on db: Database
    ) throws -> @Sendable () -> Void {
        var answer: @Sendable () -> Void = {}
        do {
            try db.inSavepoint {
                answer = try write.run(db)
                return .commit
            }
        } catch {
            // After some errors SQLite has rolled back everything by itself; and a full disk or a
            // file that has become read-only is not this write's alone.
            guard db.isInsideTransaction, StoreUnavailable(error) == nil else { throw error }
            answer = { write.fail(error) }
        }
        return answer
    }

    private static func transaction<T>(
        surviving durability: Durability,
        on db: Database,
        _ body: () throws -> T
    ) throws -> T {
        // Outside the transaction, where alone the setting can change; and never a cached
        // statement, because this pragma acts while it is being prepared.
        if durability == .power { try db.execute(sql: "PRAGMA synchronous = FULL") }
        defer {
            if durability == .power { try? db.execute(sql: "PRAGMA synchronous = NORMAL") }
        }
        try db.beginTransaction(.immediate)
        do {
            let value = try body()
            try db.commit()
            return value
        } catch {
            // Rolled back by SQLite itself, there is nothing left to undo.
            if db.isInsideTransaction { try? db.rollback() }
            throw error
        }
    }

    private func note(failure: (any Error)?, on db: Database) {
        let failed = failure is StoreUnavailable
        guard cannotWrite.exchange(failed, ordering: .relaxed) != failed else { return }
        let seconds = failed ? Self.busyAgainSecondsMax : Self.busySecondsMax
        try? db.execute(sql: "PRAGMA busy_timeout = \(Int(seconds * 1_000))")
    }
}
