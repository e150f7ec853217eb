//! The journal's tables: blocks, the oldest of which go whole, and snapshots. They lie in a SQLite file beside the database, so that neither
//! waits for the other, or with everything else on PostgreSQL.

use super::block::{self, BlockError};
use super::entry::{Entry, Once};
use crate::floor::ConsoleTime;
use crate::server::config::Database;
use crate::server::database::{self, Durability, Engine, EngineError, Postgres, Row, Schema, Sqlite, Statement, Value};
use crate::server::store::StoreError;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// A snapshot is written in pieces, so that no block waits long for one.
const PIECE: usize = 256 << 10;
/// How many snapshots are kept: where the newest cannot be read the one before serves.
const SNAPSHOTS: i64 = 2;
/// How many blocks are removed at once at most.
const REMOVED_AT_ONCE: i64 = 500;
/// How many blocks are read at once.
pub const READ_AT_ONCE: i64 = 64;

const SCHEMA: Schema = Schema {
    name: "journal",
    sqlite: &[
        "
    CREATE TABLE IF NOT EXISTS block (
        first INTEGER PRIMARY KEY, entries INTEGER NOT NULL, began INTEGER NOT NULL, ended INTEGER NOT NULL, bytes BLOB NOT NULL
    );
    CREATE TABLE IF NOT EXISTS piece (position INTEGER NOT NULL, number INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (position, number));
    CREATE TABLE IF NOT EXISTS snapshot (position INTEGER PRIMARY KEY, at INTEGER NOT NULL, pieces INTEGER NOT NULL, hash BLOB NOT NULL);
",
        "
    CREATE TABLE size (bytes INTEGER NOT NULL);
    INSERT INTO size SELECT coalesce(sum(length(bytes)), 0) FROM block;
",
        "
    CREATE TABLE place (name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
",
    ],
    postgres: &[
        "
    CREATE TABLE block (first BIGINT PRIMARY KEY, entries BIGINT NOT NULL, began BIGINT NOT NULL, ended BIGINT NOT NULL, bytes BYTEA NOT NULL);
    CREATE TABLE piece (position BIGINT NOT NULL, number BIGINT NOT NULL, bytes BYTEA NOT NULL, PRIMARY KEY (position, number));
    CREATE TABLE snapshot (position BIGINT PRIMARY KEY, at BIGINT NOT NULL, pieces BIGINT NOT NULL, hash BYTEA NOT NULL);
    CREATE TABLE size (bytes BIGINT NOT NULL);
    INSERT INTO size VALUES (0);
    ALTER TABLE block ALTER COLUMN bytes SET STORAGE EXTERNAL;
    ALTER TABLE piece ALTER COLUMN bytes SET STORAGE EXTERNAL;
",
        "
    CREATE TABLE place (name TEXT PRIMARY KEY, position BIGINT NOT NULL);
",
    ],
};

/// Why the journal cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("a block cannot be written: {0}")]
    Block(#[from] BlockError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a file cannot be put aside, or the system gives no threads ({0})")]
    System(#[from] std::io::Error),
}

/// The place of an entry in the journal: the first one's is 1.
pub type Position = i64;

/// Entries that were written together, as they are read again.
pub struct Block {
    /// The position of the first of them.
    pub first: Position,
    /// The position of the last one.
    pub last: Position,
    /// An error says that they are damaged.
    pub entries: Result<Vec<Entry>, BlockError>,
}

/// Where blocks go.
pub trait Blocks: Send {
    /// Whether they can be read again.
    fn keeps(&self) -> bool {
        true
    }
    /// The position that the next entry gets.
    fn next(&mut self) -> Result<Position, JournalError>;
    /// Appends entries, the first of which has that position; they are safe when it returns.
    fn append(&mut self, first: Position, entries: &[Entry]) -> Result<usize, JournalError>;
    /// Leaves in `new` what has not been written since then.
    fn without_written(&mut self, since: ConsoleTime, new: &mut HashSet<Once>) -> Result<(), JournalError>;
    /// Removes some of the blocks that ended before `horizon`, and of the oldest while all together have more than `most` bytes.
    fn retain(&mut self, horizon: ConsoleTime, most: u64) -> Result<(), JournalError>;
}

/// Where nothing outlives the console.
pub struct Nowhere;

impl Blocks for Nowhere {
    fn keeps(&self) -> bool {
        false
    }

    fn next(&mut self) -> Result<Position, JournalError> {
        Ok(1)
    }

    fn append(&mut self, _: Position, _: &[Entry]) -> Result<usize, JournalError> {
        Ok(0)
    }

    fn without_written(&mut self, _: ConsoleTime, _: &mut HashSet<Once>) -> Result<(), JournalError> {
        Ok(())
    }

    fn retain(&mut self, _: ConsoleTime, _: u64) -> Result<(), JournalError> {
        Ok(())
    }
}

/// The file beside the database at `path`.
pub fn beside(path: &Path) -> PathBuf {
    // Not "-journal": that is SQLite's own.
    database::beside(path, "-events")
}

/// A connection to the tables.
pub struct Table {
    engine: Box<dyn Engine>,
}

/// Opens or makes the journal of that database, its tables up to date.
pub fn engine(database: &Database) -> Result<Box<dyn Engine>, EngineError> {
    let mut engine: Box<dyn Engine> = match database {
        Database::Memory => Box::new(Sqlite::in_memory()?),
        Database::Postgres(url) => Box::new(Postgres::open(url)?),
        Database::File(path) => {
            let path = beside(path);
            let mut engine = Sqlite::open(&path, Durability::AtOnce)?;
            engine.upgrade(SCHEMA)?;
            engine.watch(&path, false)?;
            return Ok(Box::new(engine));
        }
    };
    engine.upgrade(SCHEMA)?;
    Ok(engine)
}

impl Table {
    /// Opens or makes the journal of that database.
    pub fn open(database: &Database) -> Result<Table, JournalError> {
        Ok(Table { engine: engine(database)? })
    }

    /// Writes a block and takes it back: where the file is damaged that shows now and not with the first event.
    pub fn try_out(&mut self) -> Result<(), JournalError> {
        self.engine.write(&[
            Statement::new(
                "INSERT INTO block (first, entries, began, ended, bytes) VALUES (?1, 0, 0, 0, ?2)",
                [Position::MAX.into(), Vec::new().into()],
            ),
            Statement::new("UPDATE size SET bytes = bytes + 0", []),
            Statement::new("DELETE FROM block WHERE first = ?1", [Position::MAX.into()]),
        ])?;
        Ok(())
    }

    /// Hands over all blocks that have entries behind `after`.
    pub fn read(&mut self, mut after: Position, mut each: impl FnMut(Block)) -> Result<(), JournalError> {
        loop {
            let blocks = self.behind(after, READ_AT_ONCE)?;
            let Some(last) = blocks.last() else { return Ok(()) };
            after = last.last;
            blocks.into_iter().for_each(&mut each);
        }
    }

    /// Returns the position of the last entry.
    pub fn last(&mut self) -> Result<Position, JournalError> {
        Ok(self.next()? - 1)
    }

    /// Returns the first blocks that have entries behind `after`, up to `most` of them.
    pub fn behind(&mut self, after: Position, most: i64) -> Result<Vec<Block>, JournalError> {
        let sql = "SELECT first, entries, bytes FROM block WHERE first >= (SELECT coalesce(max(first), 0) FROM block WHERE first <= ?1)
            AND first + entries > ?1 ORDER BY first LIMIT ?2";
        let rows = self.engine.query(sql, &[(after + 1).into(), most.into()])?;
        let blocks = rows.iter().filter_map(|Row(values)| match values.as_slice() {
            [Value::Integer(first), Value::Integer(count), Value::Bytes(bytes)] => {
                Some(Block { first: *first, last: first + count - 1, entries: block::decode(bytes) })
            }
            _ => None,
        });
        Ok(blocks.collect())
    }

    /// Keeps a snapshot of what all entries up to `position` say, and removes old ones.
    pub fn keep_snapshot(&mut self, position: Position, at: ConsoleTime, bytes: &[u8]) -> Result<(), JournalError> {
        let pieces = bytes.chunks(PIECE);
        let count = i64::try_from(pieces.len()).unwrap_or(i64::MAX);
        self.engine.execute("DELETE FROM piece WHERE position NOT IN (SELECT position FROM snapshot)", [])?;
        for (number, piece) in (0_i64..).zip(pieces) {
            let keep = "INSERT INTO piece (position, number, bytes) VALUES (?1, ?2, ?3)
                ON CONFLICT (position, number) DO UPDATE SET bytes = excluded.bytes";
            self.engine.execute(keep, [position.into(), number.into(), piece.to_vec().into()])?;
        }
        let keep = "INSERT INTO snapshot (position, at, pieces, hash) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (position) DO UPDATE SET at = excluded.at, pieces = excluded.pieces, hash = excluded.hash";
        let hash = Sha256::digest(bytes).to_vec();
        let of_old = "DELETE FROM piece WHERE position NOT IN (SELECT position FROM snapshot ORDER BY position DESC LIMIT ?1)";
        let old = "DELETE FROM snapshot WHERE position NOT IN (SELECT position FROM snapshot ORDER BY position DESC LIMIT ?1)";
        self.engine.write(&[
            Statement::new(keep, [position.into(), at.into(), count.into(), hash.into()]),
            Statement::new(of_old, [SNAPSHOTS.into()]),
            Statement::new(old, [SNAPSHOTS.into()]),
        ])?;
        Ok(())
    }

    /// The place that was kept by that name.
    pub fn place(&mut self, name: &str) -> Result<Option<Position>, JournalError> {
        let kept = self.engine.query_one("SELECT position FROM place WHERE name = ?1", &[name.into()])?;
        Ok(kept.map(|row| row.get(0)).transpose()?)
    }

    /// Keeps up to where somebody who follows has everything.
    pub fn keep_place(&mut self, name: &str, position: Position) -> Result<(), JournalError> {
        let keep = "INSERT INTO place (name, position) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET position = excluded.position";
        self.engine.execute(keep, [name.into(), position.into()])?;
        Ok(())
    }

    /// The positions of the snapshots, the newest first.
    pub fn snapshots(&mut self) -> Result<Vec<Position>, JournalError> {
        let rows = self.engine.query("SELECT position FROM snapshot ORDER BY position DESC", &[])?;
        Ok(rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?)
    }

    /// The snapshot of that position as it was kept; `None` where it is not whole.
    pub fn snapshot(&mut self, position: Position) -> Result<Option<Vec<u8>>, JournalError> {
        let Some(told) = self.engine.query_one("SELECT pieces, hash FROM snapshot WHERE position = ?1", &[position.into()])? else {
            return Ok(None);
        };
        let (count, hash): (usize, Vec<u8>) = (told.get(0)?, told.get(1)?);
        let pieces = self.engine.query("SELECT bytes FROM piece WHERE position = ?1 ORDER BY number", &[position.into()])?;
        let pieces = pieces.iter().map(|row| row.get::<Vec<u8>>(0)).collect::<Result<Vec<_>, _>>()?;
        let bytes = pieces.concat();
        Ok((pieces.len() == count && Sha256::digest(&bytes).as_slice() == hash).then_some(bytes))
    }

    /// Removes what the condition of both statements meets, and knows that so much less is there.
    fn remove(&mut self, less: &'static str, remove: &'static str, values: &[Value]) -> Result<(), JournalError> {
        self.engine.write(&[Statement::new(less, values), Statement::new(remove, values)])?;
        Ok(())
    }
}

/// Both statements of a removal, for blocks that meet a condition.
macro_rules! removal {
    ($condition:literal) => {
        (
            concat!("UPDATE size SET bytes = bytes - (SELECT coalesce(sum(length(bytes)), 0) FROM block WHERE ", $condition, ")"),
            concat!("DELETE FROM block WHERE ", $condition),
        )
    };
}

impl Blocks for Table {
    fn next(&mut self) -> Result<Position, JournalError> {
        let next = |row: Option<Row>| row.map_or(Ok(1), |row| row.get::<Position>(0));
        let block = next(self.engine.query_one("SELECT first + entries FROM block ORDER BY first DESC LIMIT 1", &[])?)?;
        let snapshot = next(self.engine.query_one("SELECT position + 1 FROM snapshot ORDER BY position DESC LIMIT 1", &[])?)?;
        Ok(block.max(snapshot))
    }

    fn append(&mut self, first: Position, entries: &[Entry]) -> Result<usize, JournalError> {
        let (Some(began), Some(ended)) = (entries.first(), entries.last()) else { return Ok(0) };
        if !self.engine.is_there() {
            return Err(EngineError::Lost.into());
        }
        let (bytes, count) = (block::encode(entries.iter())?, i64::try_from(entries.len()).unwrap_or(i64::MAX));
        let length = bytes.len();
        let more = i64::try_from(length).unwrap_or(i64::MAX);
        self.engine.write(&[
            Statement::new(
                "INSERT INTO block (first, entries, began, ended, bytes) VALUES (?1, ?2, ?3, ?4, ?5)",
                [first.into(), count.into(), began.at.into(), ended.at.into(), bytes.into()],
            ),
            Statement::new("UPDATE size SET bytes = bytes + ?1", [more.into()]),
        ])?;
        Ok(length)
    }

    fn without_written(&mut self, since: ConsoleTime, new: &mut HashSet<Once>) -> Result<(), JournalError> {
        let mut before = Position::MAX;
        while !new.is_empty() {
            let sql = "SELECT first, ended, bytes FROM block WHERE first < ?1 ORDER BY first DESC LIMIT ?2";
            let rows = self.engine.query(sql, &[before.into(), READ_AT_ONCE.into()])?;
            let mut ended = None;
            for row in &rows {
                (before, ended) = (row.get(0)?, Some(row.get::<ConsoleTime>(1)?));
                for entry in block::decode(&row.get::<Vec<u8>>(2)?).unwrap_or_default() {
                    entry.what.once().map(|once| new.remove(&once));
                }
            }
            if ended.is_none_or(|ended| ended < since) {
                return Ok(());
            }
        }
        Ok(())
    }

    fn retain(&mut self, horizon: ConsoleTime, most: u64) -> Result<(), JournalError> {
        let (less, remove) = removal!("first IN (SELECT first FROM block ORDER BY first LIMIT ?1) AND ended < ?2");
        self.remove(less, remove, &[REMOVED_AT_ONCE.into(), horizon.into()])?;
        let used = self.engine.query_one("SELECT bytes FROM size", &[])?.map_or(Ok(0), |row| row.get::<i64>(0))?;
        let beyond = used.saturating_sub(i64::try_from(most).unwrap_or(i64::MAX));
        if beyond > 0 {
            // No more of the oldest than it takes.
            let (less, remove) = removal!(
                "first IN (SELECT first FROM (SELECT first,
                    coalesce(sum(length(bytes)) OVER (ORDER BY first ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS older
                    FROM (SELECT first, bytes FROM block ORDER BY first LIMIT ?1) AS oldest) AS sums WHERE older < ?2)"
            );
            self.remove(less, remove, &[REMOVED_AT_ONCE.into(), beyond.into()])?;
        }
        Ok(())
    }
}
