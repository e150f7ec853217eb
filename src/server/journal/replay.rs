//! What the last console knew: the newest snapshot that can be read, and what the journal has after it.

use super::entry::{Entry, Said, What};
use super::table::{Block, Blocks, JournalError, Position, Table, beside};
use crate::floor::event::LocalTime;
use crate::floor::{Chronicle, ConsoleTime, Event, Namespace, PlatformTime};
use crate::server::clock::{day_in, in_utc, now};
use crate::server::config::{Config, Database};
use crate::server::database::{self, EngineError};
use jiff::tz::TimeZone;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The most entries that are folded at a start where no snapshot could be read: the latest count.
const MOST_FOLDED: Position = 400_000;
/// The most bytes of a snapshot.
const LARGEST_SNAPSHOT: u64 = 4 << 30;

/// What is known of the time before a start.
#[derive(Debug, Clone, Default)]
pub struct Past {
    pub chronicle: Chronicle,
    /// The last entry that it has in it; 0 before the first one.
    pub position: Position,
    /// The last entry that is in the snapshot from which it was read; 0 without one.
    pub snapshot: Position,
}

impl Past {
    /// Reads what is there. What cannot be read is passed over and told of in the log. The records of entries up to `recorded` are kept already and not made again.
    pub fn read(table: &mut Table, mut reader: Reader, recorded: Position) -> Result<Past, JournalError> {
        let begun = Instant::now();
        let last = table.next()? - 1;
        let mut past = reader.newest_snapshot(table)?;
        if past.snapshot == 0 {
            past.position = past.position.max(last - MOST_FOLDED);
        }
        let mut next = past.position + 1;
        let mut entries = 0;
        table.read(past.position, |block| {
            if past.snapshot != 0 && block.first > next {
                past.misses(block.first - next);
            }
            next = block.last + 1;
            entries += next - block.first;
            past.go_on(block, &mut reader, recorded);
        })?;
        past.position = last;
        tracing::info!(
            snapshot = past.snapshot,
            entries,
            agents = past.chronicle.fold.floor.agents().count(),
            took_ms = begun.elapsed().as_millis() as u64,
            "what the last console knew was read from the journal"
        );
        Ok(past)
    }

    /// The journal was so small that entries went before a snapshot had them.
    fn misses(&mut self, entries: Position) {
        tracing::warn!(entries, "the journal does not have what came after the latest snapshot any more: raise --journal-size");
        let heard = self.chronicle.fold.heard().unwrap_or_default();
        self.chronicle.missed(heard, heard);
    }

    fn go_on(&mut self, block: Block, reader: &mut Reader, recorded: Position) {
        let Past { chronicle, position, .. } = self;
        reader.take_block(chronicle, block, *position, |chronicle, position| {
            if position <= recorded {
                chronicle.take_records(usize::MAX);
            }
        });
    }
}

/// Reads entries as the link does, and folds them as the floor's owner does.
#[derive(Debug, Clone)]
pub struct Reader {
    zone: TimeZone,
    namespace: Namespace,
    /// The file served another tenant then.
    is_anothers: bool,
    /// The present day at the platform: when it begins, and when the next one does.
    day: (PlatformTime, PlatformTime),
}

impl Reader {
    pub fn of(config: &Config) -> Reader {
        Reader::new(config.time_zone.clone(), config.namespace.clone())
    }

    pub fn new(zone: TimeZone, namespace: Namespace) -> Reader {
        Reader { zone, namespace, is_anothers: false, day: (PlatformTime::MIN, PlatformTime::MIN) }
    }

    /// One that has not read anything yet.
    pub fn anew(&self) -> Reader {
        Reader::new(self.zone.clone(), self.namespace.clone())
    }

    fn newest_snapshot(&mut self, table: &mut Table) -> Result<Past, JournalError> {
        for position in table.snapshots()? {
            let read = match table.snapshot(position)? {
                Some(bytes) => self.snapshot(&bytes),
                None => Err("it is not whole".to_owned()),
            };
            match read {
                Ok(chronicle) => return Ok(Past { chronicle, position, snapshot: position }),
                Err(reason) => tracing::warn!(position, %reason, "a snapshot was passed over"),
            }
        }
        Ok(Past::default())
    }

    /// Reads what [`Reader::write`] wrote.
    fn snapshot(&mut self, bytes: &[u8]) -> Result<Chronicle, String> {
        // Into room that is as large as it has to be: growing would take longer than decoding.
        let length = zstd::zstd_safe::get_frame_content_size(bytes).ok().flatten().unwrap_or_default().min(LARGEST_SNAPSHOT);
        let plain = zstd::bulk::decompress(bytes, usize::try_from(length).unwrap_or_default()).map_err(|error| error.to_string())?;
        let (namespace, rest) = postcard::take_from_bytes::<Namespace>(&plain).map_err(|error| error.to_string())?;
        self.is_anothers = namespace != self.namespace;
        if self.is_anothers {
            return Ok(Chronicle::default());
        }
        Chronicle::from_bytes(rest).map_err(|error| error.to_string())
    }

    /// Returns the chronicle as a snapshot's bytes.
    pub fn write(&self, chronicle: &Chronicle) -> Result<Vec<u8>, String> {
        let mut plain = postcard::to_allocvec(&self.namespace).map_err(|error| error.to_string())?;
        plain.append(&mut chronicle.to_bytes().map_err(|error| error.to_string())?);
        zstd::bulk::compress(&plain, 1).map_err(|error| error.to_string())
    }

    fn event(&self, body: &[u8]) -> Option<Box<Event>> {
        let event = Event::decode(body, &|local: LocalTime| in_utc(&self.zone, local)).ok()?;
        event.of_tenant(&self.namespace).ok().map(Box::new)
    }

    /// Takes the entries of a block that are behind `after`; `taken` is told of each with its position.
    pub fn take_block(
        &mut self,
        chronicle: &mut Chronicle,
        block: Block,
        after: Position,
        mut taken: impl FnMut(&mut Chronicle, Position),
    ) {
        match block.entries {
            Ok(entries) => {
                for (position, entry) in (block.first..).zip(entries).filter(|(position, _)| *position > after) {
                    self.take(chronicle, entry);
                    taken(chronicle, position);
                }
            }
            Err(reason) => {
                tracing::error!(position = block.first, %reason, "a block of the journal was passed over");
                let heard = chronicle.fold.heard().unwrap_or_default();
                chronicle.missed(heard, heard);
            }
        }
    }

    /// Takes one entry.
    pub fn take(&mut self, chronicle: &mut Chronicle, entry: Entry) {
        let Entry { at, what, .. } = entry;
        if let What::Said(Said::Started(namespace)) = &what {
            self.is_anothers = *namespace != self.namespace;
        }
        if self.is_anothers {
            *chronicle = Chronicle::default();
            return;
        }
        if let What::Said(Said::ClockSet(step)) = &what {
            // Before anything is made of the new clock's time.
            chronicle.fold.clock_set(*step);
        }
        self.begin_day(chronicle, at);
        match what {
            What::Event(body, event) => {
                if let Some(mut event) = event.or_else(|| self.event(&body)) {
                    chronicle.event(&mut event, at);
                }
            }
            What::Odd(_) | What::Said(Said::ClockSet(_) | Said::Intervened(_)) => {}
            What::Said(Said::Started(_)) => chronicle.started(at),
            What::Said(Said::Live(_, queue)) => chronicle.live(at, queue),
            What::Said(Said::Down(heard)) => chronicle.lost(heard),
            What::Said(Said::NotKept { since, .. }) => chronicle.missed(since, at),
            What::Said(Said::Roster(roster)) => chronicle.roster(roster, at),
            What::Said(Said::Listens(call, device)) => chronicle.fold.floor.expect_listener(&call, &device),
            What::Said(Said::TakesPart(call, device)) => chronicle.fold.floor.forget_listener(&call, &device),
            What::Said(Said::SteppedIn(call, step)) => chronicle.stepped_in(&call, step),
            What::Said(Said::Forgot) => chronicle.forget(at),
        }
    }

    fn begin_day(&mut self, chronicle: &mut Chronicle, at: ConsoleTime) {
        let now = chronicle.fold.platform_time(at);
        if now < self.day.0 || now >= self.day.1 {
            self.day = day_in(&self.zone, now);
            chronicle.begin_day(self.day.0);
        }
    }
}

/// Opens the journal twice, for who writes and for who keeps snapshots, and reads the past. A file that is damaged is put aside, and a new
/// one begun: the board comes back without its past.
pub fn open_or_begin_anew<T>(
    database: &Database,
    read: impl Fn(&mut Table) -> Result<T, JournalError>,
) -> Result<(Table, Table, T), JournalError> {
    let both = || {
        let (mut blocks, mut snapshots) = (Table::open(database)?, Table::open(database)?);
        blocks.try_out()?;
        let past = read(&mut snapshots)?;
        Ok((blocks, snapshots, past))
    };
    match (both(), database) {
        (Err(JournalError::Engine(error @ EngineError::Damaged(_))), Database::File(path)) => {
            let aside = put_aside(&beside(path))?;
            tracing::error!(%error, aside = %aside.display(), "the journal is damaged: it was put aside and a new one begun");
            both()
        }
        (opened, _) => opened,
    }
}

/// Renames the file with its log and index, which would not fit a new one; returns the file's new name.
fn put_aside(path: &Path) -> std::io::Result<PathBuf> {
    let ending = format!(".damaged-{}", now().as_millis());
    let with = |more: &str| database::beside(path, more);
    for part in ["-wal", "-shm", ""] {
        match std::fs::rename(with(part), with(&format!("{ending}{part}"))) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(with(&ending))
}
