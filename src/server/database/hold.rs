//! A hold on a SQLite file, so that no two consoles serve the same one: each would take it for its own.

use super::EngineError;
use super::file::beside;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a console that starts waits for the one before it to end.
const PATIENCE: Duration = Duration::from_secs(5);
const AGAIN: Duration = Duration::from_millis(50);

/// Takes hold of the database at `path` until the answer is dropped; the system lets it go with the program. The file beside it stays: if it
/// were removed, two might each hold one.
pub fn hold(path: &Path) -> Result<File, EngineError> {
    let beside = beside(path, "-lock");
    let opened = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&beside);
    let file = opened.map_err(|error| EngineError::Away(format!("{}: {error}", beside.display())))?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(std::fs::TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => std::thread::sleep(AGAIN),
            Err(std::fs::TryLockError::WouldBlock) => return Err(EngineError::Held),
            Err(std::fs::TryLockError::Error(error)) => return Err(EngineError::Away(format!("{}: {error}", beside.display()))),
        }
    }
}
