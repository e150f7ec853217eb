//! Several consoles on one PostgreSQL are one console.

use crate::access::talking;
use crate::bulk;
use crate::support::{AGENTS, Browser, Console, Database, Nginx, PATIENCE, PostgresServer, Program, Simulator, agent_event, all_ready};
use serde_json::json;
use supervisor_console::floor::{BulkStep, Obstacle, Operation, Outcome, ScheduledKind, State};
use supervisor_console::live::LinkState;
use tokio::time::{Duration, Instant, sleep};

const AGENT: [(&str, &str); 2] = [("agentId", "5001@test.cc"), ("deviceId", "8001@test.cc")];
const OTHER_AGENT: [(&str, &str); 2] = [("agentId", "5002@test.cc"), ("deviceId", "8002@test.cc")];

/// A server of the test's own, which it may stop; none where PostgreSQL is not installed.
pub fn server() -> Option<PostgresServer> {
    tokio::task::block_in_place(PostgresServer::start)
}

/// The same browser, sent to another console.
fn at(browser: &Browser, console: &Console) -> Browser {
    let mut there = browser.clone();
    there.address.clone_from(&console.address);
    there
}

pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(Instant::now() < deadline, "waited until {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// Every agent says where it sits: a console hears of that by an agent's next event only.
async fn all_at_their_phones(simulator: &Simulator) {
    for number in 5001..=5010 {
        simulator.event(agent_event("agentReady", &number.to_string())).await;
    }
}

/// Two consoles on one database, both of which hear the platform.
async fn two(simulator: &Simulator, database: &Database) -> (Console, Console) {
    let (one, other) = (Console::start(&simulator.url(), database, &[]).await, Console::start(&simulator.url(), database, &[]).await);
    one.until_ready().await;
    other.until_ready().await;
    (one, other)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_of_one_console_is_every_consoles_and_ends_everywhere() {
    let Some(server) = server() else { return };
    let (simulator, database) = (Simulator::start().await, Database::on_server(server.database()));
    let (one, other) = two(&simulator, &database).await;
    let here = one.sign_in("5000", "8000").await;
    let there = at(&here, &other);
    assert_eq!(there.get("/").await.status, 200, "the other console knows the session at once");
    let mut live = all_seen(&there).await;
    assert_eq!(here.post("/api/sign-out", &[]).await.status, 200);
    live.until("the channel is closed", |board| board.closed).await;
    assert!(live.board.signed_out);
    until("it is over there as well", async || there.get("/").await.status == 303).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_in_at_one_console_is_shown_at_every_console_and_written_down_once() {
    let Some(server) = server() else { return };
    let (simulator, database) = (Simulator::start().await, Database::on_server(server.database()));
    let (one, other) = two(&simulator, &database).await;
    let here = one.sign_in("5000", "8000").await;
    let mut elsewhere = all_seen(&other.sign_in("5900", "8900").await).await;
    let asked_for = here.force(Operation::NotReady, &AGENT).await.intervention();
    elsewhere.until_outcome("5001", Outcome::Confirmed).await;
    let shown = elsewhere.board.action("5001").unwrap();
    assert_eq!((shown.id, shown.by.as_str()), (asked_for.id, "5000@test.cc"));
    assert_eq!(simulator.operations().await.len(), 1);
    until("its end is written down", async || database.outcomes(asked_for.id).last().is_some_and(|last| last == "confirmed")).await;
    assert_eq!(database.outcomes(asked_for.id), ["requested", "accepted", "confirmed"]);
    // Each has ids of its own.
    let there = other.sign_in("5901", "8901").await;
    let second = there.force(Operation::Ready, &AGENT).await.intervention();
    assert_ne!(second.id / 1_000_000, asked_for.id / 1_000_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_to_be_done_later_is_done_once_whichever_console_was_told() {
    let Some(server) = server() else { return };
    let (simulator, database) = (Simulator::start().await, Database::on_server(server.database()));
    let (one, other) = two(&simulator, &database).await;
    let mut board = all_seen(&one.sign_in("5900", "8900").await).await;
    let call = talking(&simulator, &mut board).await;
    let mut elsewhere = all_seen(&other.sign_in("5901", "8901").await).await;
    // Told to either of them: one of the two leads.
    for (console, number, extension) in [(&one, "5000", "8000"), (&other, "5902", "8902")] {
        let browser = console.sign_in(number, extension).await;
        let asked_for = browser.force(Operation::Logout, &AGENT).await.intervention();
        for live in [&mut board, &mut elsewhere] {
            live.until("both show it", |board| board.row("5001").scheduled.as_ref().is_some_and(|scheduled| scheduled.id == asked_for.id))
                .await;
            assert_eq!(live.board.row("5001").scheduled.as_ref().unwrap().kind, ScheduledKind::LogoutAfterCall);
        }
        if number == "5000" {
            // Taken back at the other one.
            let agent = json!({ "agentId": "5001@test.cc" });
            assert_eq!(at(&browser, &other).post_json("/api/scheduled/cancel", &agent).await.status, 200);
            for live in [&mut board, &mut elsewhere] {
                live.until("it is taken back", |board| board.row("5001").scheduled.is_none()).await;
            }
        }
    }
    assert_eq!(simulator.operations().await.len(), 0, "sent during the call");
    simulator.hang_up("8001", &call).await;
    for live in [&mut board, &mut elsewhere] {
        live.until_state("5001", State::LoggedOut).await;
        live.until_outcome("5001", Outcome::Confirmed).await;
    }
    assert_eq!(simulator.operations().await.len(), 1);
}

async fn all_seen(browser: &Browser) -> crate::support::Live {
    let mut live = browser.live().await;
    // A device is told by an agent's next event only.
    live.until("everybody is there and ready", |board| {
        board.rows.values().filter(|row| !row.name.is_empty() && row.state != State::Unknown && !row.remembered).count() == AGENTS as usize
    })
    .await;
    live
}

/// A console that is going to be killed, with a browser there, and another one, with what a browser sees there.
async fn doomed_and_other(simulator: &Simulator, database: &Database) -> (Program, Browser, Console, crate::support::Live) {
    let doomed = tokio::task::block_in_place(|| Program::serve(&simulator.url(), database, &[]));
    let other = Console::start(&simulator.url(), database, &[]).await;
    other.until_ready().await;
    let browser = doomed.sign_in("5000", "8000").await;
    let live = all_seen(&other.sign_in("5900", "8900").await).await;
    (doomed, browser, other, live)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_under_way_at_a_console_that_is_killed_is_told_by_the_others() {
    let Some(server) = server() else { return };
    let (simulator, database) = (Simulator::start().await, Database::on_server(server.database()));
    let (doomed, browser, other, mut live) = doomed_and_other(&simulator, &database).await;
    // Nothing proves it.
    simulator.fault(json!({ "mute_events": 100 })).await;
    let id = browser.force(Operation::NotReady, &AGENT).await.intervention().id;
    live.until_outcome("5001", Outcome::Accepted).await;
    drop(doomed);
    live.until_outcome("5001", Outcome::Unconfirmed).await;
    until("it is written down", async || database.outcomes(id) == ["requested", "accepted", "unconfirmed"]).await;
    assert_eq!(at(&browser, &other).get("/").await.status, 200, "the session goes on at the other console");
    assert_eq!(simulator.operations().await.len(), 1, "never sent again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_console_that_hangs_does_not_write_another_one_writes_once_it_is_ended() {
    let Some(server) = server() else { return };
    let (simulator, database) = (Simulator::start().await, Database::on_server(server.database()));
    let (hanging, _browser, _other, _live) = doomed_and_other(&simulator, &database).await;
    hanging.signal("-STOP");
    // Longer than a console that leads is ever behind.
    let marks: Vec<String> = (0..27).map(|n| format!("mark-{n}.")).collect();
    for mark in &marks {
        simulator.event(json!({ "eventName": mark })).await;
        sleep(Duration::from_secs(1)).await;
    }
    drop(hanging);
    for mark in &marks {
        database.until_journalled(mark.as_bytes()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_not_ready_for_some_minutes_outlives_the_console_that_was_asked() {
    let Some(server) = server() else { return };
    let (simulator, database) = (Simulator::start().await, Database::on_server(server.database()));
    let (doomed, browser, _other, mut live) = doomed_and_other(&simulator, &database).await;
    let call = talking(&simulator, &mut live).await;
    let id = browser.force(Operation::NotReady, &[&AGENT[..], &[("minutes", "5")]].concat()).await.intervention().id;
    live.until("the order is shown", |board| board.row("5001").scheduled.as_ref().is_some_and(|order| order.id == id)).await;
    // The end of one that nothing proves says that the console's own end was noticed.
    simulator.fault(json!({ "mute_events": 1 })).await;
    browser.force(Operation::NotReady, &[("agentId", "5002@test.cc"), ("deviceId", "8002@test.cc")]).await.intervention();
    live.until_outcome("5002", Outcome::Accepted).await;
    drop(doomed);
    live.until_outcome("5002", Outcome::Unconfirmed).await;
    assert_eq!(live.board.outcome("5001"), Some(Outcome::Accepted), "it still waits for the end of the call");
    simulator.hang_up("8001", &call).await;
    live.until_state("5001", State::NotReady).await;
    live.until("its time runs", |board| {
        let order = board.row("5001").scheduled.as_ref();
        order.is_some_and(|order| order.id == id && matches!(order.kind, ScheduledKind::ReadyAgain { due: Some(_), .. }))
    })
    .await;
    until("its end is written down, once", async || database.outcomes(id) == ["requested", "accepted", "confirmed"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_console_that_comes_later_shows_what_is_under_way_at_the_others() {
    let Some(server) = server() else { return };
    let (simulator, database) = (Simulator::start().await, Database::on_server(server.database()));
    let one = Console::start(&simulator.url(), &database, &[]).await;
    one.until_ready().await;
    let browser = one.sign_in("5000", "8000").await;
    let mut live = all_ready(&browser).await;
    let call = talking(&simulator, &mut live).await;
    // One that nothing proves, and one that waits for the end of a call.
    simulator.fault(json!({ "mute_events": 1 })).await;
    let accepted = browser.force(Operation::NotReady, &[("agentId", "5002@test.cc"), ("deviceId", "8002@test.cc")]).await.intervention();
    let waits = browser.force(Operation::Logout, &AGENT).await.intervention();
    let later = Console::start(&simulator.url(), &database, &[]).await;
    let mut elsewhere = later.sign_in("5900", "8900").await.live().await;
    elsewhere
        .until("both are shown", |board| {
            let id = |number: &str| board.rows.get(number).and_then(|row| row.intervention.as_ref()).map(|shown| (shown.id, shown.outcome));
            id("5002") == Some((accepted.id, Outcome::Accepted)) && id("5001") == Some((waits.id, Outcome::Requested))
        })
        .await;
    simulator.hang_up("8001", &call).await;
    elsewhere.until_outcome("5001", Outcome::Confirmed).await;
    elsewhere.until_outcome("5002", Outcome::Unconfirmed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_database_the_board_goes_on_and_whatever_needs_it_says_so() {
    let Some(mut server) = server() else { return };
    let (simulator, database) = (Simulator::start().await, Database::on_server(server.database()));
    let console = Console::start(&simulator.url(), &database, &[]).await;
    console.until_ready().await;
    let browser = console.sign_in("5000", "8000").await;
    let mut live = all_seen(&browser).await;
    tokio::task::block_in_place(|| server.stop());
    simulator.event(agent_event("agentNotReady", "5002")).await;
    live.until_state("5002", State::NotReady).await;
    assert_eq!(live.board.link(), Some(LinkState::Live));
    live.until("the journal's trouble is shown", |board| board.header.as_ref().is_some_and(|header| header.link.unwritten_since.is_some()))
        .await;
    let refused = browser.force(Operation::NotReady, &AGENT).await;
    assert_eq!(refused.error(), (500, "audit-failed".to_owned()));
    let mut stranger = console.visitor();
    let answer = stranger.sign_in("5900", crate::support::PASSWORD, "test.cc", "8900").await;
    assert_eq!(answer.error(), (503, "database-away".to_owned()));
    assert_eq!(simulator.operations().await.len(), 0);

    tokio::task::block_in_place(|| server.run());
    live.until("the journal is written again", |board| board.header.as_ref().is_some_and(|header| header.link.unwritten_since.is_none()))
        .await;
    until("operations are taken up again", async || matches!(browser.force(Operation::NotReady, &AGENT).await.status, 200 | 202)).await;
    console.sign_in("5901", "8901").await;
    // What happened meanwhile is in the journal.
    let marked = simulator.event(json!({ "eventName": "mark-after" })).await;
    assert!(marked > 0);
    database.until_journalled(b"mark-after").await;
}

#[test]
fn a_database_that_cannot_be_used_is_named_without_its_password() {
    for url in ["postgres://console:s3cret@127.0.0.1:9/console", "postgres://console:s3cret@db/console?nonsense=1"] {
        let ended = crate::support::run(&[
            "serve",
            "--sdk-url",
            "http://x",
            "--namespace",
            "test.cc",
            "--listen",
            "127.0.0.1:0",
            "--database-url",
            url,
        ]);
        let complaint = String::from_utf8(ended.stderr).unwrap();
        assert!(!ended.status.success() && complaint.contains("--database-url") && complaint.contains("cannot be used"), "{complaint}");
        assert!(!complaint.contains("s3cret"), "{complaint}");
    }
}

/// Every table with the number of its rows, as the command `migrate` tells them.
fn rows_of(said: &str) -> Vec<(String, u64)> {
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        (words[0].to_owned(), words[1].parse().unwrap())
    };
    said.lines().map(row).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_small_installation_moves_to_a_large_one_with_all_that_it_kept() {
    let Some(server) = server() else { return };
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let small = Database::file(folder.path().join("console.db"));
    let console = Console::start(&simulator.url(), &small, &[]).await;
    console.until_ready().await;
    let browser = console.sign_in("5000", "8000").await;
    let mut live = all_seen(&browser).await;
    let call = talking(&simulator, &mut live).await;
    let asked_for = browser.force(Operation::Logout, &AGENT).await.intervention();
    live.until("the order is shown", |board| board.row("5001").scheduled.is_some()).await;
    console.stop().await;
    // One from when it was on a server: its consoles gave ids by their numbers.
    small.change("INSERT INTO audit (id, at, outcome, operation, by_agent, by_device) VALUES (3000007, 0, 'confirmed', 'forceReady', '5000@test.cc', '8000@test.cc')");

    let large = Database::on_server(server.database());
    let migrate = || crate::support::run(&["migrate", "--from", &small.url(), "--to", &large.url()]);
    let moved = migrate();
    let said = String::from_utf8(moved.stdout).unwrap();
    assert!(moved.status.success(), "{}", String::from_utf8_lossy(&moved.stderr));
    let rows = rows_of(&said);
    for table in ["session", "audit", "pending", "moment", "state_interval", "block", "piece", "snapshot"] {
        assert!(rows.iter().any(|(name, rows)| name == table && *rows > 0), "nothing of {table} was moved:\n{said}");
    }
    let same = crate::support::run(&["migrate", "--from", &large.url(), "--to", &large.url()]);
    assert!(String::from_utf8(same.stderr).unwrap().contains("the same database"));
    // Into a database that holds something nothing is moved.
    let again = migrate();
    let complaint = String::from_utf8(again.stderr).unwrap();
    assert!(!again.status.success() && complaint.contains("holds something already"), "{complaint}");
    assert_eq!(complaint.lines().count(), 1, "{complaint}");

    let console = Console::start(&simulator.url(), &large, &[]).await;
    console.until_ready().await;
    let browser = at(&browser, &console);
    let mut live = browser.live().await;
    live.until("the call is back, and the order", |board| {
        board.calls.keys().any(|known| known.as_str() == call)
            && board.row("5001").scheduled.as_ref().is_some_and(|scheduled| scheduled.id == asked_for.id)
    })
    .await;
    simulator.hang_up("8001", &call).await;
    live.until_state("5001", State::LoggedOut).await;
    until("the step-in ends where it began", async || large.outcomes(asked_for.id).last().is_some_and(|last| last == "confirmed")).await;
    assert_eq!(large.outcomes(asked_for.id)[0], "requested");
    let next = browser.force(Operation::NotReady, &OTHER_AGENT).await.intervention();
    assert_eq!(next.id / 1_000_000, 4, "ids that were given are not given again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_one_address_a_browser_goes_on_when_its_console_is_killed() {
    let Some(server) = server() else { return };
    let (simulator, database) = (Simulator::start().await, Database::on_server(server.database()));
    let serve = || tokio::task::block_in_place(|| Program::live(&simulator.url(), &database, &["--trusted-proxy", "127.0.0.1"]));
    let (one, other) = (serve(), serve());
    let Some(nginx) = Nginx::before(&[&one.address, &other.address]) else { return };
    let mut browser = Browser::at(&nginx.address);
    until("nginx is up", async || browser.reaches().await).await;
    assert_eq!(browser.sign_in("5000", crate::support::PASSWORD, "test.cc", "8000").await.status, 200);
    let mut live = all_seen(&browser).await;
    let epoch = live.board.epoch();
    // All of this machine's browsers are at one of the two.
    let epoch_of = async |console: &Program| {
        let mut there = browser.clone();
        there.address.clone_from(&console.address);
        all_seen(&there).await.board.epoch()
    };
    let at_one = epoch_of(&one).await == epoch;
    let (killed, _stays) = if at_one { (one, other) } else { (other, one) };
    drop(killed);
    live.until("its console is gone", |board| board.closed).await;
    simulator.event(agent_event("agentNotReady", "5003")).await;
    let mut live = browser.live().await;
    live.until("everybody is there, in a snapshot of the other console", |board| board.rows.len() >= 10).await;
    assert_ne!(live.board.epoch(), epoch);
    live.until_state("5003", State::NotReady).await;
    let done = browser.force(Operation::NotReady, &AGENT).await;
    assert!(matches!(done.intervention().outcome, Outcome::Accepted | Outcome::Confirmed));
    live.until_outcome("5001", Outcome::Confirmed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bulk_run_is_shown_at_every_console_and_cancelled_at_any() {
    let Some(server) = server() else { return };
    let (simulator, database) = (Simulator::start().await, Database::on_server(server.database()));
    let (one, other) = two(&simulator, &database).await;
    all_at_their_phones(&simulator).await;
    let here = one.sign_in("5000", "8000").await;
    let (mut live, mut elsewhere) = (all_ready(&here).await, all_ready(&other.sign_in("5900", "8900").await).await);
    // To the end, with one who cannot be asked for.
    let begun = bulk::run(&bulk::start(&here, Operation::NotReady, &bulk::agents([5001, 5999, 5002])).await);
    let wanted = [bulk::CONFIRMED, BulkStep::NotPossible(Obstacle::NoDevice), bulk::CONFIRMED];
    for live in [&mut live, &mut elsewhere] {
        assert_eq!(bulk::steps(&bulk::until_over(live, begun.id).await), wanted);
    }
    // Cancelled where it was not started.
    let begun = bulk::run(&bulk::start(&here, Operation::Logout, &bulk::agents(5001..=5010)).await);
    elsewhere.until_state("5001", State::LoggedOut).await;
    assert!(bulk::run(&bulk::cancel(&at(&here, &other), begun.id).await).cancelled);
    let (shown, also) = (bulk::until_over(&mut live, begun.id).await, bulk::until_over(&mut elsewhere, begun.id).await);
    assert!(shown.cancelled && bulk::steps(&shown) == bulk::steps(&also), "{shown:?} {also:?}");
    let sent = bulk::steps(&shown).iter().filter(|step| **step == bulk::CONFIRMED).count();
    assert!((1..10).contains(&sent), "{shown:?}");
    assert_eq!(simulator.operations().await.len(), 2 + sent);
    // Whoever comes later is shown both.
    let later = Console::start(&simulator.url(), &database, &[]).await;
    let mut late = later.sign_in("5901", "8901").await.live().await;
    late.until("both runs are there", |board| board.runs.len() == 2).await;
    assert_eq!(late.board.runs[1], shown);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bulk_run_goes_on_at_another_console_when_its_own_is_killed() {
    let Some(server) = server() else { return };
    let (simulator, database) = (Simulator::start().await, Database::on_server(server.database()));
    let doomed = tokio::task::block_in_place(|| Program::serve(&simulator.url(), &database, &[]));
    let other = Console::start(&simulator.url(), &database, &[]).await;
    other.until_ready().await;
    all_at_their_phones(&simulator).await;
    let browser = doomed.sign_in("5000", "8000").await;
    let mut live = all_ready(&other.sign_in("5900", "8900").await).await;
    let begun = bulk::run(&bulk::start(&browser, Operation::NotReady, &bulk::long_run()).await);
    live.until_outcome("5002", Outcome::Confirmed).await;
    drop(doomed);
    bulk::check_that_it_went_on(&bulk::until_over(&mut live, begun.id).await, &simulator).await;
}
