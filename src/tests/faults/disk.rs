//! The disk and its files: full, broken, locked, gone, damaged. The board goes on; nothing that was taken up is lost.

use crate::journal::{Disk, until_written};
use crate::support::{Database, Lab, Lock, Program, Simulator, System, agent_event, all_ready, run, skipped};
use std::path::PathBuf;
use std::time::Duration;
use supervisor_console::floor::{NotSent, Operation, Outcome, State};
use supervisor_console::live::LinkState;
use tokio::time::Instant;

const AGENT: [(&str, &str); 2] = [("agentId", "5001@test.cc"), ("deviceId", "8001@test.cc")];
const OTHER: [(&str, &str); 2] = [("agentId", "5002@test.cc"), ("deviceId", "8002@test.cc")];

fn journal_of(database: &Database) -> PathBuf {
    format!("{}-events", database.path.display()).into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_full_disk_nothing_is_sent_and_what_waits_is_written_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_path_buf();
    let Some(_disk) = Disk::of(8, &path) else {
        return skipped(
            "on_a_full_disk_nothing_is_sent_and_what_waits_is_written_when_there_is_room: nobody but root may mount a small disk",
        );
    };
    let lab = Lab::in_folder(folder, Simulator::start().await, &[]).await;
    let (browser, mut live) = lab.supervisor().await;
    let first = browser.force(Operation::NotReady, &AGENT).await.intervention().id;
    live.until_outcome("5001", Outcome::Confirmed).await;
    let filler = path.join("filler");
    assert_eq!(std::fs::write(&filler, vec![0_u8; 16 << 20]).unwrap_err().kind(), std::io::ErrorKind::StorageFull);
    // What finds room in the log's file as it is, is written: until nothing does.
    let mut sent = Vec::new();
    let mut operations = [Operation::NotReady, Operation::Ready].into_iter().cycle();
    loop {
        let answer = browser.force(operations.next().unwrap(), &OTHER).await;
        if answer.status == 500 {
            assert_eq!(answer.error(), (500, "audit-failed".to_owned()));
            break;
        }
        sent.push(answer.intervention().id);
        live.until_outcome("5002", Outcome::Confirmed).await;
    }
    live.until_outcome("5002", Outcome::NotSent(NotSent::Unwritten)).await;
    let unsent = live.board.action("5002").unwrap().id;
    assert_eq!(lab.simulator.operations().await.len(), 1 + sent.len(), "sent without being written down");
    lab.simulator.event(agent_event("agentNotReady", "5003")).await;
    live.until_state("5003", State::NotReady).await;
    until_written(&mut live, false).await;
    assert_eq!((live.board.link(), browser.get("/api/floor").await.status), (Some(LinkState::Live), 200));

    std::fs::remove_file(&filler).unwrap();
    until_written(&mut live, true).await;
    lab.settled().await;
    assert_eq!(lab.database.outcomes(first).last().map(String::as_str), Some("confirmed"));
    assert_eq!(lab.database.outcomes(unsent), ["requested", "refused"]);
    lab.database.until_journalled(b"5003@test.cc").await;
    browser.force(Operation::NotReady, &[("agentId", "5004@test.cc"), ("deviceId", "8004@test.cc")]).await.intervention();
    live.until_outcome("5004", Outcome::Confirmed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_fsync_fails_the_board_goes_on_and_afterwards_everything_is_written() {
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let system = System::new();
    let mut program = Program::serve_on(&system, &simulator.url(), &database, &[]);
    program.until_live();
    let browser = program.sign_in("5000", "8000").await;
    let mut live = all_ready(&browser).await;
    system.fail_fsync(true);
    for number in 1..=9 {
        simulator.event(agent_event("agentNotReady", &format!("500{number}"))).await;
        live.until_state(&format!("500{number}"), State::NotReady).await;
    }
    until_written(&mut live, false).await;
    assert_eq!(live.board.link(), Some(LinkState::Live));
    let metrics = browser.get("/metrics").await.body;
    assert!(metrics.contains("console_journal_failing 1") && metrics.contains("console_journal_lost_total 0"), "{metrics}");
    // Whether an operation is sent or not: the audit log has it.
    let answer = browser.force(Operation::Ready, &AGENT).await;
    assert!(answer.status == 200 || answer.status == 202 || answer.error() == (500, "audit-failed".to_owned()), "{answer:?}");
    let id = live.board.action("5001").map(|action| action.id);

    system.fail_fsync(false);
    until_written(&mut live, true).await;
    for number in 1..=9 {
        database.until_journalled(format!("500{number}@test.cc").as_bytes()).await;
    }
    let agent = if answer.status == 500 { AGENT } else { OTHER };
    let next = browser.force(Operation::Ready, &agent).await.intervention().id;
    live.until("it is confirmed", |board| {
        board
            .rows
            .values()
            .filter_map(|row| row.intervention.as_ref())
            .any(|action| action.id == next && action.outcome == Outcome::Confirmed)
    })
    .await;
    program.terminate();
    let told = |id: i64| database.outcomes(id);
    assert_eq!(told(next).last().map(String::as_str), Some("confirmed"));
    assert!(id.is_none_or(|id| told(id)[0] == "requested" && told(id).len() > 1), "{id:?}");
    assert_eq!(simulator.operations().await.len(), usize::from(answer.status != 500) + 1);
    // The next console reads it all.
    let program = Program::serve(&simulator.url(), &database, &[]);
    assert!(!program.log.iter().any(|line| line.contains("passed over") || line.contains("put aside")), "{:#?}", program.log);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_locked_for_30_seconds_sends_nothing_shows_everything_and_loses_no_line() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let lock = Lock::of(&lab.database);
    let locked_at = Instant::now();
    // The first waits for its ten seconds; by then it is known that nothing can be written.
    let asking = browser.clone();
    let asking = tokio::spawn(async move { asking.force(Operation::NotReady, &AGENT).await });
    live.until_outcome("5001", Outcome::NotSent(NotSent::Unwritten)).await;
    assert_eq!(asking.await.unwrap().error(), (500, "audit-failed".to_owned()));
    assert!(locked_at.elapsed() >= Duration::from_secs(10));
    let unsent = live.board.action("5001").unwrap().id;
    let refused = browser.force(Operation::NotReady, &OTHER).await;
    assert_eq!(refused.error(), (500, "audit-failed".to_owned()));
    assert!(lab.console.visitor().get("/readyz").await.body.contains("the database cannot be written"), "operators are not told");
    let mut states = [State::NotReady, State::Ready].into_iter().cycle();
    while locked_at.elapsed() < Duration::from_secs(30) {
        let state = states.next().unwrap();
        lab.simulator.set_mode("5003", if state == State::Ready { "Ready" } else { "NotReady" }, None).await;
        live.until_state("5003", state).await;
        assert_eq!((browser.get("/api/floor").await.status, browser.get("/").await.status), (200, 200));
    }
    assert_eq!((live.board.snapshots, live.board.link()), (1, Some(LinkState::Live)));
    assert_eq!(lab.database.audit(), [], "the lock did not hold: nothing is proved");
    drop(lock);
    lab.until("/readyz", |answer| answer.status == 200).await;
    lab.settled().await;
    assert_eq!(lab.database.outcomes(unsent), ["requested", "refused"]);
    assert_eq!(lab.simulator.operations().await.len(), 0);
    let id = browser.force(Operation::NotReady, &OTHER).await.intervention().id;
    live.until_outcome("5002", Outcome::Confirmed).await;
    lab.settled().await;
    assert_eq!(lab.database.outcomes(id).last().map(String::as_str), Some("confirmed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_that_is_gone_or_replaced_stops_no_board_and_is_written_when_it_is_back() {
    let lab = Lab::new().await;
    let (_browser, mut live) = lab.supervisor().await;
    let (journal, aside) = (journal_of(&lab.database), lab.folder.path().join("aside"));
    for (round, replaced) in [false, true].into_iter().enumerate() {
        std::fs::rename(&journal, &aside).unwrap();
        if replaced {
            std::fs::copy(&aside, &journal).unwrap();
        }
        let (number, mark) = (format!("500{}", round + 1), format!("mark-{round}"));
        lab.simulator.event(agent_event("agentNotReady", &number)).await;
        lab.simulator.event(serde_json::json!({ "eventName": mark })).await;
        live.until_state(&number, State::NotReady).await;
        until_written(&mut live, false).await;
        assert_eq!(live.board.link(), Some(LinkState::Live));
        std::fs::rename(&aside, &journal).unwrap();
        until_written(&mut live, true).await;
        lab.database.until_journalled(mark.as_bytes()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_that_is_rubbish_at_the_start_is_put_aside_and_costs_the_past() {
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let program = Program::live(&simulator.url(), &database, &[]);
    let mut browser = program.sign_in("5000", "8000").await;
    all_ready(&browser).await;
    for event in ["agentNotReady", "agentReady"] {
        simulator.event(agent_event(event, "5002")).await;
    }
    program.terminate();
    let of_5001 = "SELECT count(*) FROM state_interval WHERE agent = '5001@test.cc'";
    let before = database.count(of_5001);
    // The whole of it: what stands in its log would heal it.
    for beside in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{beside}", journal_of(&database).display()));
    }
    std::fs::write(journal_of(&database), [b"no database".as_slice(), &[7; 9000]].concat()).unwrap();
    let mut program = Program::serve(&simulator.url(), &database, &[]);
    assert!(program.log.iter().any(|line| line.contains("the journal is damaged: it was put aside")), "{:#?}", program.log);
    program.until_live();
    browser.address.clone_from(&program.address);
    let mut live = browser.live().await;
    live.until("the roster names all", |board| board.rows.values().filter(|row| !row.name.is_empty()).count() == 10).await;
    for (event, state) in [("agentNotReady", State::NotReady), ("agentReady", State::Ready), ("agentNotReady", State::NotReady)] {
        // The platform's times are whole seconds: within one of them an agent has one interval.
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        simulator.event(agent_event(event, "5001")).await;
        live.until_state("5001", state).await;
    }
    simulator.raw(br#"{"eventName":"mark"}"#).await;
    database.until_journalled(b"\"mark\"").await;
    let kept = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    assert!(kept.into_iter().any(|name| name.contains("-events.damaged-")), "it is gone for good");
    // The new journal counts from 1 again, and its entries become history although as many had before.
    drop(program);
    Program::serve(&simulator.url(), &database, &[]).terminate();
    assert!(database.count(of_5001) > before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_damaged_at_the_start_ends_it_with_a_line_that_names_it() {
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let program = Program::live(&simulator.url(), &database, &[]);
    let browser = program.sign_in("5000", "8000").await;
    let mut live = all_ready(&browser).await;
    browser.force(Operation::NotReady, &AGENT).await.intervention();
    live.until_outcome("5001", Outcome::Confirmed).await;
    program.terminate();
    // Whoever is the last to close it writes its log into the file.
    assert_eq!(database.count("SELECT count(*) FROM session"), 1);
    let whole = std::fs::read(&database.path).unwrap();
    let broken_inside = {
        let mut pages = whole.clone();
        pages[4096..].fill(0xa5); // behind the first page, which says what it is
        pages
    };
    for content in ["no database at all, ".repeat(100).into_bytes(), broken_inside, whole[..whole.len() / 2].to_vec()] {
        std::fs::write(&database.path, &content).unwrap();
        let (sdk, url) = (simulator.url(), database.url());
        let flags =
            ["serve", "--listen", "127.0.0.1:0", "--namespace", "test.cc", "--sdk-url", &sdk, "--database-url", &url].map(str::to_owned);
        let ended = tokio::task::spawn_blocking(move || run(&flags.each_ref().map(String::as_str))).await.unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        let last = said.lines().last().unwrap_or_default();
        assert!(!ended.status.success() && last.contains("console.db"), "{said}");
    }
    // Whoever has a copy puts it back.
    std::fs::write(&database.path, &whole).unwrap();
    let program = Program::serve(&simulator.url(), &database, &[]);
    assert_eq!(browser.moved_to(&program.address).get("/api/floor").await.status, 200, "signed out");
}
