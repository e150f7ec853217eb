//! The database's tables, version by version, for each engine. PostgreSQL came with version 8 of SQLite's: its first step makes the same
//! tables.

use crate::server::database::Schema;

pub const SCHEMA: Schema = Schema { name: "console", sqlite: &SQLITE, postgres: &POSTGRES };

const SQLITE: [&str; 12] = [
    "
    CREATE TABLE session (
        id_hash BLOB PRIMARY KEY, agent TEXT NOT NULL, device TEXT NOT NULL, name TEXT NOT NULL,
        platform_session TEXT NOT NULL, created INTEGER NOT NULL
    );
    CREATE TABLE audit (
        id INTEGER NOT NULL, at INTEGER NOT NULL, outcome TEXT NOT NULL, status INTEGER, operation TEXT NOT NULL,
        by_agent TEXT NOT NULL, by_device TEXT NOT NULL, agent TEXT, device TEXT, call TEXT, after_ms INTEGER
    );
    CREATE INDEX audit_id ON audit (id);
",
    "
    CREATE TABLE board (
        agent TEXT PRIMARY KEY, device TEXT, mode TEXT, since INTEGER NOT NULL, reason TEXT, kept_at INTEGER NOT NULL
    ) WITHOUT ROWID;
",
    "
    CREATE TABLE pending (
        id INTEGER PRIMARY KEY, kind TEXT NOT NULL, agent TEXT NOT NULL, device TEXT, by_agent TEXT NOT NULL, by_device TEXT NOT NULL,
        at INTEGER NOT NULL, minutes INTEGER, due INTEGER
    );
",
    "
    CREATE TABLE token (
        name TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, role TEXT NOT NULL, made INTEGER NOT NULL, used INTEGER
    ) WITHOUT ROWID;
",
    "
    CREATE TABLE day (agent TEXT NOT NULL, since INTEGER NOT NULL, state TEXT NOT NULL, PRIMARY KEY (agent, since)) WITHOUT ROWID;
    CREATE INDEX day_since ON day (since);
    CREATE TABLE moment (name TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
",
    "
    ALTER TABLE audit ADD COLUMN reason TEXT;
",
    "
    CREATE TABLE state_interval (
        agent TEXT NOT NULL, began INTEGER NOT NULL, ended INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT, certain INTEGER NOT NULL,
        PRIMARY KEY (agent, began)
    ) WITHOUT ROWID;
    CREATE INDEX state_interval_ended ON state_interval (ended);
    CREATE TABLE call_record (
        call TEXT PRIMARY KEY, former TEXT NOT NULL, direction TEXT NOT NULL, kind TEXT, queue TEXT, started INTEGER, answered INTEGER,
        ended INTEGER NOT NULL, ending TEXT NOT NULL, ended_by TEXT, holds INTEGER NOT NULL, held_ms INTEGER NOT NULL,
        transfers INTEGER NOT NULL, conferences INTEGER NOT NULL, parties TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX call_record_ended ON call_record (ended);
    DROP TABLE board;
",
    "
    CREATE TABLE audit_line (
        line INTEGER PRIMARY KEY, id INTEGER NOT NULL, at INTEGER NOT NULL, outcome TEXT NOT NULL, status INTEGER, operation TEXT NOT NULL,
        by_agent TEXT NOT NULL, by_device TEXT NOT NULL, agent TEXT, device TEXT, call TEXT, after_ms INTEGER, reason TEXT
    );
    INSERT INTO audit_line SELECT rowid, id, at, outcome, status, operation, by_agent, by_device, agent, device, call, after_ms, reason FROM audit;
    DROP TABLE audit;
    ALTER TABLE audit_line RENAME TO audit;
    CREATE INDEX audit_id ON audit (id);
",
    "
    CREATE TABLE bulk_run (
        id INTEGER PRIMARY KEY, console INTEGER NOT NULL, at INTEGER NOT NULL, by_agent TEXT NOT NULL, operation TEXT NOT NULL,
        minutes INTEGER, agents TEXT NOT NULL, cancelled INTEGER NOT NULL
    );
    CREATE TABLE bulk_item (
        run INTEGER NOT NULL, place INTEGER NOT NULL, intervention INTEGER, step TEXT, obstacle TEXT, PRIMARY KEY (run, place)
    ) WITHOUT ROWID;
    ALTER TABLE call_record ADD COLUMN stepped_in TEXT NOT NULL DEFAULT '[]';
",
    "
    DROP TABLE day;
",
    "
    CREATE TABLE secret (name TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;
",
    "
    ALTER TABLE call_record ADD COLUMN certain INTEGER NOT NULL DEFAULT 1;
",
];

const POSTGRES: [&str; 4] = [
    "
    CREATE TABLE session (
        id_hash BYTEA PRIMARY KEY, agent TEXT NOT NULL, device TEXT NOT NULL, name TEXT NOT NULL, platform_session TEXT NOT NULL,
        created BIGINT NOT NULL
    );
    CREATE TABLE audit (
        line BIGSERIAL PRIMARY KEY, id BIGINT NOT NULL, at BIGINT NOT NULL, outcome TEXT NOT NULL, status BIGINT, operation TEXT NOT NULL,
        by_agent TEXT NOT NULL, by_device TEXT NOT NULL, agent TEXT, device TEXT, call TEXT, after_ms BIGINT, reason TEXT
    );
    CREATE INDEX audit_id ON audit (id);
    CREATE TABLE pending (
        id BIGINT PRIMARY KEY, kind TEXT NOT NULL, agent TEXT NOT NULL, device TEXT, by_agent TEXT NOT NULL, by_device TEXT NOT NULL,
        at BIGINT NOT NULL, minutes BIGINT, due BIGINT
    );
    CREATE TABLE token (name TEXT PRIMARY KEY, hash BYTEA NOT NULL UNIQUE, role TEXT NOT NULL, made BIGINT NOT NULL, used BIGINT);
    CREATE TABLE day (agent TEXT NOT NULL, since BIGINT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (agent, since));
    CREATE INDEX day_since ON day (since);
    CREATE TABLE moment (name TEXT PRIMARY KEY, at BIGINT NOT NULL);
    CREATE TABLE state_interval (
        agent TEXT NOT NULL, began BIGINT NOT NULL, ended BIGINT NOT NULL, state TEXT NOT NULL, reason TEXT, certain BIGINT NOT NULL,
        PRIMARY KEY (agent, began)
    );
    CREATE INDEX state_interval_ended ON state_interval (ended);
    CREATE TABLE call_record (
        call TEXT PRIMARY KEY, former TEXT NOT NULL, direction TEXT NOT NULL, kind TEXT, queue TEXT, started BIGINT, answered BIGINT,
        ended BIGINT NOT NULL, ending TEXT NOT NULL, ended_by TEXT, holds BIGINT NOT NULL, held_ms BIGINT NOT NULL,
        transfers BIGINT NOT NULL, conferences BIGINT NOT NULL, parties TEXT NOT NULL, stepped_in TEXT NOT NULL
    );
    CREATE INDEX call_record_ended ON call_record (ended);
    CREATE TABLE bulk_run (
        id BIGINT PRIMARY KEY, console BIGINT NOT NULL, at BIGINT NOT NULL, by_agent TEXT NOT NULL, operation TEXT NOT NULL,
        minutes BIGINT, agents TEXT NOT NULL, cancelled BIGINT NOT NULL
    );
    CREATE TABLE bulk_item (
        run BIGINT NOT NULL, place BIGINT NOT NULL, intervention BIGINT, step TEXT, obstacle TEXT, PRIMARY KEY (run, place)
    );
    CREATE SEQUENCE console_number;
",
    "
    DROP TABLE day;
",
    "
    CREATE TABLE secret (name TEXT PRIMARY KEY, bytes BYTEA NOT NULL);
",
    "
    ALTER TABLE call_record ADD COLUMN certain BIGINT NOT NULL DEFAULT 1;
",
];
