//! What the database does not take until the console ends: it is set aside in a file of its own, and the next start writes it.

use crate::server::config::Database;
use crate::server::database::{Engine, Statement, Value, beside};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufRead, BufReader, Error, ErrorKind, Result, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The file for what the database does not take: beside a SQLite file; else in the folder that the service manager gives for what is to last,
/// or where the console was started, with a name that is that database's alone. Memory has none.
pub(super) fn place(database: &Database) -> Option<PathBuf> {
    match database {
        Database::Memory => None,
        Database::File(path) => Some(beside(path, "-unwritten")),
        Database::Postgres(_) => {
            let folder = std::env::var_os("STATE_DIRECTORY").map(PathBuf::from).unwrap_or_default();
            // By host and name, without the password.
            let whose: String = Sha256::digest(database.to_string()).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
            Some(folder.join(format!("supervisor-console-{whose}-unwritten")))
        }
    }
}

/// Sets writes aside in the file, behind those that are there: a line each.
pub(super) fn set_aside<'a>(path: &Path, writes: impl Iterator<Item = &'a [Statement]>) -> Result<()> {
    let mut file = append_to(path)?;
    for write in writes {
        let line: Vec<(&str, &[Value])> = write.iter().map(|statement| (statement.sql, statement.values.as_slice())).collect();
        writeln!(file, "{}", serde_json::to_string(&line)?)?;
    }
    file.sync_all()
}

/// Writes what was set aside, and removes the file. `known` are the statements that may be there: a line that holds another, which another
/// version wrote, or that cannot be read is kept in a file of its own (`-unknown` behind the name), and the rest is written all the same.
pub(super) fn take_up(path: &Path, engine: &mut dyn Engine, known: &[&'static str]) -> Result<()> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let (mut lines, mut unknown) = (Vec::new(), Vec::new());
    for line in BufReader::new(file).split(b'\n') {
        let line = line?;
        match statements(&line, known) {
            Some(statements) => lines.push((line, statements)),
            None => unknown.push(line),
        }
    }
    let all: Vec<Statement> = lines.iter().flat_map(|(_, statements)| statements.iter().cloned()).collect();
    match engine.write(&all) {
        // One of them breaks a rule of the database: that one is as good as unknown.
        Err(error) if !error.may_pass() => {
            for (line, statements) in lines {
                match engine.write(&statements) {
                    Err(error) if !error.may_pass() => unknown.push(line),
                    written => drop(written.map_err(Error::other)?),
                }
            }
        }
        written => drop(written.map_err(Error::other)?),
    }
    if !unknown.is_empty() {
        let unknown_path = beside(path, "-unknown");
        let mut file = append_to(&unknown_path)?;
        for line in &unknown {
            file.write_all(line)?;
            file.write_all(b"\n")?;
        }
        file.sync_all()?;
        tracing::warn!(lines = unknown.len(), path = %unknown_path.display(), "some of what was set aside is not known to this version: it is kept there");
    }
    tracing::info!(statements = all.len(), "what the database had not taken before the last end is written now");
    std::fs::remove_file(path)
}

/// What a line holds, if all of it is known.
fn statements(line: &[u8], known: &[&'static str]) -> Option<Vec<Statement>> {
    let line: Vec<(String, Vec<Value>)> = serde_json::from_slice(line).ok()?;
    line.into_iter().map(|(sql, values)| Some(Statement::new(known.iter().find(|known| **known == sql)?, values))).collect()
}

fn append_to(path: &Path) -> Result<File> {
    File::options().append(true).create(true).mode(0o600).open(path)
}
