//! What the database does not take until the console ends: it is set aside in a file of its own, and the next start writes it.

use crate::server::config::Database;
use crate::server::database::{Engine, Statement, Value, beside};
use std::io::{BufRead, BufReader, Error, ErrorKind, Result, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The file for what the database does not take: beside a SQLite file; else in the folder that the service manager gives for what is to last,
/// or where the console was started. Memory has none.
pub(super) fn place(database: &Database) -> Option<PathBuf> {
    match database {
        Database::Memory => None,
        Database::File(path) => Some(beside(path, "-unwritten")),
        Database::Postgres(_) => {
            let folder = std::env::var_os("STATE_DIRECTORY").map(PathBuf::from).unwrap_or_default();
            Some(folder.join("supervisor-console-unwritten"))
        }
    }
}

/// Sets writes aside in the file, behind those that are there: a line each.
pub(super) fn set_aside<'a>(path: &Path, writes: impl Iterator<Item = &'a [Statement]>) -> Result<()> {
    let mut file = std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    for write in writes {
        let line: Vec<(&str, &[Value])> = write.iter().map(|statement| (statement.sql, statement.values.as_slice())).collect();
        writeln!(file, "{}", serde_json::to_string(&line)?)?;
    }
    file.sync_all()
}

/// Writes what was set aside, and removes the file. `known` are the statements that may be there.
pub(super) fn take_up(path: &Path, engine: &mut dyn Engine, known: &[&'static str]) -> Result<()> {
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut all = Vec::new();
    for line in BufReader::new(file).lines() {
        let line: Vec<(String, Vec<Value>)> = serde_json::from_str(&line?)?;
        for (sql, values) in line {
            let Some(sql) = known.iter().find(|known| **known == sql) else {
                return Err(Error::new(ErrorKind::InvalidData, format!("no statement of ours: {sql}")));
            };
            all.push(Statement::new(sql, values));
        }
    }
    engine.write(&all).map_err(Error::other)?;
    tracing::info!(statements = all.len(), "what the database had not taken before the last end is written now");
    std::fs::remove_file(path)
}
