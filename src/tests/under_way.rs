//! What was asked for is done once and told truly: whoever leaves, however slow the database, whatever the platform answers.

mod thousand;

use crate::support::{Browser, Console, Lab, Live, Lock, agent_event, run, without_file};
use serde_json::json;
use std::os::unix::fs::FileExt;
use supervisor_console::floor::{NotSent, Operation, Outcome, ScheduledKind, State};

const AGENT: [(&str, &str); 2] = [("agentId", "5001@test.cc"), ("deviceId", "8001@test.cc")];
const MINUTES: [(&str, &str); 3] = [AGENT[0], AGENT[1], ("minutes", "5")];

/// Asks, and leaves without the answer once the board shows that it was taken up.
async fn asks_and_leaves(browser: &Browser, live: &mut Live, form: &[(&str, &str)]) {
    let asking = browser.begin(Operation::NotReady, form).await;
    live.until_outcome("5001", Outcome::Requested).await;
    drop(asking);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_while_the_database_is_slow_leaves_an_operation_that_is_done() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let lock = Lock::of(&lab.database);
    asks_and_leaves(&browser, &mut live, &MINUTES).await;
    assert_eq!(lab.simulator.operations().await.len(), 0, "sent before it was written down");
    drop(lock);
    live.until_outcome("5001", Outcome::Confirmed).await;
    live.until("its time runs", |board| board.row("5001").scheduled.is_some()).await;
    assert_eq!(lab.simulator.operations().await.len(), 1);
    lab.settled().await;
    let outcomes = lab.database.outcomes(live.board.action("5001").unwrap().id);
    assert_eq!((outcomes[0].as_str(), outcomes.last().map(String::as_str)), ("requested", Some("confirmed")));
    assert_eq!(lab.database.count("SELECT count(*) FROM pending WHERE due IS NOT NULL"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_written_down_in_time_is_not_sent_and_leaves_nothing_behind() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let other = lab.console.sign_in("5900", "8900").await;
    let lock = Lock::of(&lab.database);
    asks_and_leaves(&browser, &mut live, &MINUTES).await;
    let id = live.board.action("5001").unwrap().id;
    assert_eq!(other.force(Operation::NotReady, &AGENT).await.json()["obstacle"], "under-way");
    // The agent's own doing is not the console's.
    lab.simulator.set_mode("5001", "NotReady", Some("Lunch")).await;
    live.until_state("5001", State::NotReady).await;
    assert_eq!(live.board.outcome("5001"), Some(Outcome::Requested), "confirmed without having been sent");
    live.until_outcome("5001", Outcome::NotSent(NotSent::Unwritten)).await;
    assert!(live.board.row("5001").scheduled.is_none(), "an order without its operation");
    let refused = other.force(Operation::Ready, &AGENT).await;
    assert_eq!(refused.error(), (500, "audit-failed".to_owned()), "nobody is told that another one is under way");
    drop(lock);
    lab.settled().await;
    assert_eq!(lab.database.outcomes(id), ["requested", "refused"]);
    assert_eq!(lab.database.count(&format!("SELECT count(*) FROM audit WHERE id = {id} AND reason = 'audit-log'")), 1);
    assert_eq!(lab.database.count("SELECT count(*) FROM pending"), 0);
    assert_eq!(lab.simulator.operations().await.len(), 0);
    let shown = browser.get(&format!("/api/interventions/{id}")).await.json();
    assert_eq!((&shown["outcome"], &shown["notSent"]), (&json!("refused"), &json!("audit-log")));

    // Nor does a restart make him ready.
    let Lab { simulator, console, database, folder: _folder } = lab;
    console.stop().await;
    let console = Console::start(&simulator.url(), &database, &[]).await;
    console.until_ready().await;
    let mut live = console.sign_in("5000", "8000").await.live().await;
    live.until_state("5001", State::NotReady).await;
    assert!(live.board.row("5001").scheduled.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_stays_locked_loses_no_line_and_their_order_stays() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    lab.simulator.fault(json!({ "mute_events": 1 })).await;
    let id = browser.force(Operation::NotReady, &MINUTES).await.intervention().id;
    let lock = Lock::of(&lab.database);
    // Longer than one attempt to write lasts; meanwhile the board and whoever reads are served.
    live.until_outcome("5001", Outcome::Unconfirmed).await;
    lab.simulator.event(agent_event("agentNotReady", "5001")).await;
    live.until_outcome("5001", Outcome::Confirmed).await;
    assert_eq!(browser.get("/api/floor").await.status, 200);
    assert_eq!(browser.post_json("/api/scheduled/cancel", &json!({ "agentId": "5001@test.cc" })).await.status, 200);
    assert_eq!(lab.database.outcomes(id).first().map(String::as_str), Some("requested"));
    drop(lock);
    lab.settled().await;
    assert_eq!(lab.database.outcomes(id), ["requested", "accepted", "unconfirmed", "confirmed", "cancelled"]);
    assert_eq!(lab.database.count("SELECT count(*) FROM pending"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_from_before_the_request_leaves_it_accepted() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    lab.simulator.fault(json!({ "mute_events": 1 })).await;
    browser.force(Operation::NotReady, &AGENT).await.intervention();
    live.until_outcome("5001", Outcome::Accepted).await;
    let minute_ago = jiff::Timestamp::now() - jiff::Span::new().seconds(60);
    let minute_ago = minute_ago.in_tz("Asia/Shanghai").unwrap().strftime("%Y.%m.%d %H:%M:%S").to_string();
    let mut stale = agent_event("agentNotReady", "5001");
    (stale["eventTime"], stale["serial"]) = (json!(minute_ago), json!(1));
    lab.simulator.event(stale).await;
    lab.simulator.event(agent_event("agentNotReady", "5003")).await;
    live.until_state("5003", State::NotReady).await;
    assert_eq!((live.board.outcome("5001"), live.board.state("5001")), (Some(Outcome::Accepted), Some(State::Ready)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_gateway_answers_leaves_the_outcome_open_until_its_event() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    for (number, status) in [("5001", 502), ("5002", 503), ("5003", 504), ("5004", 500)] {
        lab.simulator.fault(json!({ "refuse": { "status": status, "path": "/api/csta/agent/state" } })).await;
        let (agent, device) = (format!("{number}@test.cc"), format!("8{}@test.cc", &number[1..]));
        let answer = browser.force(Operation::NotReady, &[("agentId", agent.as_str()), ("deviceId", device.as_str())]).await;
        assert_eq!(answer.error(), (504, "outcome-unknown".to_owned()), "{status}");
        live.until_outcome(number, Outcome::Unknown).await;
        lab.simulator.event(agent_event("agentNotReady", number)).await;
        live.until_outcome(number, Outcome::Confirmed).await;
    }
    assert_eq!(lab.simulator.operations().await.len(), 4, "one was repeated");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_database_file_the_console_sends_nothing_and_says_why() {
    if without_file() {
        return;
    }
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let aside = lab.folder.path().join("aside");
    for replaced in [false, true] {
        std::fs::rename(&lab.database.path, &aside).unwrap();
        if replaced {
            std::fs::copy(&aside, &lab.database.path).unwrap();
        }
        lab.until("/readyz", |answer| answer.status == 503 && answer.body.contains("database file was deleted or replaced")).await;
        let refused = browser.force(Operation::NotReady, &AGENT).await;
        assert_eq!(refused.error(), (503, "database-lost".to_owned()));
        assert_eq!(browser.get("/api/floor").await.status, 200, "the board goes on");
        std::fs::rename(&aside, &lab.database.path).unwrap();
        lab.until("/readyz", |answer| answer.status == 200).await;
    }
    // Other content in the same file: an older copy bears another start's mark.
    let file = std::fs::OpenOptions::new().read(true).write(true).open(&lab.database.path).unwrap();
    let mut mark = [0; 4];
    file.read_exact_at(&mut mark, 68).unwrap();
    file.write_all_at(&mark.map(|byte| !byte), 68).unwrap();
    lab.until("/readyz", |answer| answer.status == 503).await;
    assert_eq!(browser.force(Operation::NotReady, &AGENT).await.error(), (503, "database-lost".to_owned()));
    file.write_all_at(&mark, 68).unwrap();
    lab.until("/readyz", |answer| answer.status == 200).await;
    assert_eq!(lab.simulator.operations().await.len(), 0);
    let id = browser.force(Operation::NotReady, &AGENT).await.intervention().id;
    live.until_outcome("5001", Outcome::Confirmed).await;
    lab.settled().await;
    assert_eq!(lab.database.outcomes(id).last().map(String::as_str), Some("confirmed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_before_a_refusal_confirms_nothing_and_no_lunch_is_cut_short() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    lab.simulator.fault(json!({ "stall_http_ms": 1000, "refuse": { "status": 460, "path": "/api/csta/agent/state" } })).await;
    let asking = browser.clone();
    let asking = tokio::spawn(async move { asking.force(Operation::NotReady, &MINUTES).await });
    crate::peers::until("the platform is asked", async || !lab.simulator.operations().await.is_empty()).await;
    lab.simulator.event(agent_event("agentNotReady", "5001")).await;
    live.until_state("5001", State::NotReady).await;
    assert_eq!(live.board.outcome("5001"), Some(Outcome::Requested), "nobody knows yet whether it came of that");
    assert_eq!(asking.await.unwrap().error(), (409, "refused".to_owned()));
    live.until("it is refused", |board| board.outcome("5001") == Some(Outcome::Refused(460)) && board.row("5001").scheduled.is_none())
        .await;
    lab.settled().await;
    assert_eq!(lab.database.outcomes(live.board.action("5001").unwrap().id), ["requested", "refused"]);
    assert_eq!(lab.database.count("SELECT count(*) FROM pending"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_nobody_knows_whether_it_was_done_a_lunch_is_the_agents_own() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    lab.simulator.fault(json!({ "stall_http_ms": 1000, "refuse": { "status": 502, "path": "/api/csta/agent/state" } })).await;
    let asking = tokio::spawn(async move { browser.force(Operation::NotReady, &MINUTES).await });
    crate::peers::until("the platform is asked", async || !lab.simulator.operations().await.is_empty()).await;
    lab.simulator.event(agent_event("agentNotReady", "5001")).await;
    assert_eq!(asking.await.unwrap().error(), (504, "outcome-unknown".to_owned()));
    live.until_outcome("5001", Outcome::Unknown).await;
    // Orders are looked at with every pulse.
    for _ in 0..5 {
        live.next().await;
    }
    let due = |live: &Live| live.board.row("5001").scheduled.as_ref().map(|scheduled| scheduled.kind);
    assert_eq!(due(&live), Some(ScheduledKind::ReadyAgain { minutes: 5, due: None }));
    lab.simulator.event(agent_event("agentNotReady", "5001")).await;
    live.until_outcome("5001", Outcome::Confirmed).await;
    live.until("its time runs", |board| {
        matches!(board.row("5001").scheduled.as_ref().map(|scheduled| scheduled.kind), Some(ScheduledKind::ReadyAgain { due: Some(_), .. }))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_platform_answered_is_known_after_a_restart_though_the_file_was_locked_to_the_end() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    lab.simulator.fault(json!({ "stall_http_ms": 1000, "refuse": { "status": 460, "path": "/api/csta/agent/state" } })).await;
    let asking = tokio::spawn(async move { browser.force(Operation::NotReady, &AGENT).await });
    live.until_outcome("5001", Outcome::Requested).await;
    let id = live.board.action("5001").unwrap().id;
    crate::peers::until("the platform is asked", async || !lab.simulator.operations().await.is_empty()).await;
    let lock = Lock::of(&lab.database);
    assert_eq!(asking.await.unwrap().error(), (409, "refused".to_owned()));
    let Lab { simulator, console, database, folder: _folder } = lab;
    console.stop().await;
    drop(lock);
    let console = Console::start(&simulator.url(), &database, &[]).await;
    console.until_ready().await;
    assert_eq!(database.outcomes(id), ["requested", "refused"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_the_file_from_outside_leaves_it_whole() {
    if without_file() {
        return;
    }
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    browser.force(Operation::NotReady, &AGENT).await.intervention();
    live.until_outcome("5001", Outcome::Confirmed).await;
    let log = lab.folder.path().join("console.db-wal");
    assert!(log.exists());
    // A process that opens it, reads and closes. The last one to close would take the log away.
    let url = lab.database.url();
    let read = tokio::task::spawn_blocking(move || run(&["token", "--list", "--database-url", &url])).await.unwrap();
    assert!(read.status.success());
    assert!(log.exists(), "the console's lock was lost");
    assert_eq!(browser.get("/readyz").await.status, 200);
    let id = browser.force(Operation::Ready, &AGENT).await.intervention().id;
    live.until_outcome("5001", Outcome::Confirmed).await;
    lab.settled().await;
    assert_eq!(lab.database.outcomes(id).last().map(String::as_str), Some("confirmed"));
}
