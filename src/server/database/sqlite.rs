//! A SQLite file, or memory.

use super::file::{Identity, keep_private};
use super::hold::hold;
use super::{Engine, EngineError, Row, Schema, Statement, Value};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, TransactionBehavior, params_from_iter};
use std::fs::File;
use std::path::Path;
use std::time::Duration;

/// How long one waits for the other where two open the file at once.
const BUSY: Duration = Duration::from_secs(5);

/// When what was written is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// A moment later: the system's end, not the program's, may cost the last of it.
    Soon,
    /// Before the writing returns.
    AtOnce,
}

/// A connection to a file, or to memory of its own.
#[derive(Debug)]
pub struct Sqlite {
    connection: Connection,
    /// The file, where somebody is to notice that it is another one.
    file: Option<Identity>,
    /// Where nobody else may serve it.
    _held: Option<File>,
}

impl Sqlite {
    /// Opens memory of its own, which is empty.
    pub fn in_memory() -> Result<Sqlite, EngineError> {
        Ok(Sqlite { connection: Connection::open_in_memory()?, file: None, _held: None })
    }

    /// Opens or makes a file that only its owner may read.
    pub fn open(path: &Path, durability: Durability) -> Result<Sqlite, EngineError> {
        keep_private(path);
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        let synchronous = if durability == Durability::AtOnce { "FULL" } else { "NORMAL" };
        connection.pragma_update(None, "synchronous", synchronous)?;
        Ok(Sqlite { connection, file: None, _held: None })
    }

    /// The same for a console that serves it, or for whoever must not come in its way: it is held until this is dropped.
    pub fn open_alone(path: &Path, durability: Durability) -> Result<Sqlite, EngineError> {
        let held = hold(path)?;
        Ok(Sqlite { _held: Some(held), ..Sqlite::open(path, durability)? })
    }

    /// From now on it notices where its file was deleted or replaced. With `marks` the file bears a mark of this start, so that an older copy
    /// of itself is told from it.
    pub fn watch(&mut self, path: &Path, marks: bool) -> Result<(), EngineError> {
        if !marks {
            self.file = Some(Identity::unmarked(path.to_path_buf()));
            return Ok(());
        }
        let mark: i32 = rand::random();
        self.connection.pragma_update(None, "application_id", mark)?;
        // So that it stands in the file itself; where somebody reads just now it comes there later.
        self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        self.file = Some(Identity::of(path.to_path_buf(), mark));
        Ok(())
    }
}

impl Engine for Sqlite {
    fn upgrade(&mut self, schema: Schema) -> Result<(), EngineError> {
        // Immediate: two that open a new file at once must not both think that it is empty.
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version: usize = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if version > schema.sqlite.len() {
            return Err(EngineError::Newer);
        }
        for step in schema.sqlite.iter().skip(version) {
            transaction.execute_batch(step)?;
        }
        transaction.pragma_update(None, "user_version", schema.sqlite.len())?;
        Ok(transaction.commit()?)
    }

    fn query(&mut self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>, EngineError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let columns = statement.column_count();
        let rows =
            statement.query_map(params_from_iter(values), |row| (0..columns).map(|column| row.get_ref(column).map(read)).collect())?;
        Ok(rows.map(|row| row.map(Row)).collect::<rusqlite::Result<_>>()?)
    }

    fn write(&mut self, write: &[Statement]) -> Result<Vec<u64>, EngineError> {
        let run = |connection: &Connection, statement: &Statement| {
            let changed = connection.prepare_cached(statement.sql)?.execute(params_from_iter(&statement.values));
            changed.map(|rows| rows as u64)
        };
        if let [only] = write {
            return Ok(vec![run(&self.connection, only)?]);
        }
        let transaction = self.connection.transaction()?;
        let changed = write.iter().map(|statement| run(&transaction, statement)).collect::<rusqlite::Result<_>>()?;
        transaction.commit()?;
        Ok(changed)
    }

    fn go_on_numbering(&mut self, _: &str, _: &str) -> Result<(), EngineError> {
        // It does so by itself.
        Ok(())
    }

    fn wait_for_locks(&mut self, patience: Duration) -> Result<(), EngineError> {
        Ok(self.connection.busy_timeout(patience)?)
    }

    fn is_there(&mut self) -> bool {
        self.file.as_mut().is_none_or(Identity::is_there)
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn read(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        // No column of ours holds any.
        ValueRef::Real(number) => Value::Text(number.to_string()),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    }
}

impl From<rusqlite::Error> for EngineError {
    fn from(error: rusqlite::Error) -> EngineError {
        let said = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => EngineError::Locked(said),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => EngineError::Damaged(said),
            Some(
                ErrorCode::ConstraintViolation
                | ErrorCode::TypeMismatch
                | ErrorCode::TooBig
                | ErrorCode::ApiMisuse
                | ErrorCode::ParameterOutOfRange,
            )
            | None => EngineError::Never(said),
            Some(_) => EngineError::Away(said),
        }
    }
}
