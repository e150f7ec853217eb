//! The database: sessions, tokens, the audit log, and what must outlive a restart. One thread owns the connection; everybody else sends it work.

mod audit;
mod board;
mod day;
mod orders;
mod sessions;
mod tokens;

pub use audit::AuditedOperation;
pub use sessions::StoredSession;
pub use tokens::StoredToken;

use crate::server::config::Database;
use rusqlite::{Connection, TransactionBehavior};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;
use tokio::sync::oneshot;

/// Why something could not be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("--database-url: {path} cannot be opened ({reason}): choose a place that this user may write to")]
    Open { path: String, reason: String },
    #[error("--database-url: {path} was made by a newer version: start that version, or choose another file")]
    Newer { path: String },
    #[error("the database is behind with its work")]
    Behind,
    #[error("the database has stopped")]
    Stopped,
    #[error("the database answered: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

type Work = Box<dyn FnOnce(&mut Connection) + Send>;

/// How much work may wait; more is refused rather than kept.
const QUEUE: usize = 1024;
/// How long one waits for the other where the console and the command `token` write at once.
const BUSY: Duration = Duration::from_secs(5);

/// A handle to the database; cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    work: SyncSender<Work>,
}

/// Each entry brings the schema one version further; never change one that was released.
const MIGRATIONS: [&str; 5] = [
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
];

impl Store {
    /// Opens or makes the database and brings its schema up to date.
    pub fn open(database: &Database) -> Result<Store, StoreError> {
        let (path, connection) = match database {
            Database::Memory => (":memory:".to_owned(), Connection::open_in_memory()),
            Database::File(path) => {
                keep_private(path);
                (path.display().to_string(), Connection::open(path))
            }
        };
        let open = |reason: rusqlite::Error| StoreError::Open { path: path.clone(), reason: reason.to_string() };
        let mut connection = connection.map_err(open)?;
        connection.busy_timeout(BUSY).map_err(open)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(open)?;
        connection.pragma_update(None, "synchronous", "NORMAL").map_err(open)?;
        // Immediate: two that open a new file at once must not both think that it is empty.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(open)?;
        let version: usize = transaction.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(open)?;
        if version > MIGRATIONS.len() {
            return Err(StoreError::Newer { path });
        }
        for migration in &MIGRATIONS[version..] {
            transaction.execute_batch(migration).map_err(open)?;
        }
        transaction.pragma_update(None, "user_version", MIGRATIONS.len()).map_err(open)?;
        transaction.commit().map_err(open)?;
        let (work, queue) = sync_channel(QUEUE);
        std::thread::Builder::new()
            .name("database".to_owned())
            .spawn(move || run(connection, &queue))
            .map_err(|error| StoreError::Open { path: "the database's thread".to_owned(), reason: error.to_string() })?;
        Ok(Store { work })
    }

    /// Runs `task` on the database's thread and waits for its answer.
    async fn ask<T: Send + 'static>(
        &self,
        task: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Box::new(move |connection| {
            // Nobody waiting any more is no error.
            let _ = reply.send(task(connection));
        }))?;
        Ok(answer.await.map_err(|_| StoreError::Stopped)??)
    }

    /// Waits until everything asked for so far is done.
    pub async fn written(&self) -> Result<(), StoreError> {
        self.ask(|_| Ok(())).await
    }

    /// Has `task` run without waiting; a failure is logged.
    fn tell(&self, what: &'static str, task: impl FnOnce(&mut Connection) -> rusqlite::Result<()> + Send + 'static) {
        let sent = self.send(Box::new(move |connection| {
            if let Err(error) = task(connection) {
                tracing::error!(%error, "{what} could not be written");
            }
        }));
        if let Err(error) = sent {
            tracing::error!(%error, "{what} could not be written");
        }
    }

    fn send(&self, work: Work) -> Result<(), StoreError> {
        self.work.try_send(work).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Behind,
            TrySendError::Disconnected(_) => StoreError::Stopped,
        })
    }
}

fn run(mut connection: Connection, queue: &Receiver<Work>) {
    while let Ok(work) = queue.recv() {
        work(&mut connection);
    }
}

/// The file holds the platform's session ids: nobody but its owner may read it.
fn keep_private(path: &std::path::Path) {
    use std::os::unix::fs::OpenOptionsExt;
    // Where it exists already, its rights are its owner's affair; where it cannot be made, opening says why.
    let _ = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
}
