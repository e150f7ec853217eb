//! One operation at many agents: each agent's turn, its result, cancelling, and who may.

use crate::access::talking;
use crate::support::{Answer, Browser, Console, Database, Lab, Live, Program, Simulator, all_ready};
use crate::tokens::{made, script};
use serde_json::json;
use supervisor_console::floor::{BulkRun, BulkStep, Obstacle, Operation, Outcome, State};

pub async fn start(browser: &Browser, operation: Operation, agents: &[String]) -> Answer {
    browser.post_json("/api/bulk/start", &json!({ "operation": operation.action(), "agents": agents })).await
}

/// The run as it was answered: how far each agent has come is told by the live channel.
pub struct Begun {
    pub id: u64,
    by: String,
    operation: Option<Operation>,
    minutes: Option<u64>,
    agents: usize,
    pub cancelled: bool,
}

pub fn run(answer: &Answer) -> Begun {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let told = answer.json();
    Begun {
        id: told["id"].as_u64().unwrap(),
        by: told["by"].as_str().unwrap().to_owned(),
        operation: Operation::from_action(told["operation"].as_str().unwrap()),
        minutes: told["minutes"].as_u64(),
        agents: told["agents"].as_array().unwrap().len(),
        cancelled: told["cancelled"].as_bool().unwrap(),
    }
}

pub async fn cancel(browser: &Browser, id: u64) -> Answer {
    browser.post_json("/api/bulk/cancel", &json!({ "id": id })).await
}

pub fn agents(numbers: impl IntoIterator<Item = u32>) -> Vec<String> {
    numbers.into_iter().map(|number| format!("{number}@test.cc")).collect()
}

pub async fn until_over(live: &mut Live, id: u64) -> BulkRun {
    live.until("the run is over", |board| board.runs.iter().any(|run| run.id == id && run.is_over())).await;
    live.board.runs.iter().find(|run| run.id == id).unwrap().clone()
}

pub fn steps(run: &BulkRun) -> Vec<BulkStep> {
    run.items.iter().map(|(_, step)| *step).collect()
}

pub const CONFIRMED: BulkStep = BulkStep::Sent(Outcome::Confirmed);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_agent_has_a_result_and_everybody_sees_it() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let mut others = lab.console.sign_in("5900", "8900").await.live().await;
    lab.simulator.set_mode("5003", "NotReady", None).await;
    live.until_state("5003", State::NotReady).await;
    let begun = run(&start(&browser, Operation::NotReady, &agents([5002, 5003, 5004, 5002, 5999])).await);
    assert_eq!((begun.agents, begun.by.as_str(), begun.operation), (4, "5000@test.cc", Some(Operation::NotReady)));
    for live in [&mut live, &mut others] {
        let wanted = [CONFIRMED, BulkStep::NotPossible(Obstacle::AlreadyNotReady), CONFIRMED, BulkStep::NotPossible(Obstacle::NoDevice)];
        live.until("every agent has its result", |board| board.runs.iter().any(|run| run.id == begun.id && steps(run) == wanted)).await;
    }
    for number in ["5002", "5004"] {
        live.until_state(number, State::NotReady).await;
        live.until_outcome(number, Outcome::Confirmed).await;
    }
    let mut reloaded = browser.live().await;
    let again = until_over(&mut reloaded, begun.id).await;
    assert_eq!(again.failed().len(), 2);
    lab.settled().await;
    assert_eq!(lab.database.audit().iter().filter(|line| line.outcome == "requested").count(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_cancelled_in_the_middle_asks_no_more() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let other = lab.console.sign_in("5900", "8900").await;
    let begun = run(&start(&browser, Operation::NotReady, &agents(5001..=5010)).await);
    live.until_outcome("5002", Outcome::Confirmed).await;
    // Any supervisor may.
    let cancelled = run(&cancel(&other, begun.id).await);
    assert!(cancelled.cancelled);
    let over = until_over(&mut live, begun.id).await;
    let sent = steps(&over).iter().filter(|step| **step == CONFIRMED).count();
    let stopped = steps(&over).iter().filter(|step| **step == BulkStep::Cancelled).count();
    assert!(sent >= 2 && stopped >= 1 && sent + stopped == 10, "{over:?}");
    assert_eq!(lab.simulator.operations().await.len(), sent);
    // Another run gets the pace to itself: nothing of the cancelled one is asked for any more.
    let second = run(&start(&browser, Operation::Ready, &agents([5001])).await);
    assert_eq!(steps(&until_over(&mut live, second.id).await), [CONFIRMED]);
    assert_eq!(lab.simulator.operations().await.len(), sent + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_runs_share_ten_requests_a_second() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let begun = std::time::Instant::now();
    let first = run(&start(&browser, Operation::NotReady, &agents(5001..=5005)).await);
    let second = run(&start(&browser, Operation::NotReady, &agents(5006..=5010)).await);
    for id in [first.id, second.id] {
        assert_eq!(steps(&until_over(&mut live, id).await), [CONFIRMED; 5]);
    }
    // A tenth of a second lies between any two: a lower bound, which a slow machine keeps as well.
    assert!(begun.elapsed().as_millis() >= 900, "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn log_outs_wait_where_there_is_a_call_and_a_refusal_is_a_result() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    lab.simulator.fault(json!({ "refuse": { "status": 459, "path": "/api/csta/agent/state" } })).await;
    let begun = run(&start(&browser, Operation::Logout, &agents([5001, 5002, 5003])).await);
    let over = until_over(&mut live, begun.id).await;
    assert_eq!(steps(&over), [BulkStep::AfterCall, BulkStep::Sent(Outcome::Refused(459)), CONFIRMED]);
    assert_eq!(over.failed().len(), 1);
    lab.simulator.hang_up("8001", &call).await;
    live.until("the one that waited is logged out as well", |board| {
        board.runs.iter().any(|run| run.id == begun.id && run.items[0].1 == CONFIRMED)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signs_out_asks_for_nothing_more() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let mut others = lab.console.sign_in("5900", "8900").await.live().await;
    let begun = run(&start(&browser, Operation::NotReady, &agents(5001..=5010)).await);
    live.until_outcome("5001", Outcome::Confirmed).await;
    browser.post("/api/sign-out", &[]).await;
    let over = until_over(&mut others, begun.id).await;
    assert!(steps(&over).last() == Some(&BulkStep::NotSent) && steps(&over)[0] == CONFIRMED, "{over:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_starts_and_cancels_nothing() {
    let lab = Lab::with(&["--supervisors", "5000", "--viewers", "59*"]).await;
    let (browser, mut live) = lab.supervisor().await;
    let viewer = lab.console.sign_in("5900", "8900").await;
    let mut lured = browser.clone();
    lured.origin = Some("http://evil.example".to_owned());
    let begun = run(&start(&browser, Operation::NotReady, &agents([5001])).await);
    let all = agents([5002]);
    for (who, error) in [(&lab.console.visitor(), (401, "signed-out")), (&viewer, (403, "not-permitted")), (&lured, (403, "wrong-origin"))]
    {
        let error = (error.0, error.1.to_owned());
        assert_eq!(start(who, Operation::NotReady, &all).await.error(), error);
        assert_eq!(cancel(who, begun.id).await.error(), error);
    }
    let many = agents(10_000..11_001);
    for (operation, agents, minutes) in [
        ("forceDrop", json!(all), 5),
        ("ready", json!(all), 5),
        ("forceNotReady", json!([]), 5),
        ("forceNotReady", json!([""]), 5),
        ("forceNotReady", json!("5001@test.cc"), 5),
        ("forceNotReady", json!(["5001"]), 5),
        ("forceNotReady", json!(["5001@other.cc"]), 5),
        ("forceNotReady", json!(many), 5),
        ("forceNotReady", json!(all), 0),
        ("forceNotReady", json!(all), 481),
    ] {
        let body = json!({ "operation": operation, "agents": agents, "minutes": minutes });
        let answer = browser.post_json("/api/bulk/start", &body).await;
        assert_eq!(answer.error(), (400, "bad-argument".to_owned()), "{operation} {minutes}");
    }
    assert_eq!(cancel(&browser, 7).await.error(), (400, "bad-argument".to_owned()));
    assert_eq!(until_over(&mut live, begun.id).await.items.len(), 1);
    assert_eq!(lab.simulator.operations().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_boxed_run_leaves_a_scheduled_action_at_each_agent() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let body = json!({ "operation": "forceNotReady", "agents": ["5001@test.cc", "5002@test.cc"], "minutes": 15 });
    let begun = run(&browser.post_json("/api/bulk/start", &body).await);
    assert_eq!(begun.minutes, Some(15));
    live.until("it is scheduled at both", |board| ["5001", "5002"].iter().all(|number| board.row(number).scheduled.is_some())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_starts_and_stops_runs_with_the_session_of_whoever_is_signed_in() {
    let lab = Lab::new().await;
    let night = script(&lab, &made(&lab.database, "night", "supervisor"));
    let report = script(&lab, &made(&lab.database, "report", "viewer"));
    let alone = start(&night, Operation::NotReady, &agents([5001])).await;
    assert_eq!(alone.error(), (503, "no-platform-session".to_owned()));
    let (browser, mut live) = lab.supervisor().await;
    let other = lab.console.sign_in("5900", "8900").await;
    assert_eq!(start(&report, Operation::NotReady, &agents([5001])).await.error(), (403, "not-permitted".to_owned()));
    let begun = run(&start(&night, Operation::NotReady, &agents(5001..=5010)).await);
    assert_eq!((begun.by.as_str(), begun.agents), ("token:night", 10));
    live.until_outcome("5001", Outcome::Confirmed).await;
    assert_eq!(cancel(&report, begun.id).await.error(), (403, "not-permitted".to_owned()));
    // It goes on with the session of another when the one that it has been lent ends.
    other.post("/api/sign-out", &[]).await;
    let over = until_over(&mut live, begun.id).await;
    assert_eq!(steps(&over), [CONFIRMED; 10]);
    assert!(!run(&cancel(&night, begun.id).await).cancelled, "nothing waited any more");
    drop(browser);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_goes_on_after_its_console_was_killed_and_asks_nobody_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (simulator, database) = (Simulator::start().await, Database::at(folder.path().join("console.db")));
    let run = killed_in_a_run(&simulator, &database).await;

    let console = Console::start(&simulator.url(), &database, &[]).await;
    let mut again = console.sign_in("5900", "8900").await.live().await;
    check_that_it_went_on(&until_over(&mut again, run).await, &simulator).await;
    assert_eq!(database.audit().iter().filter(|line| line.outcome == "requested").count(), 10);
}

/// A console that was killed in the midst of a [`long_run`]; the run's id.
async fn killed_in_a_run(simulator: &Simulator, database: &Database) -> u64 {
    let program = tokio::task::block_in_place(|| Program::serve(&simulator.url(), database, &[]));
    let browser = program.sign_in("5000", "8000").await;
    let mut live = all_ready(&browser).await;
    let begun = run(&start(&browser, Operation::NotReady, &long_run()).await);
    live.until_outcome("5002", Outcome::Confirmed).await;
    begun.id
}

/// Ten agents and, after the second of them, some whom nobody can ask for: it lasts for seconds.
pub fn long_run() -> Vec<String> {
    agents([5001, 5002].into_iter().chain(5920..5950).chain(5003..=5010))
}

/// Of [`long_run`]: each of the ten was asked for once, and nothing is open; what was under way at the kill ended without its proof.
pub async fn check_that_it_went_on(run: &BulkRun, simulator: &Simulator) {
    let sent = |step: &&BulkStep| matches!(step, BulkStep::Sent(Outcome::Confirmed | Outcome::Unconfirmed | Outcome::Unknown));
    let steps = steps(run);
    assert_eq!((steps.iter().filter(sent).count(), steps.first(), steps.last()), (10, Some(&CONFIRMED), Some(&CONFIRMED)), "{steps:?}");
    let asked: Vec<String> = simulator.operations().await.into_iter().map(|request| request.body).collect();
    let distinct: std::collections::BTreeSet<&String> = asked.iter().collect();
    assert_eq!((asked.len(), distinct.len()), (10, 10), "{steps:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_stood_still_for_long_is_not_taken_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let (simulator, database) = (Simulator::start().await, Database::at(folder.path().join("console.db")));
    let run = killed_in_a_run(&simulator, &database).await;
    // A minute later.
    for table in ["bulk_run", "audit"] {
        database.change(&format!("UPDATE {table} SET at = at - 61000"));
    }

    let console = Console::start(&simulator.url(), &database, &[]).await;
    let mut again = console.sign_in("5900", "8900").await.live().await;
    let over = until_over(&mut again, run).await;
    assert_eq!(steps(&over)[over.items.len() - 8..], [BulkStep::NotSent; 8]);
    assert_eq!(simulator.operations().await.len(), 2);
}
