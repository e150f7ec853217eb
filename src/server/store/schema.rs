//! The database's schema, version by version.

/// Each entry brings the schema one version further; never change one that was released.
pub const MIGRATIONS: [&str; 7] = [
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
];
