-- A database that the service wrote before schema v7, as text, when it was killed: two users, a membership that nobody
-- accepted, a session each, two keys of which one is revoked.
BEGIN TRANSACTION;
CREATE TABLE "api_key" (
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
INSERT INTO "api_key" VALUES('key_01m8s5swz31p4j79288cppq425','one',X'603DC81041FAFDB0FE86A5A1DD222BB203F572DD4440DAC8708ED5E096A2D42A','org_01m8s5sw6cnfvjc20sg2e7bkdn','usr_01m8s5sw6c81bxv0b1krfnnkd7','["projects:read","projects:write"]',1796141282275773,NULL,NULL,NULL);
INSERT INTO "api_key" VALUES('key_01m8s5sx384e7xre8sam2fbea1','two',X'7977078DD73A8F3526CFCE9908E2F939E33643537DFA0D7789884B297A905F84','org_01m8s5sw6cnfvjc20sg2e7bkdn','usr_01m8s5sw6c81bxv0b1krfnnkd7','["projects:read","projects:write"]',1796141282408291,NULL,NULL,1796141282537782);
CREATE TABLE charge (
    day INTEGER NOT NULL,
    subject TEXT NOT NULL,
    count INTEGER NOT NULL CHECK (count >= 0),
    PRIMARY KEY (day, subject)
) STRICT, WITHOUT ROWID;
INSERT INTO "charge" VALUES(20788,'sign-up:127.0.0.1',2);
CREATE TABLE "delivery" (
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
CREATE TABLE delivery_body (
    id TEXT PRIMARY KEY NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
    content BLOB NOT NULL
) STRICT;
CREATE TABLE "execution" (
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
, worker TEXT) STRICT;
CREATE TABLE execution_request (
    id TEXT PRIMARY KEY NOT NULL REFERENCES execution (id) ON DELETE CASCADE,
    content BLOB NOT NULL
) STRICT;
CREATE TABLE execution_result (
    id TEXT PRIMARY KEY NOT NULL REFERENCES execution (id) ON DELETE CASCADE,
    content BLOB NOT NULL
) STRICT;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO "grdb_migrations" VALUES('v1');
INSERT INTO "grdb_migrations" VALUES('v2');
INSERT INTO "grdb_migrations" VALUES('v3');
INSERT INTO "grdb_migrations" VALUES('v4');
INSERT INTO "grdb_migrations" VALUES('v5');
INSERT INTO "grdb_migrations" VALUES('v6');
CREATE TABLE idempotency (
    organization TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    subject TEXT NOT NULL,
    claimed_at INTEGER NOT NULL,
    UNIQUE (organization, key)
) STRICT;
CREATE TABLE membership (
    organization TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    user TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('owner', 'member')),
    is_own INTEGER NOT NULL CHECK (is_own IN (0, 1)),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (organization, user)
) STRICT, WITHOUT ROWID;
INSERT INTO "membership" VALUES('org_01m8s5sw6cnfvjc20sg2e7bkdn','usr_01m8s5sw6c81bxv0b1krfnnkd7','owner',1,1796141281484234);
INSERT INTO "membership" VALUES('org_01m8s5sw6cnfvjc20sg2e7bkdn','usr_01m8s5swfb48q8rcfj3ce563p0','member',0,1796141282259871);
INSERT INTO "membership" VALUES('org_01m8s5swfb2edcd2yjqhdw4s6r','usr_01m8s5swfb48q8rcfj3ce563p0','owner',1,1796141281771373);
CREATE TABLE "organization" (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    plan TEXT NOT NULL,
    webhook_secret TEXT,
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO "organization" VALUES('org_01m8s5sw6cnfvjc20sg2e7bkdn','Ada','free','whsec_ROmF9/UFQRl3I1s7dKNCLi63c8jYrTKNNhubizOJa6U=',1796141281484234);
INSERT INTO "organization" VALUES('org_01m8s5swfb2edcd2yjqhdw4s6r','Bob','free','whsec_Y4rwWPfBvT0p7JzLc2hsAqL7PxhtAVyw0cVtEa2MeLM=',1796141281771373);
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
CREATE TABLE project_file (
    project TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (project, path)
) STRICT;
CREATE TABLE revoked_token (
    id TEXT PRIMARY KEY NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE session (
    digest BLOB PRIMARY KEY NOT NULL,
    id TEXT NOT NULL UNIQUE,
    user TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
INSERT INTO "session" VALUES(X'926701CC742D94095B78B201929A2CD42C37B7F3C656044F1ABEC55B007CF7DC','ses_01m8s5swemh75sq3mvvgt6wgh0','usr_01m8s5sw6c81bxv0b1krfnnkd7',1796141281748230,1796746081748230);
INSERT INTO "session" VALUES(X'B5C5084B08E6B24331E9EABEA250CFAA7E405D0491B20051044B59FA61B854C2','ses_01m8s5swqndbzyhv3qz42wprkd','usr_01m8s5swfb48q8rcfj3ce563p0',1796141282037741,1796746082037741);
CREATE TABLE signing_key (
    id TEXT PRIMARY KEY NOT NULL,
    pem TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE "task" (
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
CREATE TABLE task_order (
    id TEXT PRIMARY KEY NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    content BLOB NOT NULL
) STRICT;
CREATE TABLE user (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    image TEXT,
    password TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO "user" VALUES('usr_01m8s5sw6c81bxv0b1krfnnkd7','Ada','ada@example.com',NULL,'$scrypt$ln=15,r=8,p=3$gC+Dy6mRTLcH/VW7ZVZaLA==$VZpAU53y1LVyifXy1sNXXoSiiU3DOths2/8aBfU++kI=',1796141281484234,1796141281484234);
INSERT INTO "user" VALUES('usr_01m8s5swfb48q8rcfj3ce563p0','Bob','bob@example.com',NULL,'$scrypt$ln=15,r=8,p=3$3czGkZ84evJs3dMjz3Uq0g==$bd2k5X4GE1DmH3MyD9XL4nmGKR7Kj7/45zIiHakJlLA=',1796141281771373,1796141281771373);
CREATE TABLE worker (
    id TEXT PRIMARY KEY NOT NULL,
    lease_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "worker" VALUES('server',1796141341159357);
CREATE INDEX idempotency_oldest ON idempotency (claimed_at);
CREATE INDEX membership_user ON membership (user, is_own, created_at, organization);
CREATE INDEX membership_oldest ON membership (organization, created_at, user);
CREATE INDEX session_user ON session (user);
CREATE INDEX session_oldest ON session (expires_at);
CREATE INDEX organization_newest ON organization (created_at, id);
CREATE INDEX api_key_user ON api_key (user) WHERE user IS NOT NULL;
CREATE INDEX api_key_newest ON api_key (organization, created_at, id);
CREATE INDEX revoked_token_oldest ON revoked_token (expires_at);
CREATE INDEX project_newest ON project (organization, created_at, id);
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
CREATE INDEX delivery_newest ON delivery (organization, created_at, id);
CREATE INDEX delivery_execution ON delivery (execution) WHERE execution IS NOT NULL;
CREATE INDEX delivery_task ON delivery (task) WHERE task IS NOT NULL;
CREATE INDEX delivery_due ON delivery (state, state_at, id) WHERE state = 'pending';
CREATE INDEX execution_ended ON execution (organization, finished_at)
    WHERE finished_at IS NOT NULL;
CREATE INDEX task_ended ON task (organization, finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX execution_held ON execution (worker, finished_at) WHERE finished_at IS NULL;
COMMIT;
