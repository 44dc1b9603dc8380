// Target `SQLiteStore`: a store in one SQLite file: schema, migrations, every statement, and which
// writes share a transaction.
// Border: it is the only importer of GRDB. `Tests/StoreTests` holds it to the contract of
// `Domain`'s stores. The command line imports it.

import Dispatch
public import Domain
import Foundation
import GRDB
import Synchronization

/// Everything that must outlive a process, in one SQLite file.
///
/// This is the only room that knows of GRDB.
///
/// **Who runs this.** The front, unprivileged, for as long as it serves; and, beside it, commands
/// such as `quicksand keys create`, each a process of its own on the same file. So nothing read
/// from the file is cached here: a key revoked by a command is revoked for the server's next
/// request. Write-ahead logging lets every process read while one writes; writers wait for each
/// other up to ``busySecondsMax``, and take the write lock when they begin, so that none has to
/// give up half-way.
///
/// **What is durable.** Every write is in the operating system's hands when its method returns:
/// `kill -9` of this process, or of all of them, loses nothing. A power cut is another matter. What
/// somebody relies on (an accepted execution, what is owed for a finished one, a key, a revocation)
/// is also flushed to the disk before the method returns. The counting on each request's path
/// (quota, idempotency, last use) is not: a power cut may forget its last moments, never corrupt
/// the file.
///
/// **What is bounded.** Quota of past days and idempotency entries past their time are pruned by
/// the writes that add new ones, a few rows each, so that no request pays for a long clean-up.
/// Ended work goes when it is older than it is kept: ``RetentionStore``.
///
/// Writing is shielded from the cancellation of the task that asked: a caller who hangs up must not
/// take with it the record of what it was charged.
public final class SQLiteStore: Store {
    let pool: DatabasePool
    /// Why the file keeps the size that it had when rows are deleted; `nil` where it shrinks.
    ///
    /// A file of an earlier release is written anew for that, once; free pages are used again until
    /// then.
    public let reasonNotToShrink: String?
    /// What the writer takes up next, oldest first; see `SQLiteStore+Writing.swift`.
    let pendingWrites = Mutex<[PendingWrite]>([])
    /// The last write failed, for a reason that passes.
    let cannotWrite = Atomic(false)
    let clock: WallClock
    let onGivenUp: @Sendable (UnreadableRecord) -> Void

    /// How long a writer waits for another process's transaction before it fails.
    static let busySecondsMax = 5.0
    /// The same once a writer has waited in vain: those behind it wait in line, and must not each
    /// wait so long.
    static let busyAgainSecondsMax = 0.25
    /// Connections that read at once; the writer is one more.
    static let readersMax = 4
    /// The write-ahead log is cut back to this size when it has been emptied.
    static let logBytesMax = 16 << 20

    /// Opens or creates the file, brings its schema up to date, and prepares every connection's
    /// statements, so that the first request is as fast as the others.
    ///
    /// The folder is created, readable by its owner alone, if it is missing; so is the file. One
    /// that root creates belongs to the folder's owner, so that a server which dropped to that user
    /// can open it.
    ///
    /// - Parameter onGivenUp: told of work that could not be read and is not tried any more.
    /// - Throws: ``SQLiteStoreError``
    public init(
        path: String,
        clock: WallClock = .system,
        onGivenUp: @escaping @Sendable (UnreadableRecord) -> Void = { _ in }
    ) throws(SQLiteStoreError) {
        self.clock = clock
        self.onGivenUp = onGivenUp
        let file = DatabaseFile(path: path)
        // Held until the schema is there: two processes that start at once must not both create it.
        let lock = try file.prepare()
        defer { lock.release() }
        do {
            pool = try DatabasePool(path: path, configuration: Self.configuration)
        } catch {
            throw SQLiteStoreError(opening: path, error)
        }
        do {
            reasonNotToShrink = try Schema.bringUpToDate(pool, path: path)
            try warm()
        } catch {
            try? pool.close()
            throw SQLiteStoreError(opening: path, error)
        }
    }

    /// Waits for what is under way, then closes every connection.
    ///
    /// Methods called afterwards throw.
    public func close() throws {
        try pool.close()
    }

    /// Reading is asked always, writing only where it failed last: a healthy store is not written
    /// to for a question.
    public func ping() async throws {
        try await read { db in
            _ = try Int.fetchOne(db.cachedStatement(sql: Query.ping))
        }
        guard cannotWrite.load(ordering: .relaxed) else { return }
        try await write(surviving: .process) { db in try db.execute(sql: Query.writePing) }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(busySecondsMax)
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = readersMax
        configuration.persistentReadOnlyConnections = true
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA journal_size_limit = \(logBytesMax)")
        }
        return configuration
    }
}

// MARK: - Reading

extension SQLiteStore {
    /// One snapshot of the file, newer than every write that has returned, in whatever process.
    func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        do {
            return try await pool.read(body)
        } catch {
            throw StoreUnavailable(error) ?? error
        }
    }
}

// MARK: - Warming

extension SQLiteStore {
    private func warm() throws {
        // An immediate transaction also finds out that a file is read-only: SQLite opens such a
        // file without a word.
        try pool.write { db in
            for sql in Query.writes { _ = try db.cachedStatement(sql: sql) }
        }
        try warmReaders()
    }

    /// Holds every reader at once, because the pool opens one more only while all the others are
    /// taken.
    private func warmReaders() throws {
        let ready = DispatchSemaphore(value: 0)
        let everyoneIsReady = DispatchSemaphore(value: 0)
        for _ in 0..<Self.readersMax {
            pool.asyncRead { result in
                // A reader that cannot be opened now fails the reads that follow, which say why.
                if let db = try? result.get() {
                    for sql in Query.reads { _ = try? db.cachedStatement(sql: sql) }
                }
                ready.signal()
                everyoneIsReady.wait()
            }
        }
        for _ in 0..<Self.readersMax { ready.wait() }
        for _ in 0..<Self.readersMax { everyoneIsReady.signal() }
        try pool.read { db in
            for sql in Query.reads { _ = try db.cachedStatement(sql: sql) }
        }
    }
}
