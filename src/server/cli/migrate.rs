//! The command `migrate`: moves everything that a console has kept from one database to another, and proves that all of it has arrived.

use crate::server::cli::MigrateArgs;
use crate::server::config::Database;
use crate::server::database::on_own_thread;
use crate::server::moving::{self, MigrateError, Moved};
use std::fmt::Write;

/// Carries out the command; returns a line for each table.
pub fn command(args: &MigrateArgs) -> Result<String, MigrateError> {
    for (flag, database) in [("--from", &args.from), ("--to", &args.to)] {
        if matches!(database, Database::Memory) {
            return Err(MigrateError::Memory(flag));
        }
    }
    if let Database::File(path) = &args.from
        && !path.is_file()
    {
        return Err(MigrateError::Missing(path.display().to_string()));
    }
    let moved = on_own_thread(|| moving::run(&args.from, &args.to))?;
    let mut out = String::new();
    for Moved { table, rows, hash } in moved {
        // Writing to a string does not fail.
        writeln!(out, "{table:<16} {rows:>10} rows  {hash}").ok();
    }
    Ok(out)
}
