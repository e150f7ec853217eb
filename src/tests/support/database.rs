//! The console's database, read from outside while the console runs: a SQLite file, or with `TEST_DATABASE=postgres` a database on a real
//! PostgreSQL.

use super::postgres::shared_database;
use super::skipped;
use rusqlite::Connection;
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;
use supervisor_console::server::database::{Durability, Engine, Postgres, Row, Sqlite};

#[derive(Debug, Clone)]
pub struct Database {
    pub path: PathBuf,
    /// Its address, where it is not a file.
    server: Option<String>,
}

/// Whether the tests run on PostgreSQL.
fn on_postgres() -> bool {
    std::env::var("TEST_DATABASE").is_ok_and(|engine| engine == "postgres")
}

/// Whether there is no database file, for a test that is about one.
pub fn without_file() -> bool {
    if on_postgres() {
        skipped("this one is about a SQLite file");
    }
    on_postgres()
}

/// Somebody else who writes to the database: while it is locked nothing of the console's is written.
pub struct Lock {
    end: Option<Sender<()>>,
    held: Option<JoinHandle<()>>,
}

impl Lock {
    /// Until it is dropped.
    pub fn of(database: &Database) -> Lock {
        let (database, (end, ended), (is_held, held)) = (database.clone(), channel::<()>(), channel());
        let thread = std::thread::spawn(move || {
            let _lock = database.locked();
            is_held.send(()).unwrap();
            // Ends with the sender.
            let _ = ended.recv();
        });
        held.recv().unwrap();
        Lock { end: Some(end), held: Some(thread) }
    }

    /// Again and again, for up to 330 ms, with as much time between; the times follow from `seed`.
    pub fn now_and_then(database: &Database, seed: u64) -> Lock {
        let (database, (end, ended)) = (database.clone(), channel::<()>());
        let thread = std::thread::spawn(move || {
            let mut pause = seed;
            while ended.recv_timeout(Duration::from_millis(pause % 331)) == Err(RecvTimeoutError::Timeout) {
                let lock = database.locked();
                std::thread::sleep(Duration::from_millis(pause * 7 % 331));
                drop(lock);
                pause = pause * 31 % 1009 + 1;
            }
        });
        Lock { end: Some(end), held: Some(thread) }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.end = None;
        if let Some(held) = self.held.take() {
            held.join().unwrap();
        }
    }
}

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    pub id: i64,
    pub outcome: String,
    pub status: Option<u16>,
    pub operation: String,
    pub by: String,
    pub by_device: String,
    pub agent: Option<String>,
    pub device: Option<String>,
    pub call: Option<String>,
}

impl Database {
    /// The file at `path`; on PostgreSQL the database that stands for it.
    pub fn at(path: PathBuf) -> Database {
        static SERVED: Mutex<Option<HashMap<PathBuf, Option<String>>>> = Mutex::new(None);
        if !on_postgres() {
            return Database { path, server: None };
        }
        let mut served = SERVED.lock().unwrap();
        let server = served.get_or_insert_default().entry(path.clone()).or_insert_with(shared_database).clone();
        Database { path, server }
    }

    /// A file, also where the tests run on PostgreSQL.
    pub fn file(path: PathBuf) -> Database {
        Database { path, server: None }
    }

    /// The database at the address of a PostgreSQL.
    pub fn on_server(url: String) -> Database {
        Database { path: PathBuf::new(), server: Some(url) }
    }

    pub fn url(&self) -> String {
        self.server.clone().unwrap_or_else(|| format!("sqlite:{}", self.path.display()))
    }

    fn engine(&self, of_journal: bool) -> Box<dyn Engine> {
        match &self.server {
            Some(url) => Box::new(Postgres::open(&url.as_str().into()).unwrap()),
            None if of_journal => {
                Box::new(Sqlite::open(&PathBuf::from(format!("{}-events", self.path.display())), Durability::Soon).unwrap())
            }
            None => Box::new(Sqlite::open(&self.path, Durability::Soon).unwrap()),
        }
    }

    /// The rows that a statement gives. An engine waits on a thread of its own.
    fn rows(&self, of_journal: bool, sql: &str) -> Vec<Row> {
        let sql: &'static str = Box::leak(sql.to_owned().into_boxed_str());
        std::thread::scope(|scope| scope.spawn(|| self.engine(of_journal).query(sql, &[]).unwrap()).join().unwrap())
    }

    /// A lock on everything that the console writes, until what it returns is dropped. Others may read.
    fn locked(&self) -> Box<dyn Send> {
        let Some(url) = &self.server else {
            let connection = Connection::open(&self.path).unwrap();
            connection.busy_timeout(Duration::from_secs(20)).unwrap();
            connection.execute_batch("BEGIN IMMEDIATE").unwrap();
            return Box::new(connection);
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
            tokio::spawn(connection);
            client
                .batch_execute("BEGIN; LOCK TABLE session, audit, pending, moment, state_interval, call_record IN EXCLUSIVE MODE")
                .await
                .unwrap();
            client
        });
        Box::new((client, runtime))
    }

    /// The audit log, oldest line first.
    pub fn audit(&self) -> Vec<AuditLine> {
        let sql = "SELECT id, outcome, status, operation, by_agent, by_device, agent, device, call FROM audit ORDER BY line";
        let line = |row: &Row| AuditLine {
            id: row.get(0).unwrap(),
            outcome: row.get(1).unwrap(),
            status: row.get(2).unwrap(),
            operation: row.get(3).unwrap(),
            by: row.get(4).unwrap(),
            by_device: row.get(5).unwrap(),
            agent: row.get(6).unwrap(),
            device: row.get(7).unwrap(),
            call: row.get(8).unwrap(),
        };
        self.rows(false, sql).iter().map(line).collect()
    }

    /// The outcomes of one operation's lines, in their order.
    pub fn outcomes(&self, id: i64) -> Vec<String> {
        self.audit().into_iter().filter(|line| line.id == id).map(|line| line.outcome).collect()
    }

    /// Something that happens to it while no console runs.
    pub fn change(&self, sql: &str) {
        self.rows(false, sql);
    }

    pub fn text(&self, sql: &str) -> String {
        self.rows(false, sql)[0].get(0).unwrap()
    }

    pub fn count(&self, sql: &str) -> i64 {
        self.rows(false, sql)[0].get(0).unwrap()
    }

    /// The platform's session ids, by the agent they belong to.
    pub fn platform_sessions(&self) -> Vec<(String, String)> {
        let rows = self.rows(false, "SELECT agent, platform_session FROM session");
        rows.iter().map(|row| (row.get(0).unwrap(), row.get(1).unwrap())).collect()
    }

    /// How many bytes the journal's blocks take.
    pub fn journal_size(&self) -> usize {
        self.rows(true, "SELECT sum(length(bytes)) FROM block")[0].get(0).unwrap()
    }

    /// Everything that the journal has in it, inflated: what arrived stands there as it came.
    pub fn journal(&self) -> Vec<u8> {
        let rows = self.rows(true, "SELECT bytes FROM block ORDER BY first");
        rows.iter().flat_map(|row| zstd::stream::decode_all(&row.get::<Vec<u8>>(0).unwrap()[1..]).unwrap()).collect()
    }

    /// Waits until the database is as it should be.
    pub async fn until(&self, what: &str, is_so: impl Fn(&Database) -> bool) {
        let deadline = tokio::time::Instant::now() + super::PATIENCE;
        while !is_so(self) {
            assert!(tokio::time::Instant::now() < deadline, "waited until {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the journal has these bytes in it.
    pub async fn until_journalled(&self, bytes: &[u8]) {
        let deadline = tokio::time::Instant::now() + super::PATIENCE;
        while !self.journal().windows(bytes.len()).any(|window| window == bytes) {
            assert!(tokio::time::Instant::now() < deadline, "never in the journal: {}", String::from_utf8_lossy(bytes));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Every byte that is on the disk, the write-ahead log's as well; on PostgreSQL every row as text.
    pub fn bytes(&self) -> Vec<u8> {
        if self.server.is_some() {
            let tables = ["session", "audit", "pending", "token", "moment", "state_interval", "call_record", "bulk_run", "bulk_item"];
            let rows = tables.iter().flat_map(|table| self.rows(false, &format!("SELECT each::text FROM {table} AS each")));
            return rows.flat_map(|row| row.get::<String>(0).unwrap().into_bytes()).collect();
        }
        let folder = self.path.parent().unwrap();
        let mut bytes = Vec::new();
        for file in std::fs::read_dir(folder).unwrap() {
            // Not by ourselves: whoever closes a file loses all locks that the process has on it, and a console may be in this one.
            bytes.extend(Command::new("cat").arg(file.unwrap().path()).output().unwrap().stdout);
        }
        bytes
    }
}
