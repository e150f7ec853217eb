//! Whether the database's files are still those that were opened. SQLite writes into a deleted file without an error.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A file by what does not change while it lives: device and inode.
type Node = (u64, u64);

/// The file, its write-ahead log and the log's index. The latter two stay for as long as the database is open.
#[derive(Debug)]
pub(super) struct Identity([(PathBuf, Option<Node>); 3]);

impl Identity {
    /// The database at `path`, which has just been opened.
    pub fn of(path: PathBuf) -> Identity {
        Identity(["", "-wal", "-shm"].map(|ending| {
            let mut file = path.clone().into_os_string();
            file.push(ending);
            let file = PathBuf::from(file);
            let node = node(&file);
            (file, node)
        }))
    }

    /// The same files are at their places.
    pub fn is_there(&mut self) -> bool {
        self.0.iter_mut().all(|(path, known)| {
            let now = node(path);
            // The log is made with the first writing.
            *known = known.or(now);
            now == *known
        })
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
        for ending in ["-wal", "-shm"] {
            let beside = folder.path().join(format!("console.db{ending}"));
            std::fs::write(&beside, "").unwrap();
            assert!(file.is_there());
            std::fs::rename(&beside, &aside).unwrap();
            assert!(!file.is_there(), "without {ending} it is not whole");
            std::fs::rename(&aside, &beside).unwrap();
            assert!(file.is_there());
        }
    }
}
