import GRDB

/// The tables, and the steps that brought them to what they are.
///
/// A released step is never changed; a new one follows.
///
/// Every table is STRICT, so that a column holds what its declaration says and decoding cannot fail
/// on its type. Moments are whole microseconds since 1970. Each index is the exact order of one
/// listing: newest first is the index read backwards, so that no page is sorted and none reads rows
/// of another organization.
enum Schema {
    static func bringUpToDate(_ pool: DatabasePool, path: String) throws {
        let migrator = migrator
        if try pool.read(migrator.hasBeenSuperseded) {
            throw SQLiteStoreError.newerSchema(path: path)
        }
        try migrator.migrate(pool)
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1") { db in
            for sql in [keys, charges, executions, deliveries, idempotency, organizations] {
                try db.execute(sql: sql)
            }
        }
        return migrator
    }

    private static let keys = """
        CREATE TABLE api_key (
            id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL,
            digest BLOB NOT NULL UNIQUE,
            organization TEXT NOT NULL,
            plan TEXT NOT NULL,
            scopes TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER,
            last_used_at INTEGER,
            revoked_at INTEGER
        ) STRICT;
        """

    /// The day comes first, so that past days are one range at the front of the table.
    private static let charges = """
        CREATE TABLE charge (
            day INTEGER NOT NULL,
            subject TEXT NOT NULL,
            count INTEGER NOT NULL CHECK (count >= 0),
            PRIMARY KEY (day, subject)
        ) STRICT, WITHOUT ROWID;
        """

    private static let executions = """
        CREATE TABLE execution (
            id TEXT PRIMARY KEY NOT NULL,
            organization TEXT NOT NULL,
            status TEXT NOT NULL,
            language TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            started_at INTEGER,
            finished_at INTEGER,
            request BLOB NOT NULL,
            result BLOB
        ) STRICT;
        CREATE INDEX execution_newest ON execution (organization, created_at, id);
        CREATE INDEX execution_status ON execution (organization, status, created_at, id);
        CREATE INDEX execution_language ON execution (organization, language, created_at, id);
        CREATE INDEX execution_status_language
            ON execution (organization, status, language, created_at, id);
        CREATE INDEX execution_unfinished ON execution (finished_at, created_at, id)
            WHERE finished_at IS NULL;
        """

    /// `state_at` is the next attempt's time while pending, and afterwards the time of the end.
    private static let deliveries = """
        CREATE TABLE delivery (
            id TEXT PRIMARY KEY NOT NULL,
            organization TEXT NOT NULL,
            execution TEXT NOT NULL REFERENCES execution (id) ON DELETE CASCADE,
            url TEXT NOT NULL,
            body BLOB NOT NULL,
            created_at INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
            state_at INTEGER NOT NULL,
            attempts BLOB NOT NULL
        ) STRICT;
        CREATE INDEX delivery_newest ON delivery (organization, created_at, id);
        CREATE INDEX delivery_execution ON delivery (execution);
        CREATE INDEX delivery_due ON delivery (state, state_at, id) WHERE state = 'pending';
        """

    private static let idempotency = """
        CREATE TABLE idempotency (
            organization TEXT NOT NULL,
            key TEXT NOT NULL,
            fingerprint BLOB NOT NULL,
            execution TEXT NOT NULL,
            claimed_at INTEGER NOT NULL,
            UNIQUE (organization, key)
        ) STRICT;
        CREATE INDEX idempotency_oldest ON idempotency (claimed_at);
        """

    private static let organizations = """
        CREATE TABLE organization (
            id TEXT PRIMARY KEY NOT NULL,
            webhook_secret TEXT NOT NULL
        ) STRICT;
        """
}
