//! The journal's SQLite file: a table of blocks, the oldest of which go whole, and a table of snapshots. It lies beside the database, so
//! that neither waits for the other.

use super::block::{self, BlockError};
use super::entry::Entry;
use crate::floor::ConsoleTime;
use crate::server::store::Identity;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long one waits for the other where a snapshot and a block are written at once.
const BUSY: Duration = Duration::from_secs(5);
/// A snapshot is written in pieces, so that no block waits long for one.
const PIECE: usize = 256 << 10;
/// How many snapshots are kept: where the newest cannot be read the one before serves.
const SNAPSHOTS: i64 = 2;
/// How many blocks are removed at once at most.
const REMOVED_AT_ONCE: i64 = 500;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS block (
        first INTEGER PRIMARY KEY, entries INTEGER NOT NULL, began INTEGER NOT NULL, ended INTEGER NOT NULL, bytes BLOB NOT NULL
    );
    CREATE TABLE IF NOT EXISTS piece (position INTEGER NOT NULL, number INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (position, number));
    CREATE TABLE IF NOT EXISTS snapshot (position INTEGER PRIMARY KEY, at INTEGER NOT NULL, pieces INTEGER NOT NULL, hash BLOB NOT NULL);
";
/// The schema's number; a file with a higher one is a newer version's.
const VERSION: i32 = 1;

/// Why the journal cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("a block cannot be written: {0}")]
    Block(#[from] BlockError),
    #[error("its file was deleted or replaced")]
    Lost,
    #[error("it was made by a newer version")]
    Newer,
    #[error("the system gives no threads ({0})")]
    Threads(#[from] std::io::Error),
}

/// The place of an entry in the journal: the first one's is 1.
pub type Position = i64;

/// Where blocks go.
pub trait Blocks: Send {
    /// Appends entries, the first of which has that position; they are safe when it returns.
    fn append(&mut self, first: Position, entries: &[Entry]) -> Result<usize, JournalError>;
    /// Removes some of the blocks that ended before `horizon`, and of the oldest while all together have more than `most` bytes.
    fn retain(&mut self, horizon: ConsoleTime, most: u64) -> Result<(), JournalError>;
}

/// Where nothing outlives the console.
pub struct Nowhere;

impl Blocks for Nowhere {
    fn append(&mut self, _: Position, _: &[Entry]) -> Result<usize, JournalError> {
        Ok(0)
    }

    fn retain(&mut self, _: ConsoleTime, _: u64) -> Result<(), JournalError> {
        Ok(())
    }
}

/// The file beside the database at `path`.
pub fn beside(path: &Path) -> PathBuf {
    let mut path = path.to_path_buf().into_os_string();
    // Not "-journal": that is SQLite's own.
    path.push("-events");
    PathBuf::from(path)
}

/// A connection to the file.
#[derive(Debug)]
pub struct Table {
    connection: Connection,
    file: Identity,
}

impl Table {
    /// Opens or makes the file.
    pub fn open(path: &Path) -> Result<Table, JournalError> {
        crate::server::store::keep_private(path);
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        let version: i32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if version > VERSION {
            return Err(JournalError::Newer);
        }
        connection.execute_batch(SCHEMA)?;
        connection.pragma_update(None, "user_version", VERSION)?;
        Ok(Table { connection, file: Identity::unmarked(path.to_path_buf()) })
    }

    /// The position that the next entry gets.
    pub fn next(&self) -> Result<Position, JournalError> {
        let last = self.connection.query_row("SELECT first + entries FROM block ORDER BY first DESC LIMIT 1", [], |row| row.get(0));
        let snapshot: Option<Position> = self.connection.query_row("SELECT max(position) FROM snapshot", [], |row| row.get(0))?;
        Ok(last.optional()?.unwrap_or(1).max(snapshot.unwrap_or(0) + 1))
    }

    /// Hands over the blocks that have entries behind `after`, each with its first position; damage is handed over as it is.
    pub fn read(&self, after: Position, mut each: impl FnMut(Position, Result<Vec<Entry>, BlockError>)) -> Result<(), JournalError> {
        let mut statement = self.connection.prepare(
            "SELECT first, bytes FROM block WHERE first >= coalesce((SELECT max(first) FROM block WHERE first <= ?1), 0) ORDER BY first",
        )?;
        let mut rows = statement.query([after + 1])?;
        while let Some(row) = rows.next()? {
            each(row.get(0)?, block::decode(row.get_ref(1)?.as_blob().unwrap_or_default()));
        }
        Ok(())
    }

    /// Keeps a snapshot of what all entries up to `position` say, and removes old ones.
    pub fn keep_snapshot(&mut self, position: Position, at: ConsoleTime, bytes: &[u8]) -> Result<(), JournalError> {
        let pieces = bytes.chunks(PIECE);
        let count = pieces.len();
        self.connection.execute("DELETE FROM piece WHERE position NOT IN (SELECT position FROM snapshot)", [])?;
        for (number, piece) in (0_i64..).zip(pieces) {
            self.connection
                .execute("INSERT OR REPLACE INTO piece (position, number, bytes) VALUES (?1, ?2, ?3)", params![position, number, piece])?;
        }
        let hash = Sha256::digest(bytes);
        let transaction = self.connection.transaction()?;
        transaction.execute(
            "INSERT OR REPLACE INTO snapshot (position, at, pieces, hash) VALUES (?1, ?2, ?3, ?4)",
            params![position, at.as_millis(), count, hash.as_slice()],
        )?;
        let old = "(SELECT position FROM snapshot ORDER BY position DESC LIMIT -1 OFFSET ?1)";
        transaction.execute(&format!("DELETE FROM piece WHERE position IN {old}"), [SNAPSHOTS])?;
        transaction.execute(&format!("DELETE FROM snapshot WHERE position IN {old}"), [SNAPSHOTS])?;
        Ok(transaction.commit()?)
    }

    /// The positions of the snapshots, the newest first.
    pub fn snapshots(&self) -> Result<Vec<Position>, JournalError> {
        let mut statement = self.connection.prepare("SELECT position FROM snapshot ORDER BY position DESC")?;
        let positions = statement.query_map([], |row| row.get(0))?;
        Ok(positions.collect::<rusqlite::Result<_>>()?)
    }

    /// The snapshot of that position as it was kept; `None` where it is not whole.
    pub fn snapshot(&self, position: Position) -> Result<Option<Vec<u8>>, JournalError> {
        let (count, hash): (usize, Vec<u8>) =
            self.connection
                .query_row("SELECT pieces, hash FROM snapshot WHERE position = ?1", [position], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut statement = self.connection.prepare("SELECT bytes FROM piece WHERE position = ?1 ORDER BY number")?;
        let pieces = statement.query_map([position], |row| row.get::<_, Vec<u8>>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
        let bytes = pieces.concat();
        Ok((pieces.len() == count && Sha256::digest(&bytes).as_slice() == hash).then_some(bytes))
    }
}

impl Blocks for Table {
    fn append(&mut self, first: Position, entries: &[Entry]) -> Result<usize, JournalError> {
        let (Some(began), Some(ended)) = (entries.first(), entries.last()) else { return Ok(0) };
        if !self.file.is_there() {
            return Err(JournalError::Lost);
        }
        let bytes = block::encode(entries.iter())?;
        let mut statement =
            self.connection.prepare_cached("INSERT INTO block (first, entries, began, ended, bytes) VALUES (?1, ?2, ?3, ?4, ?5)")?;
        statement.execute(params![first, entries.len(), began.at.as_millis(), ended.at.as_millis(), bytes])?;
        Ok(bytes.len())
    }

    fn retain(&mut self, horizon: ConsoleTime, most: u64) -> Result<(), JournalError> {
        let pragma = |name: &str| self.connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, u64>(0));
        let used = pragma("page_size")? * pragma("page_count")?.saturating_sub(pragma("freelist_count")?);
        let oldest = "(SELECT first FROM block ORDER BY first LIMIT ?1)";
        let old = format!("DELETE FROM block WHERE first IN {oldest} AND ended < ?2");
        self.connection.execute(&old, params![REMOVED_AT_ONCE, horizon.as_millis()])?;
        if used > most {
            self.connection.execute(&format!("DELETE FROM block WHERE first IN {oldest}"), [REMOVED_AT_ONCE])?;
        }
        Ok(())
    }
}
