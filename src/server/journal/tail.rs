//! The platform's events and the console's own, as those read them who follow: from any place in the journal on, and then as they come. What came lately is read
//! from memory, what is older from the journal's tables.

use super::entry::{Entry, Said, What};
use super::table::{JournalError, Position, Table};
use crate::floor::{ConsoleTime, Intervention};
use crate::server::config::Database;
use crate::server::database::{EngineError, on_own_thread};
use crate::server::lock::lock;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// How many lines, and how many bytes of them, are read from memory.
const MOST_RECENT: usize = 20_000;
const MOST_BYTES: usize = 32 << 20;
/// How many lines are handed over at once.
const AT_ONCE: usize = 512;
/// How many blocks are read at once from the tables.
const BLOCKS_AT_ONCE: i64 = 2;
/// How often the tables are looked at where another console may write them.
const LOOK: Duration = Duration::from_millis(200);
/// How many may follow at a time.
const MOST_FOLLOWERS: usize = 100;

/// An entry of which those are told who follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub position: Position,
    /// When it arrived, or became known.
    pub at: ConsoleTime,
    pub told: Told,
}

/// What those are told who follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// An event of the platform's: its body as it came.
    Event(Arc<[u8]>),
    /// An intervention, as far as it had come.
    Intervention(Box<Intervention>),
    /// The link became live: what follows came from there.
    Live,
    /// The link broke; it was last heard then.
    Down(ConsoleTime),
    /// So many entries from then on could not be kept: they are missing before this line.
    NotKept { since: ConsoleTime, entries: u64 },
}

impl Told {
    fn of(what: &What) -> Option<Told> {
        match what {
            What::Event(body, _) => Some(Told::Event(body.clone())),
            What::Said(Said::Intervened(intervention)) => Some(Told::Intervention(intervention.clone())),
            What::Said(Said::Live(..)) => Some(Told::Live),
            What::Said(Said::Down(heard)) => Some(Told::Down(*heard)),
            What::Said(Said::NotKept { since, entries }) => Some(Told::NotKept { since: *since, entries: *entries }),
            What::Odd(_) | What::Said(_) => None,
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Told::Event(body) => body.len(),
            Told::Intervention(_) => size_of::<Intervention>(),
            Told::Live | Told::Down(_) | Told::NotKept { .. } => 0,
        }
    }
}

/// What comes next.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub lines: Vec<Line>,
    /// Up to where this reaches: the next page is behind it.
    pub up_to: Position,
    /// Entries before these are not there any more.
    pub has_gap: bool,
}

/// A handle to what is followed; cheap to clone.
#[derive(Clone)]
pub struct Tail(Arc<Shared>);

struct Shared {
    database: Database,
    /// Opened when somebody first asks for what is older.
    table: Mutex<Option<Table>>,
    recent: Mutex<Recent>,
    /// The last entry of before this console started.
    began: Position,
    /// The last entry that this console has written.
    last: watch::Sender<Position>,
    followers: Arc<Semaphore>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        // A connection to PostgreSQL cannot be given up where others must not wait.
        let table = lock(&self.table).take();
        on_own_thread(|| drop(table));
    }
}

/// What was told from just behind `since` on.
#[derive(Debug, Default)]
struct Recent {
    lines: VecDeque<Line>,
    bytes: usize,
    since: Position,
    up_to: Position,
}

impl Recent {
    fn grow(&mut self, first: Position, entries: &[Entry]) {
        if first != self.up_to + 1 {
            // Another console wrote in between.
            *self = Recent { since: first - 1, ..Recent::default() };
        }
        for (position, entry) in (first..).zip(entries) {
            if let Some(told) = Told::of(&entry.what) {
                self.bytes += told.bytes();
                self.lines.push_back(Line { position, at: entry.at, told });
            }
        }
        self.up_to = first - 1 + entries.len() as Position;
        while self.lines.len() > MOST_RECENT || self.bytes > MOST_BYTES {
            let Some(oldest) = self.lines.pop_front() else { return };
            self.bytes -= oldest.told.bytes();
            self.since = oldest.position;
        }
    }

    /// What is behind `after`, where that is known here.
    fn behind(&self, after: Position) -> Option<Page> {
        if after < self.since || after >= self.up_to {
            return None;
        }
        let from = self.lines.partition_point(|line| line.position <= after);
        let lines: Vec<Line> = self.lines.iter().skip(from).take(AT_ONCE).cloned().collect();
        let up_to = lines.last().filter(|_| lines.len() == AT_ONCE).map_or(self.up_to, |last| last.position);
        Some(Page { lines, up_to, has_gap: false })
    }
}

impl Tail {
    /// What follows `last`, and what the tables of that database have before it.
    pub fn new(database: &Database, last: Position) -> Tail {
        Tail(Arc::new(Shared {
            database: database.clone(),
            table: Mutex::new(None),
            recent: Mutex::new(Recent { since: last, up_to: last, ..Recent::default() }),
            began: last,
            last: watch::channel(last).0,
            followers: Arc::new(Semaphore::new(MOST_FOLLOWERS)),
        }))
    }

    /// Takes up what was written, the first of it at that place.
    pub fn grew(&self, first: Position, entries: &[Entry]) {
        lock(&self.0.recent).grow(first, entries);
        self.0.last.send_replace(first - 1 + entries.len() as Position);
    }

    /// Lets one more follow, for as long as the answer lives; none where too many do.
    pub fn follow(&self) -> Option<OwnedSemaphorePermit> {
        self.0.followers.clone().try_acquire_owned().ok()
    }

    /// The place behind which this console began.
    pub fn began(&self) -> Position {
        self.0.began
    }

    /// The place of the last entry.
    pub async fn last(&self) -> Result<Position, JournalError> {
        if self.is_shared() {
            return self.with_table(Table::last).await;
        }
        Ok(*self.0.last.borrow())
    }

    /// The next events behind `after`, none where there are none yet.
    pub async fn behind(&self, after: Position) -> Result<Page, JournalError> {
        let (page, since, up_to) = {
            let recent = lock(&self.0.recent);
            (recent.behind(after), recent.since, recent.up_to)
        };
        if let Some(page) = page {
            return Ok(page);
        }
        match self.0.database {
            // What memory does not have any more is nowhere.
            Database::Memory if after < since => {
                // Nothing came before the first place of all.
                let is_whole = after == 0 && since == self.0.began;
                Ok(Page { up_to: since, has_gap: !is_whole, ..Page::default() })
            }
            Database::Postgres(_) => self.read(after).await,
            Database::File(_) if after < up_to => self.read(after).await,
            _ => Ok(Page { up_to: after, ..Page::default() }),
        }
    }

    /// The place that was kept by that name.
    pub async fn place(&self, name: &str) -> Result<Option<Position>, JournalError> {
        let name = name.to_owned();
        self.with_table(move |table| table.place(&name)).await
    }

    /// Keeps a place by that name, over a restart.
    pub async fn keep_place(&self, name: String, position: Position) -> Result<(), JournalError> {
        self.with_table(move |table| table.keep_place(&name, position)).await
    }

    /// Waits until there may be more behind `after`, but not for longer than `patience`.
    pub async fn more(&self, after: Position, patience: Duration) {
        let mut last = self.0.last.subscribe();
        let patience = if self.is_shared() { patience.min(LOOK) } else { patience };
        // It ends with the console.
        timeout(patience, last.wait_for(|last| *last > after)).await.map(drop).ok();
    }

    /// Other consoles may write as well.
    fn is_shared(&self) -> bool {
        matches!(self.0.database, Database::Postgres(_))
    }

    async fn read(&self, after: Position) -> Result<Page, JournalError> {
        let blocks = match self.with_table(move |table| table.behind(after, BLOCKS_AT_ONCE)).await {
            // What cannot be read any more is passed over, up to what this console remembers.
            Err(JournalError::Engine(EngineError::Damaged(_))) if !self.is_shared() => {
                let since = lock(&self.0.recent).since;
                return Ok(Page { up_to: since.max(after), has_gap: since > after, ..Page::default() });
            }
            blocks => blocks?,
        };
        let mut page = Page { up_to: after, ..Page::default() };
        for block in blocks {
            page.has_gap |= block.first > page.up_to + 1 || block.entries.is_err();
            for (position, entry) in (block.first..).zip(block.entries.unwrap_or_default()).filter(|(position, _)| *position > after) {
                page.lines.extend(Told::of(&entry.what).map(|told| Line { position, at: entry.at, told }));
            }
            page.up_to = block.last;
        }
        Ok(page)
    }

    async fn with_table<T: Send + 'static>(
        &self,
        task: impl FnOnce(&mut Table) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let shared = self.0.clone();
        let done = spawn_blocking(move || {
            let mut table = lock(&shared.table);
            let open = match table.take() {
                Some(open) => open,
                None => Table::open(&shared.database)?,
            };
            // One that failed is opened anew the next time.
            let done = task(table.insert(open));
            if done.is_err() {
                *table = None;
            }
            done
        });
        done.await.unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::time::at;

    fn event(n: i64) -> Entry {
        Entry::new(at(n), What::Event(format!("{n}").into_bytes().into(), None))
    }

    fn bodies(page: &Page) -> Vec<String> {
        let body = |line: &Line| match &line.told {
            Told::Event(body) => String::from_utf8_lossy(body).into_owned(),
            other => format!("{other:?}"),
        };
        page.lines.iter().map(body).collect()
    }

    #[tokio::test]
    async fn memory_has_the_latest_and_says_what_it_has_not() {
        let tail = Tail::new(&Database::Memory, 0);
        tail.grew(1, &[event(1), Entry::new(at(2), What::Odd(Arc::new([]))), event(3)]);
        let page = tail.behind(0).await.unwrap();
        assert_eq!((bodies(&page), page.up_to, page.has_gap), (vec!["1".to_owned(), "3".to_owned()], 3, false));
        assert_eq!(bodies(&tail.behind(1).await.unwrap()), ["3"]);
        assert_eq!(tail.behind(3).await.unwrap(), Page { up_to: 3, ..Page::default() });
        let many: Vec<Entry> = (0..MOST_RECENT as i64 + 5).map(event).collect();
        tail.grew(4, &many);
        let page = tail.behind(3).await.unwrap();
        assert!(page.has_gap && page.lines.is_empty());
        let page = tail.behind(page.up_to).await.unwrap();
        assert_eq!((page.lines.len(), page.lines[0].position), (AT_ONCE, 4 + 5));
    }

    #[tokio::test]
    async fn a_place_of_an_earlier_console_is_before_the_first_of_this_one() {
        let tail = Tail::new(&Database::Memory, 1_000);
        tail.grew(1_001, &[event(1)]);
        assert_eq!(tail.behind(64).await.unwrap(), Page { up_to: 1_000, has_gap: true, ..Page::default() });
        assert!(!tail.behind(0).await.unwrap().has_gap, "nothing is missing to who has had nothing");
        assert_eq!(bodies(&tail.behind(1_000).await.unwrap()), ["1"]);
    }

    #[tokio::test]
    async fn what_is_older_is_read_from_the_journal() {
        use super::super::table::Blocks;
        let folder = tempfile::tempdir().unwrap();
        let database = Database::File(folder.path().join("console.db"));
        let mut table = Table::open(&database).unwrap();
        table.append(1, &[event(1), event(2)]).unwrap();
        table.append(3, &[event(3)]).unwrap();
        let tail = Tail::new(&database, 3);
        tail.grew(4, &[event(4)]);
        assert_eq!(bodies(&tail.behind(1).await.unwrap()), ["2", "3"]);
        assert_eq!(bodies(&tail.behind(3).await.unwrap()), ["4"]);
        // The oldest block was removed.
        table.retain(at(3), u64::MAX).unwrap();
        let page = tail.behind(0).await.unwrap();
        assert_eq!((bodies(&page), page.has_gap), (vec!["3".to_owned()], true));
    }
}
