import Domain
import GRDB
import Synchronization

// The end of a transaction costs more than the few rows that it writes, and an fsync costs a
// hundred times as much. Writes that wait while the writer is busy therefore share the next
// transaction. A single write loses nothing by this; a hundred concurrent writes pay for one flush.

extension SQLiteStore {
    /// The failures that a write must survive.
    ///
    /// Every write survives the end of the process.
    enum Durability: CaseIterable {
        case process
        /// The write is also flushed to the disk: `synchronous = FULL` for this transaction, with
        /// one fsync.
        case power
    }

    /// A write that waits for the writer.
    struct PendingWrite: Sendable {
        let durability: Durability
        /// Makes the changes; the closure it returns answers the waiter after the commit.
        let run: @Sendable (Database) throws -> @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    /// The most writes that share a transaction.
    ///
    /// The others wait for the next one, so that a crowd of writers does not keep the file locked
    /// for other processes.
    static let groupedWritesMax = 128

    /// Runs the body in a transaction with the write lock, and returns after the commit.
    ///
    /// The body shares the transaction with others of its durability, in order of arrival. It sees
    /// the changes of the bodies before it; an error that it throws undoes only its own changes.
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
            // One turn is scheduled for each write, so that none waits forever; most turns find
            // that an earlier one has committed their write.
            pool.asyncWriteWithoutTransaction { [self] db in commitPendingWrites(db) }
        }
    }

    private func commitPendingWrites(_ db: Database) {
        let writes = pendingWrites.withLock { pending in
            let taken = pending.prefix(Self.groupedWritesMax)
            pending.removeFirst(taken.count)
            return taken
        }
        // Writes without a flush go first, so that they do not wait for the other writes' flush.
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

    /// - Returns: the closure that answers this write's waiter after the commit.
    /// - Throws: an error that makes the whole transaction fail.
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
            // After some errors SQLite has rolled back the whole transaction. A full disk or a file
            // that has become read-only also affects the other writes.
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
        // The setting can change only outside a transaction. The statement is not cached, because
        // this pragma takes effect while it is being prepared.
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
            // After a rollback by SQLite nothing is left to undo.
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
