//! The database: sessions, tokens, the audit log, and what must outlive a restart. One thread owns the connection; everybody else
//! sends it work.

mod aside;
mod audit;
mod moment;
mod notice;
mod queue;
mod queues;
mod records;
mod runs;
mod scheduled;
mod schema;
mod secret;
mod sessions;
mod tokens;

pub use audit::AuditedOperation;
pub use notice::{CHANNEL, IDS_EACH, Notice, Told, console_of};
pub use runs::StoredRun;
pub use scheduled::ScheduledAction;
pub use sessions::StoredSession;
pub use tokens::StoredToken;

use crate::server::config::Database;
use crate::server::database::{Durability, Engine, EngineError, Postgres, Sqlite, on_own_thread};
use aside::take_up;
use queue::{Queue, Write};
use std::time::Duration;
use tokio::sync::oneshot;

/// Every statement that keeps something: what was set aside is one of these.
const KEPT: [&str; 21] = [
    audit::KEEP,
    moment::ALIVE,
    notice::TELL,
    queues::KEEP,
    records::KEEP_INTERVAL,
    records::KEEP_CALL,
    records::NOT_OVER,
    records::RECORDED,
    records::FORGET_INTERVALS,
    records::FORGET_CALLS,
    runs::KEEP,
    runs::CANCEL,
    runs::TAKE_OVER,
    runs::BEGIN,
    runs::SETTLE,
    runs::FORGET_ITEMS,
    runs::FORGET,
    scheduled::KEEP,
    scheduled::FORGET,
    sessions::KEEP,
    sessions::FORGET,
];

/// Why something could not be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("--database-url: {path} cannot be opened ({reason}): choose a place that this user may write to")]
    Open { path: String, reason: String },
    #[error("--database-url: {path} was made by a newer version: start that version, or choose another database")]
    Newer { path: String },
    #[error("--database-url: {url} cannot be used ({reason}): is the server up, and may this user read and write that database?")]
    Connect { url: String, reason: String },
    #[error("--database-url: a console serves {path} already: stop it, or choose another database; several consoles share one PostgreSQL")]
    Held { path: String },
    #[error("--database-url: {path} is damaged ({reason}): put a copy of it back, or choose another database")]
    Damaged { path: String, reason: String },
    #[error("--database-url: what was set aside in {path} cannot be written ({reason}): move that file away to start without it")]
    Aside { path: String, reason: String },
    #[error("the database is behind with its work")]
    Behind,
    #[error("the database cannot be written: is its file locked, the disk full, or its server away?")]
    Stuck,
    #[error("the database file was deleted or replaced: put it back, or start the console anew")]
    Lost,
    #[error("the database has stopped")]
    Stopped,
    #[error("the database answered: {0}")]
    Engine(#[from] EngineError),
}

/// How much may wait to be written; with more no new operation is taken up. What was taken up is written all the same.
const MOST_WAITING: usize = 5_000;
/// How long the file may refuse to be written before operations are refused at once.
const STUCK: Duration = Duration::from_secs(10);
/// Beyond this nothing is handed over that can wait in memory as well.
const LAGGING: usize = 100;

/// A handle to the database; cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    queue: Queue,
    /// The console's number, where others may be on the same database.
    console: Option<i64>,
}

/// Resolves once what was handed over is written; an error says that it never will be.
pub type Written = oneshot::Receiver<()>;

impl Store {
    /// Opens or makes the database and brings its schema up to date.
    pub fn open(database: &Database) -> Result<Store, StoreError> {
        Store::start(database, false)
    }

    /// The same for the console that serves it: it leaves its mark, and writes what the last one could not.
    pub fn open_to_serve(database: &Database) -> Result<Store, StoreError> {
        Store::start(database, true)
    }

    fn start(database: &Database, serves: bool) -> Result<Store, StoreError> {
        let aside = aside::place(database);
        let (engine, console) = on_own_thread(|| {
            let mut engine = open(database, serves, serves).map_err(|error| StoreError::opening(database, &error))?;
            if let Some(path) = aside.as_ref().filter(|_| serves) {
                take_up(path, &mut *engine, &KEPT)
                    .map_err(|error| StoreError::Aside { path: path.display().to_string(), reason: error.to_string() })?;
            }
            let is_shared = serves && matches!(database, Database::Postgres(_));
            let number = "SELECT nextval('console_number')";
            let console = if is_shared { engine.query_one(number, &[])?.map(|row| row.get(0)).transpose()? } else { None };
            Ok::<_, StoreError>((engine, console))
        })?;
        Ok(Store { queue: Queue::start(engine, aside)?, console })
    }

    /// Runs `task` on the database's thread and waits for its answer. A lock is waited for, for a while.
    async fn ask<T: Send + 'static>(
        &self,
        task: impl FnMut(&mut dyn Engine) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, StoreError> {
        Ok(self.asked(task)?.await.map_err(|_| StoreError::Stopped)??)
    }

    /// Has `task` run on the database's thread; returns where its answer comes.
    fn asked<T: Send + 'static>(
        &self,
        mut task: impl FnMut(&mut dyn Engine) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, EngineError>>, StoreError> {
        let (reply, answer) = oneshot::channel();
        let mut reply = Some(reply);
        self.queue.ask(Box::new(move |engine, last| {
            let answer = task(engine);
            if !last && matches!(answer, Err(EngineError::Locked(_))) {
                return false;
            }
            // Nobody waiting any more is no error.
            reply.take().and_then(|reply| reply.send(answer).ok());
            true
        }))?;
        Ok(answer)
    }

    /// Waits until everything that was to be kept so far is written.
    pub async fn written(&self) -> Result<(), StoreError> {
        self.keep_told("nothing", Vec::new()).await.map_err(|_| StoreError::Stopped)
    }

    /// The console ends: what could not be written is set aside for the next start; false where that fails too.
    pub async fn set_aside(&self) -> bool {
        self.queue.set_aside().await
    }

    /// Has it written without waiting, in its order, however long it takes: it is tried until it is written.
    fn keep(&self, what: &'static str, write: Write) {
        self.queue.write(what, write, None);
    }

    /// The same, for one who wants to know when it is written.
    fn keep_told(&self, what: &'static str, write: Write) -> Written {
        let (done, written) = oneshot::channel();
        self.queue.write(what, write, Some(done));
        written
    }

    /// Why no operation may be taken up now: it could not be written down.
    pub fn trouble(&self) -> Option<StoreError> {
        if self.queue.is_lost() {
            return Some(StoreError::Lost);
        }
        if self.queue.stuck_for().is_some_and(|time| time >= STUCK) {
            return Some(StoreError::Stuck);
        }
        (self.queue.waiting() >= MOST_WAITING).then_some(StoreError::Behind)
    }

    /// Returns how many writes wait.
    pub fn waiting(&self) -> usize {
        self.queue.waiting()
    }

    /// What can wait in memory should: much is to be written already.
    pub fn lags(&self) -> bool {
        self.queue.waiting() >= LAGGING || self.queue.is_lost()
    }

    /// Waits until the database's thread has ended; while the console serves it does not.
    pub async fn ended(&self) {
        self.queue.ended().await;
    }
}

impl StoreError {
    fn opening(database: &Database, error: &EngineError) -> StoreError {
        let (name, reason) = (database.to_string(), error.to_string());
        match (error, database) {
            (EngineError::Newer, _) => StoreError::Newer { path: name },
            (EngineError::Held, _) => StoreError::Held { path: name },
            (EngineError::Damaged(_), _) => StoreError::Damaged { path: name, reason },
            (_, Database::Postgres(_)) => StoreError::Connect { url: name, reason },
            _ => StoreError::Open { path: name, reason },
        }
    }
}

/// Opens or makes the database, its tables up to date, while no console serves it.
pub fn engine(database: &Database) -> Result<Box<dyn Engine>, EngineError> {
    open(database, false, true)
}

fn open(database: &Database, serves: bool, alone: bool) -> Result<Box<dyn Engine>, EngineError> {
    let mut engine: Box<dyn Engine> = match database {
        Database::Memory => Box::new(Sqlite::in_memory()?),
        Database::Postgres(url) => Box::new(Postgres::open(url)?),
        Database::File(path) => {
            let mut sqlite = if alone { Sqlite::open_alone(path, Durability::Soon)? } else { Sqlite::open(path, Durability::Soon)? };
            sqlite.upgrade(schema::SCHEMA)?;
            if serves {
                sqlite.watch(path, true)?;
            }
            return Ok(Box::new(sqlite));
        }
    };
    engine.upgrade(schema::SCHEMA)?;
    Ok(engine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::time::at;
    use crate::server::database::Statement;
    use rusqlite::Connection;

    #[tokio::test]
    async fn a_file_is_served_by_one_console() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::File(folder.path().join("console.db"));
        let store = Store::open_to_serve(&database).unwrap();
        assert!(matches!(Store::open_to_serve(&database), Err(StoreError::Held { .. })));
        assert!(matches!(engine(&database), Err(EngineError::Held)), "what is moved stands still");
        Store::open(&database).unwrap().written().await.unwrap();
        drop(store);
        Store::open_to_serve(&database).unwrap();
    }

    #[tokio::test]
    async fn what_cannot_be_written_until_the_end_is_written_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("console.db");
        let database = Database::File(path.clone());
        let store = Store::open_to_serve(&database).unwrap();
        let lock = Connection::open(&path).unwrap();
        lock.execute_batch("BEGIN IMMEDIATE").unwrap();
        store.keep_alive(at(42));
        drop(store.keep_session(StoredSession {
            id_hash: [7; 32],
            agent: "5000@test.cc".to_owned(),
            device: "8000@test.cc".to_owned(),
            name: "张 \"5000\"".to_owned(),
            platform_session: "secret".to_owned(),
            created: at(7),
        }));
        drop(store.release_scheduled(3));
        assert!(store.set_aside().await);
        drop(store);
        lock.execute_batch("COMMIT").unwrap();
        let aside = folder.path().join("console.db-unwritten");
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&aside.metadata().unwrap().permissions()) & 0o077, 0);

        let store = Store::open_to_serve(&database).unwrap();
        assert_eq!(store.alive().await.unwrap(), Some(at(42)));
        let session = store.sessions(at(0)).await.unwrap().remove(0);
        assert_eq!((session.id_hash, session.name.as_str()), ([7; 32], "张 \"5000\""));
        assert!(!aside.exists(), "it would be written again");
    }

    #[tokio::test]
    async fn of_what_was_set_aside_only_what_is_known_is_written_and_the_rest_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::File(folder.path().join("console.db"));
        let aside = folder.path().join("console.db-unwritten");
        let of_another_version = r#"[["INSERT INTO day VALUES (?1)",["5001"]]]"#;
        let known = serde_json::to_string(&[(moment::ALIVE, [42])]).unwrap();
        let breaks_a_rule = serde_json::to_string(&[(moment::ALIVE, [(); 1])]).unwrap();
        std::fs::write(&aside, format!("{of_another_version}\n{known}\n{breaks_a_rule}\n[[\"INSERT")).unwrap();
        let store = Store::open_to_serve(&database).unwrap();
        assert_eq!(store.alive().await.unwrap(), Some(at(42)));
        let kept = std::fs::read_to_string(folder.path().join("console.db-unwritten-unknown")).unwrap();
        assert_eq!(kept, format!("{of_another_version}\n[[\"INSERT\n{breaks_a_rule}\n"));
        assert!(!aside.exists());
    }

    #[tokio::test]
    async fn nothing_is_dropped_while_the_file_is_locked_and_past_a_bound_that_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("console.db");
        let store = Store::open(&Database::File(path.clone())).unwrap();
        let lock = Connection::open(&path).unwrap();
        lock.execute_batch("BEGIN IMMEDIATE").unwrap();
        for id in 0..MOST_WAITING {
            assert!(store.trouble().is_none(), "{id}");
            store.keep("a moment", vec![Statement::new("INSERT INTO moment VALUES (?1, ?1)", [(id as i64).into()])]);
        }
        assert!(matches!(store.trouble(), Some(StoreError::Behind)));
        // Whoever only reads does not wait.
        assert_eq!(store.last_intervention().await.unwrap(), 0);
        lock.execute_batch("COMMIT").unwrap();
        store.written().await.unwrap();
        assert!(store.trouble().is_none() && store.queue.stuck_for().is_none());
        let (count, order): (usize, bool) =
            lock.query_row("SELECT count(*), max(at) = count(*) - 1 FROM moment", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert!(count == MOST_WAITING && order);
    }

    #[tokio::test]
    async fn what_breaks_a_rule_does_not_hold_up_the_rest() {
        let store = Store::open(&Database::Memory).unwrap();
        let never = store.keep_told("nothing", vec![Statement::new("INSERT INTO moment VALUES ('a', NULL)", [])]);
        store.written().await.unwrap();
        assert!(never.await.is_err(), "it was never written");
    }
}
