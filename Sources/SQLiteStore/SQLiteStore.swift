// Target `SQLiteStore`: a store in one SQLite file, with its schema, migrations, statements and
// shared write transactions.
// Border: it is the only importer of GRDB. `Tests/StoreTests` checks it against the contract of
// `Domain`'s stores. The command line imports it.

import Dispatch
public import Domain
import Foundation
import GRDB
import Synchronization

/// A store of all state that must outlive a process, in one SQLite file.
///
/// This is the only target that imports GRDB.
///
/// **Processes.** The unprivileged front uses the store for as long as it serves. Commands such as
/// `quicksand keys create` use the same file at the same time, each in a process of its own.
/// Nothing read from the file is therefore cached here: a key revoked by a command is revoked for
/// the server's next request. Write-ahead logging lets every process read while one writes. Writers
/// wait for each other up to ``busySecondsMax``; they take the write lock at the start, so that
/// none has to give up half-way.
///
/// **Durability.** Every write is in the operating system's hands when its method returns: `kill
/// -9` of this process, or of all of them, loses nothing. Data that callers rely on (an accepted
/// execution, the deliveries of a finished one, a key, a revocation) is also flushed to the disk
/// before the method returns. The counts on each request's path (quota, idempotency, last use) are
/// not flushed: a power cut may lose the last of them, but never corrupts the file.
///
/// **Bounds.** Writes that add quota or idempotency entries also delete a few outdated rows each,
/// so that no request pays for a long clean-up. ``RetentionStore`` deletes ended work after its
/// retention time.
///
/// A write continues when its task is cancelled: a caller who hangs up must not remove the record
/// of its charge.
public final class SQLiteStore: Store {
    let pool: DatabasePool
    /// The reason why deleting rows does not shrink the file; `nil` where it does.
    ///
    /// A file of an earlier release must be rewritten once before it can shrink; until then its
    /// free pages are reused.
    public let reasonNotToShrink: String?
    /// The waiting writes, oldest first; see `SQLiteStore+Writing.swift`.
    let pendingWrites = Mutex<[PendingWrite]>([])
    /// Whether the last write failed for a temporary reason.
    let cannotWrite = Atomic(false)
    let clock: WallClock
    let onGivenUp: @Sendable (UnreadableRecord) -> Void

    /// The longest wait of a writer for another process's transaction, in seconds.
    static let busySecondsMax = 5.0
    /// The longest wait after such a wait has failed.
    ///
    /// The writers behind it wait in line, and must not each wait as long.
    static let busyAgainSecondsMax = 0.25
    /// The connections that read at once; the writer has one more.
    static let readersMax = 4
    /// The size to which the write-ahead log is truncated when it is empty.
    static let logBytesMax = 16 << 20

    /// Opens or creates the file, migrates its schema, and prepares every connection's statements.
    ///
    /// The prepared statements make the first request as fast as the others.
    ///
    /// A missing folder is created, readable only by its owner, and so is a missing file. A file
    /// that root creates gets the folder's owner, so that a server which dropped to that user can
    /// open it.
    ///
    /// - Parameter onGivenUp: called with work that could not be read and is not retried.
    /// - Throws: ``SQLiteStoreError``
    public init(
        path: String,
        clock: WallClock = .system,
        onGivenUp: @escaping @Sendable (UnreadableRecord) -> Void = { _ in }
    ) throws(SQLiteStoreError) {
        self.clock = clock
        self.onGivenUp = onGivenUp
        let file = DatabaseFile(path: path)
        // The lock is held until the schema exists: two starting processes must not both create it.
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

    /// Waits for running operations, then closes every connection.
    ///
    /// Methods called afterwards throw.
    public func close() throws {
        try pool.close()
    }

    /// Checks reading always, but writing only after a failed write.
    ///
    /// A healthy store is not written to for a check.
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
    /// Reads one snapshot of the file, newer than every write of any process that has returned.
    func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        do {
            return try await pool.read(body)
        } catch {
            throw StoreUnavailable(error) ?? error
        }
    }
}

// MARK: - Preparing statements

extension SQLiteStore {
    private func warm() throws {
        // An immediate transaction also detects a read-only file, which SQLite opens without an
        // error.
        try pool.write { db in
            for sql in Query.writes { _ = try db.cachedStatement(sql: sql) }
        }
        try warmReaders()
    }

    /// Prepares the statements of all readers.
    ///
    /// It holds all of them at once, because the pool opens another only while the others are in
    /// use.
    private func warmReaders() throws {
        let ready = DispatchSemaphore(value: 0)
        let everyoneIsReady = DispatchSemaphore(value: 0)
        for _ in 0..<Self.readersMax {
            pool.asyncRead { result in
                // A reader that cannot be opened here makes later reads fail, with the reason.
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
