//! The console's database, read from outside while the console runs.

use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

#[derive(Debug, Clone)]
pub struct Database {
    pub path: PathBuf,
}

/// Somebody else who writes to the file: while it is locked nothing of the console's is written.
pub struct Lock {
    held: Option<Connection>,
    other: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Lock {
    /// Until it is dropped.
    pub fn of(database: &Database) -> Lock {
        Lock { held: Some(locked(&database.path)), other: None }
    }

    /// Again and again, for up to 330 ms, with as much time between; the times follow from `seed`.
    pub fn now_and_then(database: &Database, seed: u64) -> Lock {
        let (path, (end, ended)) = (database.path.clone(), channel::<()>());
        let other = std::thread::spawn(move || {
            let mut pause = seed;
            while ended.recv_timeout(Duration::from_millis(pause % 331)) == Err(RecvTimeoutError::Timeout) {
                let lock = locked(&path);
                std::thread::sleep(Duration::from_millis(pause * 7 % 331));
                drop(lock);
                pause = pause * 31 % 1009 + 1;
            }
        });
        Lock { held: None, other: Some((end, other)) }
    }
}

fn locked(path: &PathBuf) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.busy_timeout(Duration::from_secs(20)).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    connection
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.held = None;
        if let Some((end, other)) = self.other.take() {
            drop(end);
            other.join().unwrap();
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
    pub fn at(path: PathBuf) -> Database {
        Database { path }
    }

    pub fn url(&self) -> String {
        format!("sqlite:{}", self.path.display())
    }

    /// The audit log, oldest line first.
    pub fn audit(&self) -> Vec<AuditLine> {
        let connection = Connection::open(&self.path).unwrap();
        let mut statement = connection
            .prepare("SELECT id, outcome, status, operation, by_agent, by_device, agent, device, call FROM audit ORDER BY rowid")
            .unwrap();
        let line = |row: &rusqlite::Row| {
            Ok(AuditLine {
                id: row.get(0)?,
                outcome: row.get(1)?,
                status: row.get(2)?,
                operation: row.get(3)?,
                by: row.get(4)?,
                by_device: row.get(5)?,
                agent: row.get(6)?,
                device: row.get(7)?,
                call: row.get(8)?,
            })
        };
        statement.query_map([], line).unwrap().map(Result::unwrap).collect()
    }

    /// The outcomes of one operation's lines, in their order.
    pub fn outcomes(&self, id: i64) -> Vec<String> {
        self.audit().into_iter().filter(|line| line.id == id).map(|line| line.outcome).collect()
    }

    /// Something that happens to it while no console runs.
    pub fn change(&self, sql: &str) {
        Connection::open(&self.path).unwrap().execute(sql, []).unwrap();
    }

    pub fn text(&self, sql: &str) -> String {
        Connection::open(&self.path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    pub fn count(&self, sql: &str) -> i64 {
        Connection::open(&self.path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// The platform's session ids, by the agent they belong to.
    pub fn platform_sessions(&self) -> Vec<(String, String)> {
        let connection = Connection::open(&self.path).unwrap();
        let mut statement = connection.prepare("SELECT agent, platform_session FROM session").unwrap();
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    }

    /// How many bytes the journal's blocks take.
    pub fn journal_size(&self) -> usize {
        let connection = Connection::open(format!("{}-events", self.path.display())).unwrap();
        connection.query_row("SELECT sum(length(bytes)) FROM block", [], |row| row.get(0)).unwrap()
    }

    /// Everything that the journal has in it, inflated: what arrived stands there as it came.
    pub fn journal(&self) -> Vec<u8> {
        let connection = Connection::open(format!("{}-events", self.path.display())).unwrap();
        let mut statement = connection.prepare("SELECT bytes FROM block ORDER BY first").unwrap();
        let blocks = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap().map(Result::unwrap);
        blocks.flat_map(|block| zstd::stream::decode_all(&block[1..]).unwrap()).collect()
    }

    /// Waits until the journal has these bytes in it.
    pub async fn until_journalled(&self, bytes: &[u8]) {
        let deadline = tokio::time::Instant::now() + super::PATIENCE;
        while !self.journal().windows(bytes.len()).any(|window| window == bytes) {
            assert!(tokio::time::Instant::now() < deadline, "never in the journal: {}", String::from_utf8_lossy(bytes));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Every byte that is on the disk, the write-ahead log's as well.
    pub fn bytes(&self) -> Vec<u8> {
        let folder = self.path.parent().unwrap();
        let mut bytes = Vec::new();
        for file in std::fs::read_dir(folder).unwrap() {
            bytes.extend(std::fs::read(file.unwrap().path()).unwrap());
        }
        bytes
    }
}
