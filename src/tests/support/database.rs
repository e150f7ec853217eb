//! The console's database, read from outside while the console runs.

use rusqlite::Connection;
use std::path::PathBuf;

#[derive(Debug, Clone)]
pub struct Database {
    pub path: PathBuf,
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

    /// The platform's session ids, by the agent they belong to.
    pub fn platform_sessions(&self) -> Vec<(String, String)> {
        let connection = Connection::open(&self.path).unwrap();
        let mut statement = connection.prepare("SELECT agent, platform_session FROM session").unwrap();
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
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
