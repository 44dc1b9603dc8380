import Domain
import GRDB

/// The tables, and the migrations that lead to them.
///
/// A released migration never changes; a new one is appended.
///
/// Every table is STRICT, so a column holds values of its declared type and decoding cannot fail on
/// it. Dates are whole microseconds since 1970. Each index has the exact order of one listing, and
/// newest first is the index read backwards. No page is therefore sorted, and none reads rows of
/// another organization.
enum Schema {
    /// - Returns: the reason why deleting rows does not shrink the file, or `nil`.
    static func bringUpToDate(_ pool: DatabasePool, path: String) throws -> String? {
        let migrator = migrator
        if try pool.read(migrator.hasBeenSuperseded) {
            throw SQLiteStoreError.newerSchema(path: path)
        }
        try migrator.migrate(pool)
        return try giveBackLater(pool)
    }

    /// Turns on the bookkeeping that lets the file return free pages.
    ///
    /// SQLite can turn it on only while it rewrites the whole file. For a new file this costs
    /// nothing. A file of an earlier release is rewritten once, which also drops the pages that its
    /// migration freed. Where there is no room for a second file, free pages are reused and not
    /// returned, and the next start tries again.
    private static func giveBackLater(_ pool: DatabasePool) throws -> String? {
        try pool.writeWithoutTransaction { db in
            guard try Int.fetchOne(db, sql: "PRAGMA auto_vacuum") == 0 else { return nil }
            try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            do {
                try db.execute(sql: "VACUUM")
                return nil
            } catch {
                return "\(error)"
            }
        }
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1") { db in
            for sql in [keys, charges, executions, deliveries, idempotency, organizations] {
                try db.execute(sql: sql)
            }
        }
        migrator.registerMigration("v2") { db in try db.execute(sql: attempts) }
        migrator.registerMigration("v3") { db in
            for sql in [
                users, plansOfOrganizations, tokens, projects, tasks, executionParents,
                deliverySubjects, idempotencySubjects,
            ] {
                try db.execute(sql: sql)
            }
        }
        migrator.registerMigration("v4") { db in try db.execute(sql: narrowTables) }
        migrator.registerMigration("v5") { db in try db.execute(sql: endings) }
        migrator.registerMigration("v6") { db in try db.execute(sql: claims) }
        migrator.registerMigration("v7") { db in
            for sql in [knownAddresses, invitations] { try db.execute(sql: sql) }
        }
        migrator.registerMigration("v8") { db in
            let receiver = DatabaseFunction("receiver", argumentCount: 1, pure: true) { values in
                String.fromDatabaseValue(values[0]).map(CallbackURL.receiver)
            }
            db.add(function: receiver)
            try db.execute(sql: receivers)
            db.remove(function: receiver)
        }
        return migrator
    }

    /// Adds the receivers of deliveries, and the indexes by which the courier takes turns.
    private static let receivers = """
        ALTER TABLE delivery ADD COLUMN receiver TEXT NOT NULL DEFAULT '';
        UPDATE delivery SET receiver = receiver(url);
        CREATE INDEX delivery_turn ON delivery (organization, state_at) WHERE state = 'pending';
        CREATE INDEX delivery_receiver ON delivery (organization, receiver, state_at, id)
            WHERE state = 'pending';
        """

    /// Adds workers; no worker holds what an earlier release left unfinished.
    private static let claims = """
        CREATE TABLE worker (
            id TEXT PRIMARY KEY NOT NULL,
            lease_until INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        ALTER TABLE execution ADD COLUMN worker TEXT;
        CREATE INDEX execution_held ON execution (worker, finished_at) WHERE finished_at IS NULL;
        """

    /// Adds the indexes that find old ended work.
    private static let endings = """
        CREATE INDEX execution_ended ON execution (organization, finished_at)
            WHERE finished_at IS NOT NULL;
        CREATE INDEX task_ended ON task (organization, finished_at) WHERE finished_at IS NOT NULL;
        """

    /// Adds the number of attempts; older rows count one attempt if they were started, else none.
    private static let attempts = """
        ALTER TABLE execution ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
        UPDATE execution SET attempts = 1 WHERE started_at IS NOT NULL;
        """

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

    /// Creates the charges, ordered by day, so that past days are one range at the front.
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

    /// Creates the deliveries; `state_at` is the time of the next attempt, or of the end.
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

    /// Moves the plans from the keys to their organizations: an organization gets the plan of its
    /// newest key; a valid key comes before a revoked one.
    ///
    /// A foreign key cannot be added to an existing table, so the keys move to a new table.
    private static let plansOfOrganizations = """
        CREATE TABLE organization_v3 (
            id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL,
            plan TEXT NOT NULL,
            webhook_secret TEXT,
            created_at INTEGER NOT NULL
        ) STRICT;
        INSERT INTO organization_v3 (id, name, plan, webhook_secret, created_at)
            SELECT known.id, known.id,
                COALESCE((SELECT plan FROM api_key WHERE organization = known.id
                    ORDER BY revoked_at IS NULL DESC, created_at DESC, id DESC LIMIT 1), 'free'),
                (SELECT webhook_secret FROM organization WHERE organization.id = known.id),
                COALESCE((SELECT MIN(created_at) FROM api_key WHERE organization = known.id), 0)
            FROM (SELECT organization AS id FROM api_key UNION SELECT id FROM organization
                UNION SELECT organization FROM execution) AS known;
        DROP TABLE organization;
        ALTER TABLE organization_v3 RENAME TO organization;
        CREATE INDEX organization_newest ON organization (created_at, id);

        CREATE TABLE api_key_v3 (
            id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL,
            digest BLOB NOT NULL UNIQUE,
            organization TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
            user TEXT REFERENCES user (id) ON DELETE SET NULL,
            scopes TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER,
            last_used_at INTEGER,
            revoked_at INTEGER
        ) STRICT;
        INSERT INTO api_key_v3 SELECT id, name, digest, organization, NULL, scopes, created_at,
            expires_at, last_used_at, revoked_at FROM api_key;
        DROP TABLE api_key;
        ALTER TABLE api_key_v3 RENAME TO api_key;
        CREATE INDEX api_key_user ON api_key (user) WHERE user IS NOT NULL;
        CREATE INDEX api_key_newest ON api_key (organization, created_at, id);
        """

    private static let users = """
        CREATE TABLE user (
            id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL,
            email TEXT NOT NULL UNIQUE,
            image TEXT,
            password TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE membership (
            organization TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
            user TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            role TEXT NOT NULL CHECK (role IN ('owner', 'member')),
            is_own INTEGER NOT NULL CHECK (is_own IN (0, 1)),
            created_at INTEGER NOT NULL,
            PRIMARY KEY (organization, user)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX membership_user ON membership (user, is_own, created_at, organization);
        CREATE INDEX membership_oldest ON membership (organization, created_at, user);
        CREATE TABLE session (
            digest BLOB PRIMARY KEY NOT NULL,
            id TEXT NOT NULL UNIQUE,
            user TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX session_user ON session (user);
        CREATE INDEX session_oldest ON session (expires_at);
        """

    private static let tokens = """
        CREATE TABLE signing_key (
            id TEXT PRIMARY KEY NOT NULL,
            pem TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE revoked_token (
            id TEXT PRIMARY KEY NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX revoked_token_oldest ON revoked_token (expires_at);
        """

    /// Creates the projects; environments, limits and the requests of tasks are JSON text.
    private static let projects = """
        CREATE TABLE project (
            id TEXT PRIMARY KEY NOT NULL,
            organization TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            language TEXT,
            version TEXT,
            entry TEXT,
            environment BLOB NOT NULL,
            limits BLOB NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX project_newest ON project (organization, created_at, id);
        CREATE TABLE project_file (
            project TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
            path TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            content BLOB NOT NULL,
            PRIMARY KEY (project, path)
        ) STRICT;
        """

    /// Creates the tasks, with the unchanging part as JSON text.
    ///
    /// `due_at` is the time when a `scheduled` task is queued. `execution` is the running or the
    /// last attempt.
    private static let tasks = """
        CREATE TABLE task (
            id TEXT PRIMARY KEY NOT NULL,
            organization TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
            project TEXT REFERENCES project (id) ON DELETE CASCADE,
            agent TEXT,
            status TEXT NOT NULL,
            priority INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            due_at INTEGER,
            started_at INTEGER,
            finished_at INTEGER,
            execution TEXT,
            attempts INTEGER NOT NULL,
            attempts_left INTEGER NOT NULL,
            task BLOB NOT NULL
        ) STRICT;
        CREATE INDEX task_newest ON task (organization, created_at, id);
        CREATE INDEX task_status ON task (organization, status, created_at, id);
        CREATE INDEX task_agent ON task (organization, agent, created_at, id);
        CREATE INDEX task_status_agent ON task (organization, status, agent, created_at, id);
        CREATE INDEX task_all_newest ON task (created_at, id);
        CREATE INDEX task_all_status ON task (status, created_at, id);
        CREATE INDEX task_all_agent ON task (agent, created_at, id);
        CREATE INDEX task_all_status_agent ON task (status, agent, created_at, id);
        CREATE INDEX task_project ON task (project) WHERE project IS NOT NULL;
        CREATE INDEX task_turn ON task (organization, priority DESC, created_at, id)
            WHERE status = 'queued';
        CREATE INDEX task_due ON task (due_at, id) WHERE status = 'scheduled';
        CREATE INDEX task_unfinished ON task (organization, finished_at)
            WHERE finished_at IS NULL;
        """

    private static let executionParents = """
        ALTER TABLE execution ADD COLUMN project TEXT REFERENCES project (id) ON DELETE CASCADE;
        ALTER TABLE execution ADD COLUMN task TEXT REFERENCES task (id) ON DELETE CASCADE;
        CREATE INDEX execution_project ON execution (project, created_at, id)
            WHERE project IS NOT NULL;
        CREATE INDEX execution_task ON execution (task, created_at, id) WHERE task IS NOT NULL;
        """

    private static let deliverySubjects = """
        CREATE TABLE delivery_v3 (
            id TEXT PRIMARY KEY NOT NULL,
            organization TEXT NOT NULL,
            execution TEXT REFERENCES execution (id) ON DELETE CASCADE,
            task TEXT REFERENCES task (id) ON DELETE CASCADE,
            url TEXT NOT NULL,
            body BLOB NOT NULL,
            created_at INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
            state_at INTEGER NOT NULL,
            attempts BLOB NOT NULL,
            CHECK ((execution IS NULL) <> (task IS NULL))
        ) STRICT;
        INSERT INTO delivery_v3 SELECT id, organization, execution, NULL, url, body, created_at,
            state, state_at, attempts FROM delivery;
        DROP TABLE delivery;
        ALTER TABLE delivery_v3 RENAME TO delivery;
        CREATE INDEX delivery_newest ON delivery (organization, created_at, id);
        CREATE INDEX delivery_execution ON delivery (execution) WHERE execution IS NOT NULL;
        CREATE INDEX delivery_task ON delivery (task) WHERE task IS NOT NULL;
        CREATE INDEX delivery_due ON delivery (state, state_at, id) WHERE state = 'pending';
        """

    /// Renames the column, because a request may become a task as well; identifiers tell which.
    private static let idempotencySubjects =
        "ALTER TABLE idempotency RENAME COLUMN execution TO subject;"
}
