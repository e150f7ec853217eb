//! What has to be written, as statements with their values: so it can be tried again, and set aside in a file beside the database where
//! that takes nothing until the console ends. The next start writes it.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, Error, ErrorKind, Result, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// One statement with its values.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    sql: &'static str,
    values: Vec<Value>,
}

impl Statement {
    pub fn new(sql: &'static str, values: impl Into<Vec<Value>>) -> Statement {
        Statement { sql, values: values.into() }
    }
}

/// All of it, or none.
pub(super) fn execute(connection: &mut Connection, write: &[Statement]) -> rusqlite::Result<()> {
    let run = |connection: &Connection, statement: &Statement| {
        connection.prepare_cached(statement.sql)?.execute(params_from_iter(&statement.values)).map(|_| ())
    };
    if let [only] = write {
        return run(connection, only);
    }
    let transaction = connection.transaction()?;
    write.iter().try_for_each(|statement| run(&transaction, statement))?;
    transaction.commit()
}

/// A value in the file that holds what was set aside.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Aside {
    Nothing(()),
    Integer(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

impl From<&Value> for Aside {
    fn from(value: &Value) -> Aside {
        match value {
            Value::Null => Aside::Nothing(()),
            Value::Integer(number) => Aside::Integer(*number),
            Value::Real(number) => Aside::Real(*number),
            Value::Text(text) => Aside::Text(text.clone()),
            Value::Blob(bytes) => Aside::Bytes(bytes.clone()),
        }
    }
}

impl From<Aside> for Value {
    fn from(value: Aside) -> Value {
        match value {
            Aside::Nothing(()) => Value::Null,
            Aside::Integer(number) => Value::Integer(number),
            Aside::Real(number) => Value::Real(number),
            Aside::Text(text) => Value::Text(text),
            Aside::Bytes(bytes) => Value::Blob(bytes),
        }
    }
}

fn file_beside(database: &Path) -> PathBuf {
    let mut path = database.to_path_buf().into_os_string();
    path.push("-unwritten");
    PathBuf::from(path)
}

/// Sets writes aside in the file beside `database`, behind those that are there: a line each.
pub(super) fn set_aside<'a>(database: &Path, writes: impl Iterator<Item = &'a [Statement]>) -> Result<()> {
    let mut file = std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(file_beside(database))?;
    for write in writes {
        let line: Vec<(&str, Vec<Aside>)> =
            write.iter().map(|statement| (statement.sql, statement.values.iter().map(Aside::from).collect())).collect();
        writeln!(file, "{}", serde_json::to_string(&line)?)?;
    }
    file.sync_all()
}

/// Writes what was set aside, and removes the file. `known` are the statements that may be there.
pub(super) fn take_up(database: &Path, connection: &mut Connection, known: &[&'static str]) -> Result<()> {
    let path = file_beside(database);
    let file = match std::fs::File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let transaction = connection.transaction().map_err(Error::other)?;
    let mut taken = 0;
    for line in BufReader::new(file).lines() {
        let line: Vec<(String, Vec<Aside>)> = serde_json::from_str(&line?)?;
        for (sql, values) in line {
            let Some(sql) = known.iter().find(|known| **known == sql) else {
                return Err(Error::new(ErrorKind::InvalidData, format!("no statement of ours: {sql}")));
            };
            let values = values.into_iter().map(Value::from);
            transaction.prepare_cached(sql).and_then(|mut statement| statement.execute(params_from_iter(values))).map_err(Error::other)?;
        }
        taken += 1;
    }
    transaction.commit().map_err(Error::other)?;
    tracing::info!(taken, "what the database had not taken before the last end is written now");
    std::fs::remove_file(&path)
}
