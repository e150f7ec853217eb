//! The journal's thread: gathers entries, writes them together, and hands on what is safe. Where writing fails it tries again until it
//! succeeds; what finds no room meanwhile is counted, and the journal says so itself.

use super::entry::{Ack, Entry, Once, Said, What};
use super::table::{Blocks, JournalError, Position};
use super::tail::Tail;
use super::{Health, NotKept};
use crate::server::clock::now;
use crate::server::config::JournalLimits;
use crate::server::database::{EngineError, Lead};
use crate::server::telemetry;
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;

/// How many entries are written together at most, and how long the first of them waits for the others.
const MOST_ENTRIES: usize = 512;
const GATHER: Duration = Duration::from_millis(50);
/// The pause after an attempt that failed.
const AGAIN: Duration = Duration::from_secs(1);
/// What was heard while another console keeps the journal is held until that one wrote something so long after it, and so much of it.
const HELD: Duration = Duration::from_secs(20);
const MOST_HELD: usize = 200_000;
/// How many messages that are not safe yet the broker keeps for us. With more it would send nothing new, and the board would stand still:
/// beyond that they are kept in memory only.
const MOST_UNACKNOWLEDGED: usize = 25_000;
/// How far the clocks of two consoles may be apart.
const APART: Duration = Duration::from_secs(60);
/// How often what is old is removed.
const UPKEEP: Duration = Duration::from_secs(1);

/// Entries that are safe, the first of them at that position.
pub struct Committed {
    /// None where another console keeps the journal.
    pub first: Option<Position>,
    pub entries: Vec<Entry>,
}

/// What was heard while another console keeps the journal, each with when.
#[derive(Default)]
struct Held {
    entries: VecDeque<(Instant, Entry)>,
    /// Where the journal ended when it was looked at last, and when that one was seen to have written last.
    written_up_to: Position,
    written_at: Option<Instant>,
}

impl Held {
    /// Whether the other console has written what was heard then: it wrote long afterwards. One that hangs writes nothing.
    fn is_written(&self, heard: Instant) -> bool {
        self.written_at.is_some_and(|written| written.saturating_duration_since(heard) > HELD)
    }
}

pub struct Writer {
    pub blocks: Box<dyn Blocks>,
    pub next: Position,
    /// Whether it is this console that keeps the journal. What it hears while another one does waits in memory for a while: the other one's
    /// end may have cost the last of it.
    pub leads: watch::Receiver<Lead>,
    pub limits: JournalLimits,
    pub health: Arc<Health>,
    /// Where what is safe goes.
    pub safe: SyncSender<Committed>,
    /// Where those read it who follow.
    pub tail: Tail,
    /// Something was not handed on there.
    pub left_out: bool,
    /// It was said that old blocks are damaged.
    pub damaged: bool,
    /// Where goes what the broker need not keep any more.
    pub acks: UnboundedSender<Ack>,
}

impl Writer {
    /// Writes what comes until nobody can send any more.
    pub fn run(mut self, queue: &Receiver<Entry>) {
        let mut waiting = VecDeque::new();
        let mut tail = Held::default();
        let (mut led, mut unknown_since) = (true, None);
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
                    if self.lead() == Lead::Ours && !self.write(&mut waiting) {
                        let entries = waiting.len();
                        tracing::error!(
                            entries,
                            "what waited to be written to the journal is lost: the console ends, and it cannot be written"
                        );
                        waiting.iter().for_each(|_| telemetry::not_journalled());
                    }
                    return;
                }
            }
            if upkeep_at <= Instant::now() {
                upkeep_at = Instant::now() + UPKEEP;
                self.upkeep(&mut tail);
            }
            match self.lead() {
                Lead::Ours => unknown_since = None,
                Lead::Others => {
                    (led, unknown_since, write_at) = (false, None, None);
                    self.hold(&mut waiting, &mut tail);
                    continue;
                }
                Lead::Unknown => {
                    let since = *unknown_since.get_or_insert_with(Instant::now);
                    led = false;
                    self.wait(&mut waiting, since);
                    write_at = Some(Instant::now() + AGAIN);
                    continue;
                }
            }
            if !led {
                led = self.take_over(&mut tail);
                write_at = Some(Instant::now() + if led { Duration::ZERO } else { AGAIN });
                continue;
            }
            let is_many = waiting.len() >= MOST_ENTRIES && !self.health.is_failing();
            if is_many || write_at.is_some_and(|at| at <= Instant::now()) {
                let done = self.write(&mut waiting);
                write_at = (!done).then(|| Instant::now() + AGAIN);
            }
        }
    }

    fn lead(&self) -> Lead {
        *self.leads.borrow()
    }

    /// Nobody knows who keeps the journal: that is a failure where it lasts.
    fn wait(&self, waiting: &mut VecDeque<Entry>, since: Instant) {
        if since.elapsed() < AGAIN {
            return;
        }
        self.health.fails(&EngineError::Away("the database does not answer".to_owned()).into());
        self.acknowledge_the_oldest(waiting.iter_mut());
    }

    /// Another console keeps the journal: here is held what that one may not have written yet, for the case that it ends.
    fn hold(&self, waiting: &mut VecDeque<Entry>, tail: &mut Held) {
        let now = Instant::now();
        self.health.goes_on();
        if !waiting.is_empty() {
            let entries: Vec<Entry> = waiting.drain(..).collect();
            self.health.written(&entries);
            // How a console fared that did not lead is not the journal's affair: written at a takeover it would be told of that moment.
            let is_own = |what: &What| matches!(what, What::Said(Said::Started(_) | Said::ClockSet(_) | Said::Live(..) | Said::Down(_)));
            let told = entries.iter().filter(|entry| !is_own(&entry.what));
            tail.entries.extend(told.map(|entry| (now, entry.clone())));
            // Fails only where the archive has ended, which ends the program.
            self.safe.send(Committed { first: None, entries }).ok();
        }
        while tail.entries.front().is_some_and(|(at, _)| tail.is_written(*at)) {
            self.acknowledge(tail.entries.pop_front().map(|(_, entry)| entry).as_mut_slice());
        }
        while tail.entries.len() > MOST_HELD {
            // The other console is likely to have it, and the broker, which is not told otherwise.
            tail.entries.pop_front();
        }
        self.acknowledge_the_oldest(tail.entries.iter_mut().map(|(_, entry)| entry));
    }

    /// The console that kept the journal has ended: writes what it has not written; false where that fails.
    fn take_over(&mut self, tail: &mut Held) -> bool {
        let mut entries: Vec<Entry> = tail.entries.iter().map(|(_, entry)| entry.clone()).collect();
        let since = entries.iter().map(|entry| entry.at).min().unwrap_or_else(now);
        let written = self.blocks.next().and_then(|next| {
            self.next = next;
            let mut new: HashSet<Once> = entries.iter().filter_map(|entry| entry.what.once()).collect();
            self.blocks.without_written(since - HELD - APART, &mut new)?;
            entries.retain(|entry| entry.what.once().is_none_or(|once| new.contains(&once)));
            for block in entries.chunks(MOST_ENTRIES) {
                self.blocks.append(self.next, block)?;
                self.next += Position::try_from(block.len()).unwrap_or(Position::MAX);
            }
            Ok(())
        });
        match written {
            Ok(()) => {
                tracing::info!(entries = entries.len(), next = self.next, "this console keeps the journal from now on");
                for (_, entry) in tail.entries.drain(..) {
                    self.acknowledge(&mut [entry]);
                }
                // The archive goes on from the journal as it is now.
                self.hand_on(Vec::new());
                true
            }
            Err(error) => {
                self.health.fails(&error);
                false
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
                    self.tail.grew(self.next, &entries);
                    self.hand_on(entries);
                }
                Err(error) => {
                    self.health.fails(&error);
                    entries.extend(waiting.drain(..));
                    waiting.extend(entries);
                    self.acknowledge_the_oldest(waiting.iter_mut());
                    // Nobody heard whether it was written, or another console wrote there.
                    self.next = self.blocks.next().unwrap_or(self.next);
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

    /// Has the broker keep no more than it can while new messages come.
    fn acknowledge_the_oldest<'a>(&self, entries: impl DoubleEndedIterator<Item = &'a mut Entry>) {
        for entry in entries.rev().filter(|entry| entry.ack.is_some()).skip(MOST_UNACKNOWLEDGED) {
            self.acknowledge(std::slice::from_mut(entry));
        }
    }

    fn hand_on(&mut self, entries: Vec<Entry>) {
        let first = Some(self.next);
        self.next += Position::try_from(entries.len()).unwrap_or(Position::MAX);
        match self.safe.try_send(Committed { first, entries }) {
            // The archive is behind, and will read it: what comes in need not wait for that.
            Err(TrySendError::Full(_)) if self.blocks.keeps() => self.left_out = true,
            Err(TrySendError::Full(behind)) => drop(self.safe.send(behind)),
            // Fails only where the archive has ended, which ends the program.
            Ok(()) | Err(TrySendError::Disconnected(_)) => self.left_out = false,
        }
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

    fn upkeep(&mut self, tail: &mut Held) {
        if self.lead() != Lead::Ours {
            // Where that cannot be read, what is held stays.
            match self.blocks.next() {
                Ok(next) if next != tail.written_up_to => (tail.written_up_to, tail.written_at) = (next, Some(Instant::now())),
                _ => {}
            }
            return;
        }
        if self.left_out {
            // Where nothing more comes, the archive would not notice.
            self.hand_on(Vec::new());
        }
        let JournalLimits { age, bytes } = self.limits;
        match self.blocks.retain(now() - age, bytes) {
            Ok(()) => {}
            Err(JournalError::Engine(error @ EngineError::Damaged(_))) if !self.damaged => {
                self.damaged = true;
                tracing::error!(
                    %error,
                    "an old part of the journal is damaged, and nothing old is removed any more: end the console, move the journal's file away, and start it anew"
                );
            }
            Err(error) => tracing::debug!(%error, "old blocks of the journal could not be removed"),
        }
    }
}
