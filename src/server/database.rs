//! The database's engines. What is kept is written as statements with their values, the same for each engine: a SQLite file for one console,
//! PostgreSQL for several.

mod file;
mod hold;
mod membership;
mod postgres;
mod sqlite;
mod statement;
mod value;

pub use file::beside;
pub use membership::{Lead, Membership};
pub use postgres::Postgres;
pub use sqlite::{Durability, Sqlite};
pub use statement::Statement;
pub use value::{Row, Value};

use std::time::Duration;

/// Does something with engines where other tasks must not wait: they wait for their own work themselves.
pub fn on_own_thread<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(run).join()).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Why a database did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// Somebody else has it locked: it may go well a moment later.
    #[error("{0}")]
    Locked(String),
    /// It cannot be read or written now: its disk is full, or nobody answers.
    #[error("{0}")]
    Away(String),
    /// Its file was deleted or replaced.
    #[error("its file was deleted or replaced")]
    Lost,
    /// What was asked breaks a rule, and always will.
    #[error("{0}")]
    Never(String),
    /// Its file is no database, or not a whole one.
    #[error("{0}")]
    Damaged(String),
    /// A console serves it.
    #[error("a console serves it")]
    Held,
    /// Its schema is newer than ours.
    #[error("it was made by a newer version")]
    Newer,
}

impl EngineError {
    /// Whether the same may go well another time.
    pub fn may_pass(&self) -> bool {
        !matches!(self, EngineError::Never(_) | EngineError::Newer | EngineError::Held)
    }
}

/// The tables of one part of the console: for each engine the steps that lead to them. A step that was released is never changed.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// What the part is called in a database that holds several.
    pub name: &'static str,
    pub sqlite: &'static [&'static str],
    pub postgres: &'static [&'static str],
}

/// A connection to a database. Statements are the same for each engine: parameters are `?1`, `?2` ..., whole numbers have 64 bits, and what
/// is true is 1.
pub trait Engine: Send {
    /// Brings the tables up to date.
    fn upgrade(&mut self, schema: Schema) -> Result<(), EngineError>;

    /// The rows that a statement gives.
    fn query(&mut self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>, EngineError>;

    /// Executes all of it, or none; returns how many rows each statement changed.
    fn write(&mut self, write: &[Statement]) -> Result<Vec<u64>, EngineError>;

    /// Has the database number the next rows of a table behind those that were put there with a number of their own.
    fn go_on_numbering(&mut self, table: &str, column: &str) -> Result<(), EngineError>;

    /// Sets how long one attempt waits for a lock.
    fn wait_for_locks(&mut self, patience: Duration) -> Result<(), EngineError>;

    /// Whether it is still the database that was opened.
    fn is_there(&mut self) -> bool;
}

impl dyn Engine + '_ {
    /// Executes one statement; returns how many rows it changed.
    pub fn execute(&mut self, sql: &'static str, values: impl Into<Vec<Value>>) -> Result<u64, EngineError> {
        Ok(self.write(&[Statement::new(sql, values)])?.into_iter().sum())
    }

    /// The only row that a statement gives, where it gives one.
    pub fn query_one(&mut self, sql: &'static str, values: &[Value]) -> Result<Option<Row>, EngineError> {
        Ok(self.query(sql, values)?.into_iter().next())
    }
}
