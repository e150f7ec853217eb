//! The journal: every event that arrives, and whatever else the floor was told, written down off the display's path. From it a console that
//! starts again knows what the last one knew.
//!
//! The floor's owner appends; one thread writes (`writer`), another folds what is safe and keeps snapshots of it (`archive`). A journal
//! that cannot be written never stops the board.

mod archive;
mod block;
mod entry;
mod replay;
mod table;
mod tail;
#[cfg(test)]
mod tests;
mod writer;

pub use entry::{Ack, Entry, Said, What};
pub use table::{JournalError, Position, beside, engine};
pub use tail::{Line, Tail, Told};

use crate::floor::{AgentId, ConsoleTime, Fold, PlatformTime, Workday};
use crate::server::clock::now;
use crate::server::config::{Config, Database};
use crate::server::database::{Lead, on_own_thread};
use crate::server::lock::lock;
use crate::server::store::Store;
use crate::server::telemetry;
use archive::Archive;
use replay::{Past, Reader};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel, sync_channel};
use std::sync::{Arc, Mutex};
use table::Blocks;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use writer::Writer;

/// How much may wait to be written; what comes beyond is counted and lost.
const MOST_BYTES: usize = 64 << 20;
/// So far ahead of its records in the database no journal gets.
const MOST_UNRECORDED: Position = 1_000_000_000;
/// How many blocks may wait to be folded.
const MOST_SAFE: usize = 64;

/// Entries that could not be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotKept {
    /// When the first of them arrived.
    pub since: ConsoleTime,
    pub entries: u64,
}

/// How the journal is, for those who ask without waiting.
#[derive(Debug, Default)]
pub struct Health {
    /// What waits to be written.
    bytes: AtomicUsize,
    /// Since when nothing can be written.
    failing: Mutex<Option<ConsoleTime>>,
    not_kept: Mutex<Option<NotKept>>,
    ended: CancellationToken,
}

impl Health {
    fn is_failing(&self) -> bool {
        self.failing_since().is_some()
    }

    fn failing_since(&self) -> Option<ConsoleTime> {
        *lock(&self.failing)
    }

    fn fails(&self, error: &JournalError) {
        let mut failing = lock(&self.failing);
        if failing.is_none() {
            *failing = Some(now());
            telemetry::journal_failing(true);
            tracing::error!(%error, "the journal cannot be written: the board goes on, and what is not written down yet waits in memory");
        }
    }

    fn goes_on(&self) {
        if lock(&self.failing).take().is_some() {
            telemetry::journal_failing(false);
            tracing::info!("the journal is written again");
        }
    }

    /// Counts an entry that is to be written; returns how much waits with it.
    fn waits(&self, entry: &Entry) -> usize {
        let size = entry.size();
        self.bytes.fetch_add(size, Ordering::Relaxed) + size
    }

    /// These wait no more.
    fn written(&self, entries: &[Entry]) {
        self.bytes.fetch_sub(entries.iter().map(Entry::size).sum(), Ordering::Relaxed);
    }

    fn take_not_kept(&self) -> Option<NotKept> {
        lock(&self.not_kept).take()
    }

    fn lose(&self, at: ConsoleTime) {
        let mut not_kept = lock(&self.not_kept);
        not_kept.get_or_insert(NotKept { since: at, entries: 0 }).entries += 1;
        telemetry::not_journalled();
    }
}

/// The days of agents, as far as they are over and have changed.
#[derive(Debug, Default)]
pub struct Workdays {
    /// When the present day began.
    pub began: PlatformTime,
    pub changed: HashMap<AgentId, Workday>,
}

/// A handle to the journal; the floor's owner has it. The journal ends with it.
#[derive(Debug)]
pub struct Journal {
    queue: Sender<Entry>,
    health: Arc<Health>,
    workdays: Arc<Mutex<Workdays>>,
    acks: UnboundedSender<Ack>,
}

/// The journal as others see it.
#[derive(Debug, Clone)]
pub struct JournalWatch(Arc<Health>);

impl JournalWatch {
    /// Returns how many bytes wait to be written.
    pub fn waiting(&self) -> usize {
        self.0.bytes.load(Ordering::Relaxed)
    }

    /// Whether so much waits to be written that what a broker keeps had better wait there. Where nothing can be written that is no help.
    pub fn is_behind(&self) -> bool {
        self.waiting() > MOST_BYTES / 2 && !self.0.is_failing()
    }

    /// Waits until everything is written and the journal has ended, which it does not while the floor's owner lives.
    pub async fn ended(&self) {
        self.0.ended.cancelled().await;
    }
}

/// A journal that was opened, and what the last console knew.
pub struct Opened {
    pub journal: Journal,
    pub watch: JournalWatch,
    pub fold: Fold,
    /// What is safe, for the link to acknowledge.
    pub acks: UnboundedReceiver<Ack>,
    /// For those who follow.
    pub tail: Tail,
}

/// Opens the journal that belongs to the database, and reads what the last console knew; the records of entries up to `recorded` are kept
/// already. Where several consoles share it, only the one that `leads` writes.
pub fn open(config: &Config, store: &Store, recorded: Position, leads: &watch::Receiver<Lead>) -> Result<Opened, JournalError> {
    let (queue, entries) = channel();
    let (safe, committed) = sync_channel(MOST_SAFE);
    let (acks, acknowledged) = unbounded_channel();
    let health = Arc::new(Health::default());
    let ended = health.ended.clone().drop_guard();
    let workdays = Arc::new(Mutex::new(Workdays::default()));
    let read = || replay::open_or_begin_anew(&config.database, |snapshots| Past::read(snapshots, Reader::of(config), recorded));
    let kept = if matches!(config.database, Database::Memory) { None } else { Some(on_own_thread(read)?) };
    let (blocks, snapshots, past): (Box<dyn Blocks>, _, _) = match kept {
        // Places of an earlier console must not be taken for those of this one.
        None => (Box::new(table::Nowhere), None, Past { position: now().as_millis(), ..Past::default() }),
        Some((blocks, snapshots, mut past)) => {
            if recorded > past.position {
                // It was begun anew. Whoever comes with a place in the one before is to be told that something is missing.
                past.position = recorded + MOST_UNRECORDED;
            }
            (Box::new(blocks), Some(snapshots), past)
        }
    };
    let tail = Tail::new(&config.database, past.position);
    let writer = Writer {
        blocks,
        next: past.position + 1,
        limits: config.journal,
        leads: leads.clone(),
        health: health.clone(),
        safe,
        tail: tail.clone(),
        left_out: false,
        damaged: false,
        acks: acks.clone(),
    };
    spawn("journal", move || writer.run(&entries))?;
    let fold = past.chronicle.fold.clone();
    let archive = Archive::of(past, recorded, config, store.clone(), snapshots, workdays.clone(), leads.clone());
    // It ends after the writer, for which it waits.
    spawn("archive", move || archive.run(&committed, ended))?;
    let journal = Journal { queue, health: health.clone(), workdays, acks };
    Ok(Opened { journal, watch: JournalWatch(health), fold, acks: acknowledged, tail })
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run).map(drop)
}

impl Journal {
    /// Has it written down, without waiting.
    pub fn append(&self, entry: Entry) {
        if self.health.waits(&entry) > MOST_BYTES {
            self.health.written(std::slice::from_ref(&entry));
            self.health.lose(entry.at);
            // The broker would send nothing more, and the board would stand still.
            return entry.ack.map_or((), |ack| self.acknowledge(ack));
        }
        // Fails only where the writer has ended, which ends the program.
        self.queue.send(entry).ok();
    }

    /// Has the broker told that it need not keep that message any more.
    fn acknowledge(&self, ack: Ack) {
        // Fails only where the link has ended with the console.
        self.acks.send(ack).ok();
    }

    /// The same as [`Journal::append`], for what is no message of the platform.
    pub fn say(&self, said: Said) {
        self.append(Entry::new(now(), What::Said(said)));
    }

    /// The days of agents that have changed since it was asked for last.
    pub fn take_workdays(&self) -> Workdays {
        let mut told = lock(&self.workdays);
        Workdays { began: told.began, changed: std::mem::take(&mut told.changed) }
    }

    /// Since when nothing can be written; `None` where all is well.
    pub fn failing_since(&self) -> Option<ConsoleTime> {
        self.health.failing_since()
    }
}
