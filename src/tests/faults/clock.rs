//! The clock of the console's machine, set an hour ahead or back while it works.

use crate::support::{Board, Browser, Database, Live, Program, Simulator, System, agent_event, all_ready};
use serde_json::json;
use std::time::Duration;
use supervisor_console::floor::{Operation, Outcome, ScheduledKind, State};

const HOUR: i64 = 3600;
/// Nobody on this floor is in a state for longer.
const SANE: i64 = 120_000;

fn agent(number: &str) -> [(&'static str, String); 2] {
    [("agentId", format!("{number}@test.cc")), ("deviceId", format!("8{}@test.cc", &number[1..]))]
}

async fn not_ready(browser: &Browser, number: &str, minutes: Option<&str>) -> crate::support::Answer {
    let own = agent(number);
    let mut form: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    form.extend(minutes.map(|minutes| ("minutes", minutes)));
    browser.force(Operation::NotReady, &form).await
}

/// Whatever a page counts up is what it is: nobody's state began in the future, or an hour earlier than it did.
fn assert_sane(board: &Board) {
    let header = board.header.as_ref().unwrap();
    for row in board.rows.values() {
        let Some(since) = row.since else { continue };
        let age = header.platform_now().as_millis() - since.as_millis();
        assert!((-5_000..SANE).contains(&age), "{} is {:?} for {age} ms", row.agent, row.state);
    }
    for call in board.calls.values() {
        let age = header.platform_now().as_millis() - call.started.unwrap().as_millis();
        assert!((-5_000..SANE).contains(&age), "a call lasts for {age} ms");
    }
    let since = header.at.as_millis() - header.link.since.as_millis();
    assert!((-5_000..SANE).contains(&since), "the link is as it is for {since} ms");
}

/// How long until the agent is made ready again.
fn left(board: &Board, number: &str) -> i64 {
    match board.row(number).scheduled.as_ref().map(|scheduled| scheduled.kind) {
        Some(ScheduledKind::ReadyAgain { due: Some(due), .. }) => due.as_millis() - board.header.as_ref().unwrap().at.as_millis(),
        other => panic!("{number} will not be ready again: {other:?}"),
    }
}

/// Follows the channel for a while, and looks at every message.
async fn stays_sane(live: &mut Live) {
    for _ in 0..10 {
        live.next().await;
        assert_sane(&live.board);
    }
}

/// The console's clock is set by so many seconds; everything goes on as if nothing had been.
async fn the_clock_is_set(by: i64) {
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let system = System::new();
    let mut program = Program::serve_on(&system, &simulator.url(), &database, &[]);
    program.until_live();
    let mut browser = program.sign_in("5000", "8000").await;
    let mut live = all_ready(&browser).await;
    let call = simulator.dial("8001", "8002").await;
    live.until("they talk", |board| ["5001", "5002"].iter().all(|number| board.state(number) == Some(State::OnCall))).await;
    not_ready(&browser, "5003", Some("30")).await.intervention();
    live.until("its time runs", |board| {
        matches!(board.row("5003").scheduled.as_ref().map(|scheduled| scheduled.kind), Some(ScheduledKind::ReadyAgain { due: Some(_), .. }))
    })
    .await;
    // Some mistyped, and have to wait a minute.
    let mut guest = Browser::at(&program.address);
    while guest.sign_in("5901", "wrong", "test.cc", "8901").await.status != 429 {}
    // One operation is with the platform, one is accepted and not proved.
    simulator.fault(json!({ "mute_events": 1 })).await;
    not_ready(&browser, "5005", None).await.intervention();
    live.until_outcome("5005", Outcome::Accepted).await;
    simulator.fault(json!({ "stall_http_ms": 1500 })).await;
    let asking = browser.clone();
    let asking = tokio::spawn(async move { not_ready(&asking, "5004", None).await });
    while !simulator.operations().await.iter().any(|request| request.body.contains("5004@test.cc")) {
        live.next().await;
    }
    assert_sane(&live.board);
    system.set_clock(by);
    let before = live.board.header.clone().unwrap().at;
    live.until("the clock was set", |board| {
        let stepped = board.header.as_ref().unwrap().at.as_millis() - before.as_millis();
        assert_eq!((board.outcome("5005"), board.rows.len()), (Some(Outcome::Accepted), 10));
        stepped.abs() > HOUR * 1000 / 2
    })
    .await;
    stays_sane(&mut live).await;
    assert!((28 * 60_000..=31 * 60_000).contains(&left(&live.board, "5003")), "{} ms", left(&live.board, "5003"));

    // What was under way is followed to its end, and so is what begins now.
    assert!(matches!(asking.await.unwrap().intervention().outcome, Outcome::Accepted | Outcome::Confirmed));
    live.until_outcome("5004", Outcome::Confirmed).await;
    simulator.event(agent_event("agentNotReady", "5005")).await;
    live.until_outcome("5005", Outcome::Confirmed).await;
    not_ready(&browser, "5006", None).await.intervention();
    live.until_outcome("5006", Outcome::Confirmed).await;
    // One that nothing proves is given up ten seconds later, no earlier and no later.
    simulator.fault(json!({ "mute_events": 1 })).await;
    not_ready(&browser, "5007", None).await.intervention();
    live.until_within(Duration::from_secs(18), "it is given up", |board| board.outcome("5007") == Some(Outcome::Unconfirmed)).await;
    assert!((10_000..18_000).contains(&live.board.action("5007").unwrap().finished_after.unwrap()));
    assert_sane(&live.board);
    assert_eq!((live.board.snapshots, live.board.link(), simulator.links().await), (1, live.board.link(), 1));
    // Nobody was signed out, somebody new comes in, and who mistyped waits no longer than before.
    assert_eq!(browser.get("/api/floor").await.status, 200);
    program.sign_in("5900", "8900").await;
    let waits = guest.sign_in("5901", "wrong", "test.cc", "8901").await;
    assert!(waits.status == 401 || waits.header("retry-after").parse::<u32>().unwrap() <= 120, "{waits:?}");

    // What was written before and after is read alike, and so it is by a console that starts with another clock again.
    for clock in [by, 0] {
        drop(program);
        system.set_clock(clock);
        program = Program::serve_on(&system, &simulator.url(), &database, &[]);
        assert!(program.log.iter().any(|line| line.contains("what the last console knew was read from the journal")));
        assert!(!program.log.iter().any(|line| line.contains("\"ERROR\"")), "{:#?}", program.log);
        program.until_live();
        browser.address.clone_from(&program.address);
        let mut live = browser.live().await;
        live.until("board and call are back", |board| {
            board.rows.len() == 10 && board.calls.values().any(|known| known.id.as_str() == call)
        })
        .await;
        // The first event tells how far the clocks are apart.
        simulator.event(agent_event("agentReady", "5008")).await;
        live.until("an event came", |board| !board.row("5008").remembered && board.header.as_ref().unwrap().link.last_event.is_some())
            .await;
        stays_sane(&mut live).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_set_an_hour_ahead_ends_nothing_and_ages_nobody() {
    Box::pin(the_clock_is_set(HOUR)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_set_an_hour_back_holds_nothing_up_and_ages_nobody() {
    Box::pin(the_clock_is_set(-HOUR)).await;
}
