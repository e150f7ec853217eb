//! The journal: what arrived is written down, and comes back after a restart.

use crate::support::{Browser, Database, Lab, Live, Program, Simulator, agent_event, all_ready, skipped, without_file};
use serde_json::json;
use std::path::Path;
use std::process::Command;
use supervisor_console::floor::State;
use supervisor_console::live::LinkState;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_message_is_written_down_as_it_came_good_or_odd() {
    let lab = Lab::new().await;
    let known = agent_event("agentNotReady", "5001");
    lab.simulator.event(known).await;
    for odd in [r#"{"eventName":"somethingNew","kept":"to the letter "}"#, r#"{"eventName":"#, "[1,2]"] {
        lab.simulator.raw(odd.as_bytes()).await;
        lab.database.until_journalled(odd.as_bytes()).await;
    }
    lab.database.until_journalled(b"agentNotReady").await;
    let (size, inflated) = (lab.database.journal_size(), lab.database.journal().len());
    assert!(size * 2 < inflated, "{size} bytes for {inflated}: it does not lie there compressed");
}

/// A console that was killed in the midst of a call, and its database.
async fn killed_in_a_call(simulator: &Simulator, database: &Database) -> (Browser, String) {
    let program = Program::live(&simulator.url(), database, &[]);
    let browser = program.sign_in("5000", "8000").await;
    let mut live = all_ready(&browser).await;
    let call = simulator.dial("8001", "8002").await;
    live.until("5002 talks", |board| board.state("5002") == Some(State::OnCall)).await;
    simulator.act("8001", &call, "hold", json!({})).await;
    live.until_state("5001", State::OnHold).await;
    database.until_journalled(b"\"held\"").await;
    drop(program);
    (browser, call)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_kill_board_and_calls_are_back_and_remembered_until_they_are_heard_of() {
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let (mut browser, call) = killed_in_a_call(&simulator, &database).await;
    // Without the roster, which would confirm who is in which state.
    simulator.fault(json!({ "refuse": { "status": 500, "times": 100, "path": "/api/operation" } })).await;
    let program = Program::live(&simulator.url(), &database, &[]);
    browser.address.clone_from(&program.address);
    let mut live = browser.live().await;
    live.until("all are remembered", |board| board.rows.len() == 10 && board.rows.values().all(|row| row.remembered)).await;
    let names: Vec<&str> = live.board.rows.values().map(|row| row.name.as_str()).collect();
    assert!(names.iter().all(|name| !name.is_empty()), "{names:?}");
    assert_eq!((live.board.state("5001"), live.board.state("5002")), (Some(State::OnHold), Some(State::OnCall)));
    let of_before = live.board.calls.values().find(|known| known.id.as_str() == call).unwrap().clone();
    assert_eq!((of_before.remembered, of_before.parties.len(), of_before.holds.count), (true, 2, 1));
    live.until("the gap is told", |board| board.header.as_ref().is_some_and(|header| !header.link.gaps.is_empty())).await;
    let [gap] = live.board.header.as_ref().unwrap().link.gaps[..] else { panic!("the restart is more than one gap") };
    assert!(gap.from < gap.to);

    simulator.act("8001", &call, "retrieve", json!({})).await;
    live.until("the call is certain", |board| board.calls.values().any(|known| known.id.as_str() == call && !known.remembered)).await;
    assert!(!live.board.row("5001").remembered && live.board.row("5003").remembered);
    simulator.hang_up("8001", &call).await;
    live.until("the call is over", |board| board.calls.is_empty()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_at_the_end_spares_the_next_start_the_journal() {
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let program = Program::live(&simulator.url(), &database, &[]);
    let browser = program.sign_in("5000", "8000").await;
    all_ready(&browser).await;
    program.terminate();
    let read = "what the last console knew was read from the journal";
    let mut program = Program::serve(&simulator.url(), &database, &[]);
    assert!(program.log.iter().any(|line| line.contains(read)));
    program.until_live();
    let fields: serde_json::Value = serde_json::from_str(program.log.iter().find(|line| line.contains(read)).unwrap()).unwrap();
    assert_eq!((&fields["fields"]["entries"], &fields["fields"]["agents"]), (&json!(0), &json!(10)), "{fields}");
}

/// A small disk of its own, in memory.
pub struct Disk<'a>(&'a Path);

impl Disk<'_> {
    /// None where the system does not let us mount one.
    pub fn of(megabytes: u32, path: &Path) -> Option<Disk<'_>> {
        let size = format!("size={megabytes}m");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(path).status();
        mounted.is_ok_and(|status| status.success()).then_some(Disk(path))
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(self.0).status().unwrap();
    }
}

pub async fn until_written(live: &mut Live, is_written: bool) {
    live.until("the journal is written or not", |board| {
        board.header.as_ref().is_some_and(|header| header.link.unwritten_since.is_none() == is_written)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_stops_the_journal_and_never_the_board() {
    if without_file() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_path_buf();
    let Some(_disk) = Disk::of(8, &path) else {
        return skipped("a_full_disk_stops_the_journal_and_never_the_board: nobody but root may mount a small disk");
    };
    let lab = Lab::in_folder(folder, Simulator::start().await, &[]).await;
    let (_browser, mut live) = lab.supervisor().await;
    let filler = path.join("filler");
    let full = std::fs::write(&filler, vec![0_u8; 16 << 20]).unwrap_err();
    assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    for number in 1..=9 {
        lab.simulator.event(agent_event("agentNotReady", &format!("500{number}"))).await;
        live.until_state(&format!("500{number}"), State::NotReady).await;
    }
    until_written(&mut live, false).await;
    assert_eq!(live.board.link(), Some(LinkState::Live));

    std::fs::remove_file(&filler).unwrap();
    until_written(&mut live, true).await;
    for number in 1..=9 {
        lab.database.until_journalled(format!("500{number}@test.cc").as_bytes()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_full_disk_left_no_room_for_is_told_to_programs() {
    if without_file() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_path_buf();
    let Some(_disk) = Disk::of(8, &path) else {
        return skipped("what_a_full_disk_left_no_room_for_is_told_to_programs: nobody but root may mount a small disk");
    };
    let lab = Lab::in_folder(folder, Simulator::start().await, &[]).await;
    let (browser, mut live) = lab.supervisor().await;
    let mut alerts = browser.follow("/api/events?name=console.journal", None).await;
    let filler = path.join("filler");
    std::fs::write(&filler, vec![0_u8; 16 << 20]).unwrap_err();
    // More than the 64 MB that may wait.
    let large = format!(r#"{{"eventName":"somethingLarge","filler":"{}"}}"#, "x".repeat(1_000_000));
    for _ in 0..70 {
        lab.simulator.raw(large.as_bytes()).await;
    }
    lab.simulator.event(agent_event("agentNotReady", "5001")).await;
    live.until_state("5001", State::NotReady).await;
    std::fs::remove_file(&filler).unwrap();
    until_written(&mut live, true).await;
    let alert = alerts.next().await.unwrap();
    assert_eq!(alert.event, "console.journal");
    let entries = alert.data["entries"].as_u64().unwrap();
    assert!((1..70).contains(&entries) && alert.data["since"].as_str() < alert.data["until"].as_str(), "{}", alert.data);
}
