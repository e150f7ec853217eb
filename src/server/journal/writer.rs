//! The journal's thread: gathers entries, writes them together, and hands on what is safe. Where writing fails it tries again until it
//! succeeds; what finds no room meanwhile is counted, and the journal says so itself.

use super::entry::{Ack, Entry, Said, What};
use super::table::{Blocks, Position};
use super::{Health, NotKept};
use crate::server::clock::now;
use crate::server::config::JournalLimits;
use crate::server::telemetry;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;

/// How many entries are written together at most, and how long the first of them waits for the others.
const MOST_ENTRIES: usize = 512;
const GATHER: Duration = Duration::from_millis(50);
/// The pause after an attempt that failed.
const AGAIN: Duration = Duration::from_secs(1);
/// How often what is old is removed.
const UPKEEP: Duration = Duration::from_secs(1);

/// Entries that are safe, the first of them at that position.
pub struct Committed {
    pub first: Position,
    pub entries: Vec<Entry>,
}

pub struct Writer<B> {
    pub blocks: B,
    pub next: Position,
    pub limits: JournalLimits,
    pub health: Arc<Health>,
    /// Where what is safe goes.
    pub safe: SyncSender<Committed>,
    /// Where goes what the broker need not keep any more.
    pub acks: UnboundedSender<Ack>,
}

impl<B: Blocks> Writer<B> {
    /// Writes what comes until nobody can send any more.
    pub fn run(mut self, queue: &Receiver<Entry>) {
        let mut waiting = VecDeque::new();
        let (mut write_at, mut upkeep_at) = (None, Instant::now());
        loop {
            let due = write_at.unwrap_or(upkeep_at).min(upkeep_at);
            match queue.recv_timeout(due.saturating_duration_since(Instant::now())) {
                Ok(entry) => {
                    waiting.push_back(entry);
                    write_at.get_or_insert_with(|| Instant::now() + GATHER);
                    waiting.extend(queue.try_iter().take(MOST_ENTRIES));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    self.write(&mut waiting);
                    return;
                }
            }
            let is_many = waiting.len() >= MOST_ENTRIES && !self.health.is_failing();
            if is_many || write_at.is_some_and(|at| at <= Instant::now()) {
                let done = self.write(&mut waiting);
                write_at = (!done).then(|| Instant::now() + AGAIN);
            }
            if upkeep_at <= Instant::now() {
                upkeep_at = Instant::now() + UPKEEP;
                self.upkeep();
            }
        }
    }

    /// Writes all that waits; false where that fails.
    fn write(&mut self, waiting: &mut VecDeque<Entry>) -> bool {
        while !waiting.is_empty() {
            let mut entries: Vec<Entry> = waiting.drain(..waiting.len().min(MOST_ENTRIES)).collect();
            match self.blocks.append(self.next, &entries) {
                Ok(bytes) => {
                    telemetry::journalled(entries.len(), bytes);
                    self.went_well(waiting);
                    self.acknowledge(&mut entries);
                    self.health.written(&entries);
                    self.hand_on(entries);
                }
                Err(error) => {
                    self.health.fails(&error);
                    entries.extend(waiting.drain(..));
                    // The broker would send nothing more, and the board would stand still.
                    self.acknowledge(&mut entries);
                    waiting.extend(entries);
                    return false;
                }
            }
        }
        true
    }

    fn acknowledge(&self, entries: &mut [Entry]) {
        for ack in entries.iter_mut().filter_map(|entry| entry.ack.take()) {
            // Fails only where the link has ended with the console.
            self.acks.send(ack).ok();
        }
    }

    fn hand_on(&mut self, entries: Vec<Entry>) {
        let first = self.next;
        self.next += Position::try_from(entries.len()).unwrap_or(Position::MAX);
        // Fails only where the archive has ended, which ends the program.
        self.safe.send(Committed { first, entries }).ok();
    }

    /// Says what was not kept, once anything can be.
    fn went_well(&mut self, waiting: &mut VecDeque<Entry>) {
        self.health.goes_on();
        if let Some(NotKept { since, entries }) = self.health.take_not_kept() {
            let told = Entry::new(now(), What::Said(Said::NotKept { since, entries }));
            self.health.waits(&told);
            waiting.push_back(told);
        }
    }

    fn upkeep(&mut self) {
        let JournalLimits { age, bytes } = self.limits;
        if let Err(error) = self.blocks.retain(now() - age, bytes) {
            tracing::debug!(%error, "old blocks of the journal could not be removed");
        }
    }
}
