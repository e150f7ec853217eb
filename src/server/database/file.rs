//! Whether the database's files are still those that were opened. SQLite writes into a deleted file without an error.

use std::fs::File;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A file by what does not change while it lives: device and inode.
type Node = (u64, u64);

/// The head of a SQLite file, as far as it is looked at: the size of a page, how many there are, and the id of its application, where each
/// start leaves its mark.
const HEAD: usize = 72;
const PAGE_SIZE_AT: usize = 16;
const PAGES_AT: usize = 28;
const MARK_AT: usize = 68;

/// The file beside the one at `path` whose name has that ending more.
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut beside = path.to_path_buf().into_os_string();
    beside.push(ending);
    PathBuf::from(beside)
}

#[derive(Debug)]
pub struct Identity {
    /// The file, its write-ahead log and the log's index. The latter two stay for as long as the database is open.
    files: [(PathBuf, Option<Node>); 3],
    /// Open for as long as the database is: to close a file of its own gives up every lock that this process has on it, SQLite's too.
    open: Option<File>,
    /// It shrinks only where somebody tidies up (`VACUUM`).
    length: u64,
    /// The mark of this start, and whether it has been seen in the file: an older copy of the same file does not have it.
    mark: i32,
    marked: bool,
}

impl Identity {
    /// The database at `path`, which has just been opened.
    pub fn of(path: PathBuf, mark: i32) -> Identity {
        let files = ["", "-wal", "-shm"].map(|ending| {
            let file = beside(&path, ending);
            let node = node(&file);
            (file, node)
        });
        let mut identity = Identity { open: File::open(&path).ok(), files, length: 0, mark, marked: false };
        // What is changed from now on is noticed.
        identity.is_there();
        identity
    }

    /// One on which no start leaves a mark: a copy of itself in its place is not told from it.
    pub fn unmarked(path: PathBuf) -> Identity {
        Identity { marked: false, ..Identity::of(path, 0) }
    }

    /// The same files are at their places, and nobody has put other content there.
    pub fn is_there(&mut self) -> bool {
        let there = self.files.iter_mut().all(|(path, known)| {
            let now = node(path);
            // The log is made with the first writing.
            *known = known.or(now);
            now == *known
        });
        there && self.is_ours().unwrap_or(false)
    }

    fn is_ours(&mut self) -> Option<bool> {
        let file = self.open.as_ref()?;
        let length = file.metadata().ok()?.len();
        let mut head = [0; HEAD];
        let whole = file.read_exact_at(&mut head, 0).is_ok();
        if length < self.length && !(whole && length == told_length(&head)) {
            return Some(false);
        }
        self.length = length;
        let marked = whole && head[MARK_AT..] == self.mark.to_be_bytes();
        self.marked |= marked;
        Some(marked || !self.marked)
    }
}

/// How long the file is by its own head.
fn told_length(head: &[u8; HEAD]) -> u64 {
    let page_size = match u16::from_be_bytes([head[PAGE_SIZE_AT], head[PAGE_SIZE_AT + 1]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    let pages = u32::from_be_bytes([head[PAGES_AT], head[PAGES_AT + 1], head[PAGES_AT + 2], head[PAGES_AT + 3]]);
    u64::from(pages) * page_size
}

/// Makes the file where there is none. It holds the platform's session ids: nobody but its owner may read it.
pub fn keep_private(path: &Path) {
    // Where it exists already, its rights are its owner's affair; where it cannot be made, opening says why.
    File::options().write(true).create_new(true).mode(0o600).open(path).ok();
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
        let mut file = Identity::of(path.clone(), 0);
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

    #[test]
    fn a_file_that_somebody_tidied_up_is_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("console.db");
        let other = rusqlite::Connection::open(&path).unwrap();
        other
            .execute_batch("PRAGMA application_id = 8; CREATE TABLE t (x); INSERT INTO t VALUES (randomblob(100000)); DELETE FROM t")
            .unwrap();
        let mut file = Identity::of(path.clone(), 8);
        assert!(file.is_there());
        let before = std::fs::metadata(&path).unwrap().len();
        other.execute_batch("VACUUM").unwrap();
        assert!(std::fs::metadata(&path).unwrap().len() < before && file.is_there());
        File::options().write(true).open(&path).unwrap().set_len(4096).unwrap();
        assert!(!file.is_there(), "cut off");
    }

    #[test]
    fn other_content_in_the_same_file_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("console.db");
        let content = |mark: i32| [&[0; 68][..], &mark.to_be_bytes(), &[0; 100]].concat();
        std::fs::write(&path, content(7)).unwrap();
        let mut file = Identity::of(path.clone(), 8);
        assert!(file.is_there(), "the mark is still in the log");
        std::fs::write(&path, content(8)).unwrap();
        assert!(file.is_there());
        std::fs::write(&path, content(7)).unwrap();
        assert!(!file.is_there(), "an older copy");
        std::fs::write(&path, content(8)).unwrap();
        assert!(file.is_there());
        std::fs::write(&path, "").unwrap();
        assert!(!file.is_there(), "emptied");
    }
}
