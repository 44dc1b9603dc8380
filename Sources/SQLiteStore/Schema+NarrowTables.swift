extension Schema {
    /// Schema v4: large columns move to tables of their own.
    ///
    /// SQLite stores a row's columns one after another, so reading a column behind a request of
    /// megabytes reads the request, and changing a row writes it again. In tables of their own,
    /// requests, results, orders and bodies are read and written only when needed. The remaining
    /// rows have the data for lists, as `summary` and `terms`.
    ///
    /// The migration copies every row once. An unreadable row gets no summary.
    static let narrowTables = narrowExecutions + narrowTasks + narrowDeliveries

    private static let narrowExecutions = """
        CREATE TABLE execution_v4 (
            id TEXT PRIMARY KEY NOT NULL,
            organization TEXT NOT NULL,
            status TEXT NOT NULL,
            language TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            started_at INTEGER,
            finished_at INTEGER,
            attempts INTEGER NOT NULL,
            project TEXT REFERENCES project (id) ON DELETE CASCADE,
            task TEXT REFERENCES task (id) ON DELETE CASCADE,
            summary BLOB
        ) STRICT;
        INSERT INTO execution_v4 SELECT id, organization, status, language, created_at, started_at,
            finished_at, attempts, project, task,
            CASE WHEN json_valid(asked) THEN CAST(json_object(
                'form', 1,
                'version', json_extract(asked, '$.version'),
                'metadata', json_extract(asked, '$.metadata'),
                'run', json(CASE
                    WHEN json_valid(told) AND json_type(told, '$.runs[#-1]') = 'object'
                        AND NOT json_extract(asked, '$.hasRuns')
                    THEN json_object(
                        'verdict', json_extract(told, '$.runs[#-1].verdict'),
                        'usage', json_extract(told, '$.runs[#-1].usage'),
                        'refusedCalls', json_extract(told, '$.runs[#-1].refusedCalls'))
                    END)
            ) AS BLOB) END
            FROM (SELECT *, CAST(request AS TEXT) AS asked, CAST(result AS TEXT) AS told
                FROM execution);
        CREATE TABLE execution_request (
            id TEXT PRIMARY KEY NOT NULL REFERENCES execution (id) ON DELETE CASCADE,
            content BLOB NOT NULL
        ) STRICT;
        INSERT INTO execution_request SELECT id, request FROM execution;
        CREATE TABLE execution_result (
            id TEXT PRIMARY KEY NOT NULL REFERENCES execution (id) ON DELETE CASCADE,
            content BLOB NOT NULL
        ) STRICT;
        INSERT INTO execution_result SELECT id, result FROM execution WHERE result IS NOT NULL;
        DROP TABLE execution;
        ALTER TABLE execution_v4 RENAME TO execution;
        CREATE INDEX execution_newest ON execution (organization, created_at, id);
        CREATE INDEX execution_status ON execution (organization, status, created_at, id);
        CREATE INDEX execution_language ON execution (organization, language, created_at, id);
        CREATE INDEX execution_status_language
            ON execution (organization, status, language, created_at, id);
        CREATE INDEX execution_unfinished ON execution (finished_at, created_at, id)
            WHERE finished_at IS NULL;
        CREATE INDEX execution_project ON execution (project, created_at, id)
            WHERE project IS NOT NULL;
        CREATE INDEX execution_task ON execution (task, created_at, id) WHERE task IS NOT NULL;

        """

    private static let narrowTasks = """
        CREATE TABLE task_v4 (
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
            terms BLOB
        ) STRICT;
        INSERT INTO task_v4 SELECT id, organization, project, agent, status, priority, created_at,
            due_at, started_at, finished_at, execution, attempts, attempts_left,
            CASE WHEN json_valid(asked) THEN CAST(json_object(
                'form', 1,
                'language', json_extract(asked, '$.request.language'),
                'version', json_extract(asked, '$.request.version'),
                'runAfter', json_extract(asked, '$.runAfter'),
                'attemptsMax', json_extract(asked, '$.attemptsMax'),
                'retryOn', json_extract(asked, '$.retryOn'),
                'callbackURL', json_extract(asked, '$.callbackURL'),
                'metadata', json_extract(asked, '$.request.metadata')
            ) AS BLOB) END
            FROM (SELECT *, CAST(task AS TEXT) AS asked FROM task);
        CREATE TABLE task_order (
            id TEXT PRIMARY KEY NOT NULL REFERENCES task (id) ON DELETE CASCADE,
            content BLOB NOT NULL
        ) STRICT;
        INSERT INTO task_order SELECT id, task FROM task;
        DROP TABLE task;
        ALTER TABLE task_v4 RENAME TO task;
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

    private static let narrowDeliveries = """
        CREATE TABLE delivery_v4 (
            id TEXT PRIMARY KEY NOT NULL,
            organization TEXT NOT NULL,
            execution TEXT REFERENCES execution (id) ON DELETE CASCADE,
            task TEXT REFERENCES task (id) ON DELETE CASCADE,
            url TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
            state_at INTEGER NOT NULL,
            attempts BLOB NOT NULL,
            CHECK ((execution IS NULL) <> (task IS NULL))
        ) STRICT;
        INSERT INTO delivery_v4 SELECT id, organization, execution, task, url, created_at, state,
            state_at, attempts FROM delivery;
        CREATE TABLE delivery_body (
            id TEXT PRIMARY KEY NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
            content BLOB NOT NULL
        ) STRICT;
        INSERT INTO delivery_body SELECT id, body FROM delivery;
        DROP TABLE delivery;
        ALTER TABLE delivery_v4 RENAME TO delivery;
        CREATE INDEX delivery_newest ON delivery (organization, created_at, id);
        CREATE INDEX delivery_execution ON delivery (execution) WHERE execution IS NOT NULL;
        CREATE INDEX delivery_task ON delivery (task) WHERE task IS NOT NULL;
        CREATE INDEX delivery_due ON delivery (state, state_at, id) WHERE state = 'pending';
        """
}
