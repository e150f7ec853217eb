//! The archive's thread: folds what is safe once more, at its own pace. So it makes the records of what each agent did and how each call went,
//! and keeps a snapshot every few minutes, for which the floor's owner never stands still.

use super::Workdays;
use super::replay::{Past, Reader};
use super::table::{Block, JournalError, Position, READ_AT_ONCE, Table};
use super::writer::Committed;
use crate::floor::{Chronicle, Record};
use crate::server::clock::now;
use crate::server::config::Config;
use crate::server::database::Lead;
use crate::server::lock::lock;
use crate::server::store::{Store, Written};
use crate::server::telemetry;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::watch;
use tokio_util::sync::DropGuard;

/// How often a snapshot is kept, where there is anything new. A start has to fold what came after it, so with many entries it is kept sooner:
/// with `MANY` unless that takes more than a twentieth of the time, with `MOST_AFTER` in any case.
const EVERY: Duration = Duration::from_secs(300);
const MANY: Position = 20_000;
const PAUSE: u32 = 20;
const MOST_AFTER: Position = 100_000;
/// How often records are handed to the database, and how many there may be before.
const RECORDS_EVERY: Duration = Duration::from_secs(1);
const MOST_RECORDS: usize = 4096;
/// How often some of the records that are too old are removed.
const FORGET_EVERY: Duration = Duration::from_secs(60);

pub struct Archive {
    /// Whether it is this console that writes records and snapshots.
    leads: watch::Receiver<Lead>,
    /// Whether what is folded is what the journal says. While another console keeps that, it is what this one heard: the same, but at other
    /// moments.
    of_journal: bool,
    reader: Reader,
    store: Store,
    /// Where snapshots go; without it none is kept.
    snapshots: Option<Table>,
    workdays: Arc<Mutex<Workdays>>,
    chronicle: Chronicle,
    /// The last entry that was folded.
    position: Position,
    /// How long records are kept.
    history: Duration,
    /// Up to where the records are in the database already.
    recorded: Position,
    /// The last records that were handed over, until they are in the database.
    handed_over: Option<(Vec<Record>, Written)>,
    /// When it was looked last whether there are more.
    looked: Instant,
    /// When old records were removed last; absent before the first time.
    forgotten: Option<Instant>,
    /// Up to where the last snapshot reaches, and when it was tried.
    kept: (Position, Instant),
    /// How long that took.
    keeping: Duration,
}

impl Archive {
    /// Goes on from the past, of which the database has the records up to `recorded`.
    pub fn of(
        past: Past,
        recorded: Position,
        config: &Config,
        store: Store,
        snapshots: Option<Table>,
        workdays: Arc<Mutex<Workdays>>,
        leads: watch::Receiver<Lead>,
    ) -> Archive {
        let Past { mut chronicle, position, snapshot } = past;
        chronicle.tell_all_workdays();
        let now = Instant::now();
        let of_journal = *leads.borrow() == Lead::Ours;
        Archive {
            of_journal,
            leads,
            reader: Reader::of(config),
            store,
            snapshots,
            workdays,
            chronicle,
            position,
            history: config.history,
            recorded,
            handed_over: None,
            looked: now,
            forgotten: None,
            kept: (snapshot, now),
            keeping: Duration::ZERO,
        }
    }

    /// Folds what comes until nothing will.
    pub fn run(mut self, committed: &Receiver<Committed>, _ended: DropGuard) {
        self.hand_over();
        loop {
            match committed.recv_timeout(RECORDS_EVERY) {
                Ok(committed) => self.take(committed),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) if !self.leads() => return,
                Err(RecvTimeoutError::Disconnected) => {
                    self.keep();
                    return self.hand_over_the_rest();
                }
            }
            self.do_what_is_due();
        }
    }

    fn do_what_is_due(&mut self) {
        if self.looked.elapsed() >= RECORDS_EVERY || self.leads() && self.chronicle.records() >= MOST_RECORDS {
            self.hand_over();
        }
        if self.leads() && self.is_to_keep() {
            self.hand_over();
            self.keep();
        }
    }

    fn is_to_keep(&self) -> bool {
        let (kept, at) = self.kept;
        match self.position - kept {
            ..=0 => false,
            1..MANY => at.elapsed() >= EVERY,
            MANY..MOST_AFTER => at.elapsed() >= self.keeping * PAUSE,
            MOST_AFTER.. => true,
        }
    }

    fn leads(&self) -> bool {
        self.of_journal && *self.leads.borrow() == Lead::Ours
    }

    fn take(&mut self, committed: Committed) {
        let Committed { first, entries } = committed;
        self.of_journal &= first.is_some();
        match first {
            Some(first) if (self.of_journal || self.go_on_from_the_journal()) && self.catch_up(first) => {
                let last = first - 1 + entries.len() as Position;
                self.fold(Block { first, last, entries: Ok(entries) });
            }
            // What cannot be read now is read once the next ones are there.
            Some(_) if self.of_journal => {}
            _ => entries.into_iter().for_each(|entry| self.reader.take(&mut self.chronicle, entry)),
        }
    }

    /// Reads what was not handed over, since this one was behind, up to the entry before `first`; false where that cannot be read now.
    fn catch_up(&mut self, first: Position) -> bool {
        while self.position + 1 < first {
            let Some(table) = &mut self.snapshots else { return true };
            match table.behind(self.position, READ_AT_ONCE) {
                Ok(blocks) if blocks.iter().all(|block| block.first >= first) => self.position = first - 1,
                Ok(blocks) => {
                    blocks.into_iter().for_each(|block| self.fold(block));
                }
                Err(error) => {
                    tracing::warn!(%error, "the journal could not be read: history waits");
                    return false;
                }
            }
            self.do_what_is_due();
        }
        true
    }

    /// Folds what is new of a block.
    fn fold(&mut self, block: Block) {
        let (before, last) = (self.position, block.last);
        self.reader.take_block(&mut self.chronicle, block, before, |_, _| {});
        self.position = before.max(last);
        telemetry::made_history((self.position - before).unsigned_abs());
    }

    /// This console keeps the journal from now on: what another one wrote there counts, with its moments, so that the records come out as
    /// that one's would have. False where it cannot be read now.
    fn go_on_from_the_journal(&mut self) -> bool {
        let Some(table) = &mut self.snapshots else {
            self.of_journal = true;
            return true;
        };
        let reader = self.reader.anew();
        let read = self.store.recorded_by_now().map_err(JournalError::from);
        match read.and_then(|recorded| Ok((recorded, Past::read(table, reader.clone(), recorded)?))) {
            Ok((recorded, past)) => {
                (self.chronicle, self.position, self.reader) = (past.chronicle, past.position, reader);
                self.chronicle.tell_all_workdays();
                (self.recorded, self.handed_over) = (recorded, None);
                (self.kept, self.of_journal) = ((past.snapshot, Instant::now()), true);
                true
            }
            Err(error) => {
                tracing::warn!(%error, "the journal could not be read by the console that keeps it now: history waits");
                false
            }
        }
    }

    /// Hands the records to the database and the days to whoever shows them.
    fn hand_over(&mut self) {
        self.looked = Instant::now();
        let changed = self.chronicle.take_workdays();
        if !changed.is_empty() {
            let mut told = lock(&self.workdays);
            told.began = self.chronicle.day();
            told.changed.extend(changed);
        }
        if !self.of_journal {
            // Another console makes them of the journal; so does this one where it takes over.
            self.chronicle.take_records(usize::MAX);
        }
        if !self.leads() {
            // Where nobody knows who leads, they wait.
            return;
        }
        self.hand_over_records();
        if self.forgotten.is_none_or(|at| at.elapsed() >= FORGET_EVERY) {
            self.forgotten = Some(Instant::now());
            self.store.forget_records_before(self.chronicle.fold.platform_time(now()) - self.history);
        }
    }

    /// Hands the next records to the database once it has the ones before: an audit line never waits behind more than those.
    fn hand_over_records(&mut self) {
        match self.handed_over.as_mut().map(|(_, written)| written.try_recv()) {
            Some(Err(TryRecvError::Empty)) => return,
            // They can never be written, as the log says.
            Some(Ok(()) | Err(TryRecvError::Closed)) => self.handed_over = None,
            None => {}
        }
        let records = self.chronicle.take_records(MOST_RECORDS);
        let position = Some(self.position).filter(|position| self.chronicle.records() == 0 && *position > self.recorded);
        self.recorded = position.unwrap_or(self.recorded);
        if !records.is_empty() {
            let written = self.store.keep_records(records.clone(), position);
            self.handed_over = Some((records, written));
        }
    }

    /// The console ends: nobody waits behind these any more.
    fn hand_over_the_rest(&mut self) {
        while self.chronicle.records() > 0 {
            self.handed_over = None;
            self.hand_over_records();
        }
    }

    fn keep(&mut self) {
        if self.snapshots.is_none() || self.position <= self.kept.0 {
            return;
        }
        self.kept = (self.position, Instant::now());
        let Some(table) = &mut self.snapshots else { return };
        let begun = Instant::now();
        // What the database does not have yet is part of the snapshot: a start does not fold it again.
        let under_way = self.handed_over.as_ref().map_or(Vec::new(), |(records, _)| records.clone());
        let count = under_way.len();
        self.chronicle.put_back(under_way);
        let written = self.reader.write(&self.chronicle);
        self.chronicle.take_records(count);
        let kept = written.and_then(|bytes| {
            table.keep_snapshot(self.position, now(), &bytes).map_err(|error| error.to_string())?;
            Ok(bytes.len())
        });
        self.keeping = begun.elapsed();
        let took_ms = self.keeping.as_millis() as u64;
        match kept {
            Ok(bytes) => tracing::debug!(position = self.position, bytes, took_ms, "a snapshot of the floor was kept"),
            Err(reason) => tracing::warn!(%reason, "a snapshot of the floor could not be kept: the next one is tried in some minutes"),
        }
    }
}
