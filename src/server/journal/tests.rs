//! The journal over restarts, failing disks and damaged files.

use super::entry::Once;
use super::replay::{Reader, open_or_begin_anew};
use super::table::{Blocks, Position, Table};
use super::writer::{Committed, Writer};
use super::*;
use crate::floor::time::at;
use crate::floor::{AgentId, Chronicle, Namespace, State};
use crate::server::cli::{Cli, Command};
use crate::server::config::JournalLimits;
use crate::server::database::{EngineError, Lead};
use clap::Parser;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const NO_LIMITS: JournalLimits = JournalLimits { age: Duration::from_secs(1 << 30), bytes: u64::MAX };

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("console.db-events");
    (folder, path)
}

/// The database beside which the journal at `path` lies.
fn database_of(path: &Path) -> Database {
    Database::File(path.with_file_name("console.db"))
}

fn reader() -> Reader {
    reader_of("test.cc")
}

fn reader_of(tenant: &str) -> Reader {
    Reader::new(jiff::tz::TimeZone::UTC, Namespace::trusted(tenant))
}

/// The agent became ready, `second` seconds after nine.
fn ready(agent: u32, second: i64) -> Entry {
    event("agentReady", agent, second)
}

fn event(name: &str, agent: u32, second: i64) -> Entry {
    let body = format!(
        r#"{{"eventName":"{name}","eventTime":"2026.11.20 09:{:02}:{:02}","serial":{second},"namespace":"test.cc","agentId":"{agent}@test.cc","deviceId":"{}@test.cc"}}"#,
        second / 60,
        second % 60,
        agent + 3000
    );
    Entry::new(at(1_763_600_400_000 + second * 1000), What::Event(body.into_bytes().into(), None))
}

fn said(said: Said) -> Entry {
    Entry::new(at(5), What::Said(said))
}

fn ours() -> Entry {
    said(Said::Started(Namespace::trusted("test.cc")))
}

/// Who is on the floor, in which state, and remembered only or not.
fn agents(Chronicle { fold, .. }: &Chronicle) -> Vec<(String, State, bool)> {
    let row = |agent: &AgentId| fold.row(agent).map(|row| (agent.number().to_owned(), row.state, row.remembered));
    fold.floor.agents().filter_map(row).collect()
}

/// The journal as a start opens it.
fn open(path: &Path) -> Result<(Table, Table, Past), JournalError> {
    open_or_begin_anew(&database_of(path), |table| Past::read(table, reader(), 0))
}

fn past(path: &Path) -> Past {
    Past::read(&mut Table::open(&database_of(path)).unwrap(), reader(), 0).unwrap()
}

#[test]
fn a_start_takes_the_newest_snapshot_that_can_be_read_and_what_came_after_it() {
    let (_folder, path) = place();
    let mut table = Table::open(&database_of(&path)).unwrap();
    table.append(1, &[ours(), ready(5001, 1)]).unwrap();
    let all = |past: &Past| agents(&past.chronicle).into_iter().map(|(number, ..)| number).collect::<Vec<_>>();
    assert_eq!((past(&path).position, all(&past(&path))), (2, vec!["5001".to_owned()]));

    let snapshot = |path: &Path| reader().write(&past(path).chronicle).unwrap();
    let first = snapshot(&path);
    table.keep_snapshot(2, at(0), &first).unwrap();
    table.append(3, &[ready(5002, 2), ready(5003, 3)]).unwrap();
    let second = snapshot(&path);
    table.keep_snapshot(4, at(0), &second).unwrap();
    table.append(5, &[ready(5004, 4)]).unwrap();
    let everybody = ["5001", "5002", "5003", "5004"].map(str::to_owned).to_vec();
    assert_eq!((past(&path).position, all(&past(&path))), (5, everybody.clone()));

    // Without the blocks before it: it is what is read.
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute("DELETE FROM block WHERE first = 1", []).unwrap();
    assert_eq!(all(&past(&path)), everybody);
    // Without what came after the newest: who is there may be in another state by now.
    assert!(agents(&past(&path).chronicle).iter().any(|(number, _, remembered)| number == "5004" && !remembered));
    table.append(6, &[ready(5004, 5)]).unwrap();
    other.execute("UPDATE block SET first = 7 WHERE first = 6", []).unwrap();
    assert!(agents(&past(&path).chronicle).iter().any(|(number, _, remembered)| number == "5003" && *remembered));
    other.execute("DELETE FROM block WHERE first = 7", []).unwrap();
    // The newest is damaged, of a later version, or not whole: the one before it serves.
    for damage in ["UPDATE piece SET bytes = x'00' WHERE position = 4", "DELETE FROM piece WHERE position = 4"] {
        other.execute(damage, []).unwrap();
        assert_eq!(all(&past(&path)), everybody, "{damage}");
    }
    // And none at all: what the journal still has.
    other.execute("DELETE FROM snapshot", []).unwrap();
    assert_eq!((past(&path).position, all(&past(&path))), (5, everybody[1..].to_vec()));
}

#[test]
fn no_more_than_two_snapshots_are_kept_and_no_half_ones() {
    let (_folder, path) = place();
    let mut table = Table::open(&database_of(&path)).unwrap();
    table.append(1, &[ours(), ready(5001, 1), ready(5002, 2), ready(5003, 3)]).unwrap();
    rusqlite::Connection::open(&path).unwrap().execute("INSERT INTO piece VALUES (99, 0, x'00')", []).unwrap();
    let large = vec![7; 700_000];
    for position in 2..=4 {
        table.keep_snapshot(position, at(0), &large).unwrap();
    }
    assert_eq!(table.snapshots().unwrap(), [4, 3]);
    assert_eq!(table.snapshot(4).unwrap(), Some(large));
    let pieces: i64 = rusqlite::Connection::open(&path).unwrap().query_row("SELECT count(*) FROM piece", [], |row| row.get(0)).unwrap();
    assert_eq!(pieces, 6);
}

#[test]
fn what_another_tenant_left_in_the_file_is_not_ours() {
    let (_folder, path) = place();
    let mut table = Table::open(&database_of(&path)).unwrap();
    table.append(1, &[ours(), ready(5001, 1)]).unwrap();
    let snapshot = reader().write(&past(&path).chronicle).unwrap();
    table.keep_snapshot(2, at(0), &snapshot).unwrap();
    let theirs = Past::read(&mut table, reader_of("other.cc"), 0).unwrap();
    assert_eq!((theirs.position, agents(&theirs.chronicle)), (2, Vec::new()));
    // They served it in between.
    table.append(3, &[said(Said::Started(Namespace::trusted("other.cc"))), ready(5002, 2), ours(), ready(5003, 3)]).unwrap();
    assert_eq!(agents(&past(&path).chronicle), [("5003".to_owned(), State::Ready, false)]);
}

#[test]
fn what_may_have_been_missed_is_only_remembered() {
    let (_folder, path) = place();
    let mut table = Table::open(&database_of(&path)).unwrap();
    table
        .append(
            1,
            &[ours(), ready(5001, 1), ready(5002, 2), said(Said::Down(at(7))), said(Said::Live("ws://b".into(), None)), ready(5002, 9)],
        )
        .unwrap();
    let expected = [("5001".to_owned(), State::Ready, true), ("5002".to_owned(), State::Ready, false)];
    assert_eq!(agents(&past(&path).chronicle), expected);
}

#[test]
fn a_damaged_block_costs_itself_and_a_damaged_file_the_past() {
    let (_folder, path) = place();
    let mut table = Table::open(&database_of(&path)).unwrap();
    table.append(1, &[ours(), ready(5001, 1)]).unwrap();
    table.append(3, &[ready(5002, 2)]).unwrap();
    table.append(4, &[ready(5003, 3)]).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute("UPDATE block SET bytes = x'0102' WHERE first = 3", []).unwrap();
    let expected = [("5001".to_owned(), State::Ready, true), ("5003".to_owned(), State::Ready, false)];
    assert_eq!(agents(&past(&path).chronicle), expected);
    drop((table, other));

    std::fs::write(&path, vec![b'x'; 20_000]).unwrap();
    let (mut table, ..) = open(&path).unwrap();
    table.append(1, &[ours(), ready(5004, 1)]).unwrap();
    assert_eq!(agents(&past(&path).chronicle), [("5004".to_owned(), State::Ready, false)]);
    let aside = std::fs::read_dir(path.parent().unwrap())
        .unwrap()
        .filter(|file| file.as_ref().unwrap().file_name().to_str().unwrap().starts_with("console.db-events.damaged-"));
    assert_eq!(aside.count(), 1);
}

#[test]
fn whichever_page_is_damaged_the_console_starts_and_writes() {
    let (_folder, path) = place();
    let mut table = Table::open(&database_of(&path)).unwrap();
    for first in 0..40 {
        table.append(first * 300 + 1, &(0..300).map(|n| ready(5000 + n as u32, first)).collect::<Vec<_>>()).unwrap();
    }
    let snapshot = reader().write(&past(&path).chronicle).unwrap();
    table.keep_snapshot(6000, at(0), &snapshot).unwrap();
    drop(table);
    let whole = std::fs::read(&path).unwrap();
    assert!(whole.len() > 8 * 4096, "{}", whole.len());
    for page in 0..whole.len() / 4096 {
        let mut damaged = whole.clone();
        damaged[page * 4096..(page + 1) * 4096].fill(0xa5);
        std::fs::write(&path, damaged).unwrap();
        let (mut blocks, ..) = open(&path).unwrap_or_else(|error| panic!("page {page}: {error}"));
        let next = blocks.next().unwrap();
        blocks.append(next, &[ours()]).unwrap_or_else(|error| panic!("page {page}: {error}"));
    }
}

#[test]
fn the_file_of_a_newer_version_is_not_touched() {
    let (_folder, path) = place();
    drop(Table::open(&database_of(&path)).unwrap());
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(open(&path), Err(JournalError::Engine(EngineError::Newer))));
}

#[test]
fn the_oldest_blocks_go_by_age_and_by_size() {
    let (_folder, path) = place();
    let mut table = Table::open(&database_of(&path)).unwrap();
    let first = |table: &mut Table| {
        let mut first = None;
        table.read(0, |block| first = first.or(Some(block.first))).unwrap();
        first
    };
    for position in 0..10 {
        table.append(position + 1, &[ready(5001, position)]).unwrap();
    }
    table.retain(ready(5001, 4).at, u64::MAX).unwrap();
    assert_eq!(first(&mut table), Some(5));
    assert_eq!(table.next().unwrap(), 11);
    // No more than it takes goes.
    let used = |table: &mut Table| table.behind(0, 100).unwrap().len();
    let before = used(&mut table);
    let bytes: i64 = rusqlite::Connection::open(&path).unwrap().query_row("SELECT bytes FROM size", [], |row| row.get(0)).unwrap();
    table.retain(at(0), bytes as u64 - 1).unwrap();
    assert_eq!(used(&mut table), before - 1);
    table.retain(at(0), 1).unwrap();
    assert_eq!((first(&mut table), past(&path).position), (None, 0), "all went");
}

/// Blocks that fail as long as they are told to.
struct Failing {
    table: Table,
    fails: Arc<Mutex<bool>>,
}

impl Blocks for Failing {
    fn append(&mut self, first: Position, entries: &[Entry]) -> Result<usize, JournalError> {
        // What the disk does when its fsync fails.
        let failure = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR_FSYNC), None);
        if *self.fails.lock().unwrap() { Err(EngineError::from(failure).into()) } else { self.table.append(first, entries) }
    }

    fn next(&mut self) -> Result<Position, JournalError> {
        self.table.next()
    }

    fn without_written(&mut self, since: ConsoleTime, new: &mut HashSet<Once>) -> Result<(), JournalError> {
        self.table.without_written(since, new)
    }

    fn retain(&mut self, horizon: ConsoleTime, most: u64) -> Result<(), JournalError> {
        self.table.retain(horizon, most)
    }
}

/// A journal on such blocks, and what it hands on, of which `room` blocks may wait.
fn failing(path: &Path, room: usize) -> (Journal, Arc<Mutex<bool>>, Receiver<Committed>, UnboundedReceiver<Ack>) {
    failing_of(path, room, tokio::sync::watch::channel(Lead::Ours).1)
}

/// The same of a console that leads or not.
fn failing_of(
    path: &Path,
    room: usize,
    leads: tokio::sync::watch::Receiver<Lead>,
) -> (Journal, Arc<Mutex<bool>>, Receiver<Committed>, UnboundedReceiver<Ack>) {
    let (queue, entries) = channel();
    let (safe, committed) = sync_channel(room);
    let health = Arc::new(Health::default());
    let fails = Arc::new(Mutex::new(true));
    let blocks = Failing { table: Table::open(&database_of(path)).unwrap(), fails: fails.clone() };
    let (acks, acknowledged) = unbounded_channel();
    let writer = Writer {
        blocks: Box::new(blocks),
        next: 1,
        limits: NO_LIMITS,
        leads,
        health: health.clone(),
        safe,
        tail: Tail::new(&Database::Memory, 0),
        left_out: false,
        damaged: false,
        acks: acks.clone(),
    };
    spawn("journal", move || writer.run(&entries)).unwrap();
    (Journal { queue, health, workdays: Arc::default(), acks }, fails, committed, acknowledged)
}

fn wait_for(what: &str, is_so: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn where_writing_fails_it_goes_on_by_itself_and_nothing_is_lost_meanwhile() {
    let (_folder, path) = place();
    let (journal, fails, committed, mut acknowledged) = failing(&path, 4096);
    let ack = Ack { connection: 1, id: "first".to_owned() };
    journal.append(Entry { ack: Some(ack.clone()), ..ours() });
    assert!(acknowledged.try_recv().is_err(), "it is not safe yet");
    wait_for("it says that it fails", || journal.failing_since().is_some());
    for second in 0..2000 {
        journal.append(ready(5001, second % 3600));
    }
    assert!(acknowledged.try_recv().is_err(), "the broker keeps it for as long as it is not written");
    *fails.lock().unwrap() = false;
    let mut safe = 0;
    while safe < 2001 {
        let Committed { first, entries } = committed.recv_timeout(Duration::from_secs(20)).unwrap();
        let first = first.unwrap();
        assert_eq!(first, safe + 1);
        safe += entries.len() as Position;
    }
    wait_for("it says that it goes on", || journal.failing_since().is_none());
    assert_eq!(acknowledged.blocking_recv(), Some(ack));
    assert_eq!(past(&path).position, 2001);
}

#[test]
fn an_archive_that_is_behind_holds_up_nothing_and_reads_the_rest_itself() {
    let (_folder, path) = place();
    let (journal, fails, committed, _acknowledged) = failing(&path, 1);
    *fails.lock().unwrap() = false;
    journal.append(ours());
    for second in 0..3000 {
        journal.append(event(["agentReady", "agentNotReady"][second as usize % 2], 5001, second));
    }
    wait_for("all is written", || past(&path).position == 3001);

    let flags = ["supervisor-console", "serve", "--sdk-url", "http://x", "--namespace", "test.cc"];
    let Command::Serve(args) = Cli::parse_from(flags).command else { panic!("not serve") };
    let config = Config::try_from(&*args).unwrap();
    let (store, table) = (Store::open(&Database::Memory).unwrap(), Table::open(&database_of(&path)).unwrap());
    let leads = tokio::sync::watch::channel(Lead::Ours).1;
    let archive = Archive::of(Past::default(), 0, &config, store, Some(table), journal.workdays.clone(), leads);
    let ended = CancellationToken::new().drop_guard();
    spawn("archive", move || archive.run(&committed, ended)).unwrap();
    // Every other second ready, up to the last one, which goes on.
    let agent = AgentId::trusted("5001@test.cc");
    let waited = || lock(&journal.workdays).changed.get(&agent).map(|day| day.waiting);
    wait_for("all is folded", || waited() == Some(Duration::from_secs(1500)));
}

#[test]
fn who_takes_over_writes_what_is_not_there_and_nothing_twice() {
    let (_folder, path) = place();
    // In the midst of now: what was written long ago is not looked at.
    let event = |n: u8| Entry::new(crate::server::clock::now(), What::Event(vec![n].into(), None));
    let mut others = Table::open(&database_of(&path)).unwrap();
    others.append(1, &[event(1), event(2)]).unwrap();
    let (leading, leads) = tokio::sync::watch::channel(Lead::Others);
    let (journal, fails, committed, mut acknowledged) = failing_of(&path, 4096, leads);
    *fails.lock().unwrap() = false;
    let ack = |n: u8| Ack { connection: 1, id: n.to_string() };
    for n in 1..=4 {
        journal.append(Entry { ack: Some(ack(n)), ..event(n) });
    }
    let mut held = 0;
    while held < 4 {
        let Committed { first, entries } = committed.recv_timeout(Duration::from_secs(20)).unwrap();
        assert_eq!(first, None);
        held += entries.len();
    }
    assert!(acknowledged.try_recv().is_err(), "whether the other console has them is not known");
    leading.send_replace(Lead::Ours);
    wait_for("it took over", || bodies(&path).len() >= 4);
    assert_eq!(bodies(&path), [1, 2, 3, 4]);
    assert_eq!([1, 2, 3, 4].map(|_| acknowledged.blocking_recv()), [1, 2, 3, 4].map(|n| Some(ack(n))));
}

fn bodies(path: &Path) -> Vec<u8> {
    let mut bodies = Vec::new();
    let take = |entry: Entry| if let What::Event(body, _) = entry.what { Some(body[0]) } else { None };
    Table::open(&database_of(path)).unwrap().read(0, |block| bodies.extend(block.entries.unwrap().into_iter().filter_map(take))).unwrap();
    bodies
}

#[test]
fn what_finds_no_room_is_told_as_a_gap() {
    let (_folder, path) = place();
    let (journal, fails, committed, _acknowledged) = failing(&path, 4096);
    let large = |n: i64| Entry::new(at(n), What::Odd(vec![b'x'; 8 << 20].into()));
    for n in 1..=20 {
        journal.append(large(n));
    }
    *fails.lock().unwrap() = false;
    let mut entries = Vec::new();
    let gap = loop {
        entries.extend(committed.recv_timeout(Duration::from_secs(20)).unwrap().entries);
        if let Some(Entry { what: What::Said(Said::NotKept { since, entries }), .. }) = entries.last() {
            break (*since, *entries);
        }
    };
    assert_eq!((entries.len() - 1, gap), (7, (at(8), 13)));
    wait_for("nothing waits any more", || journal.health.bytes.load(Ordering::Relaxed) == 0);
}

#[test]
fn a_file_that_is_gone_is_a_failure_until_it_is_back() {
    let (folder, path) = place();
    let mut table = Table::open(&database_of(&path)).unwrap();
    table.append(1, &[ours()]).unwrap();
    let aside = folder.path().join("aside");
    std::fs::rename(&path, &aside).unwrap();
    assert!(matches!(table.append(2, &[ready(5001, 1)]), Err(JournalError::Engine(EngineError::Lost))));
    std::fs::rename(&aside, &path).unwrap();
    table.append(2, &[ready(5001, 1)]).unwrap();
}
