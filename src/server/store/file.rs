//! Whether the database's file is still the one that was opened. SQLite writes into a deleted file without an error.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A file by what does not change while it lives: device and inode.
type Node = (u64, u64);

#[derive(Debug)]
pub(super) struct Identity {
    path: PathBuf,
    main: Option<Node>,
    log_path: PathBuf,
    /// The write-ahead log's, once there is one: it stays for as long as the database is open.
    log: Option<Node>,
}

impl Identity {
    /// The file at `path`, which has just been opened.
    pub fn of(path: PathBuf) -> Identity {
        let mut log_path = path.clone().into_os_string();
        log_path.push("-wal");
        let log_path = PathBuf::from(log_path);
        Identity { main: node(&path), log: node(&log_path), path, log_path }
    }

    /// The same file is at its place, and so is its log.
    pub fn is_there(&mut self) -> bool {
        let log = node(&self.log_path);
        self.log = self.log.or(log);
        node(&self.path) == self.main && log == self.log
    }
}

fn node(path: &Path) -> Option<Node> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_deleted_or_replaced_is_missed_and_one_that_is_put_back_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (path, aside) = (folder.path().join("console.db"), folder.path().join("aside"));
        std::fs::write(&path, "1").unwrap();
        let mut file = Identity::of(path.clone());
        assert!(file.is_there());
        std::fs::rename(&path, &aside).unwrap();
        assert!(!file.is_there());
        std::fs::write(&path, "1").unwrap();
        assert!(!file.is_there(), "another file of the same content");
        std::fs::rename(&aside, &path).unwrap();
        assert!(file.is_there());
        let log = folder.path().join("console.db-wal");
        std::fs::write(&log, "").unwrap();
        assert!(file.is_there());
        std::fs::remove_file(&log).unwrap();
        assert!(!file.is_there(), "without its log it is not whole");
    }
}
