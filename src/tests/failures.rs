//! Operations that do not go as they should: refused, unanswered, unproved.

use crate::support::{Console, Lab, PATIENCE, agent_event};
use serde_json::json;
use std::time::Duration;
use supervisor_console::floor::{NotSent, Operation, Outcome, State};
use supervisor_console::live::LinkState;

const AGENT: [(&str, &str); 2] = [("agentId", "5001@test.cc"), ("deviceId", "8001@test.cc")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_told_with_its_status_and_who_stands_in_the_way() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    lab.simulator.fault(json!({ "refuse": { "status": 460, "path": "/api/csta/agent/state" } })).await;
    let answer = browser.force(Operation::NotReady, &AGENT).await;
    assert_eq!((answer.status, answer.problem()), (409, json!({ "code": "refused", "platformStatus": 460 })));
    live.until_outcome("5001", Outcome::Refused(460)).await;
    assert_eq!(live.board.state("5001"), Some(State::Ready));

    let body = r#"{"agentId":"5009@test.cc"}"#;
    lab.simulator.fault(json!({ "refuse": { "status": 459, "path": "/api/csta/agent/state", "body": body } })).await;
    let answer = browser.force(Operation::NotReady, &AGENT).await;
    assert_eq!((answer.status, answer.problem()), (409, json!({ "code": "refused", "platformStatus": 459, "holder": "5009@test.cc" })));
    live.until_outcome("5001", Outcome::Refused(459)).await;

    lab.settled().await;
    let lines = lab.database.audit();
    let steps: Vec<_> = lines.iter().map(|line| (line.outcome.as_str(), line.status)).collect();
    assert_eq!(steps, [("requested", None), ("refused", Some(460)), ("requested", None), ("refused", Some(459))]);
    assert_eq!(lab.simulator.operations().await.len(), 2, "a refused operation was repeated");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_platforms_own_refusal_comes_through() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    // The platform knows better than the board: 5001 has logged out, and the event of it was lost.
    lab.simulator.fault(json!({ "cut": true })).await;
    live.until_link(LinkState::Down).await;
    lab.simulator.call(reqwest::Method::POST, "/api/csta/agent/state", json!({ "func": "Logout", "agentId": "5001@test.cc" })).await;
    let answer = browser.force(Operation::NotReady, &AGENT).await;
    assert_eq!((answer.status, &answer.json()["platformStatus"]), (409, &json!(458)));
    live.until_outcome("5001", Outcome::Refused(458)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_follows_a_refusal_does_not_confirm_it() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    lab.simulator.fault(json!({ "refuse": { "status": 460, "path": "/api/csta/agent/state" } })).await;
    browser.force(Operation::NotReady, &AGENT).await;
    lab.simulator.set_mode("5001", "NotReady", None).await;
    live.until_state("5001", State::NotReady).await;
    assert_eq!(live.board.outcome("5001"), Some(Outcome::Refused(460)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_the_platform_forgot_ends_here_as_well() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    lab.simulator.fault(json!({ "refuse": { "status": 426, "path": "/api/csta/agent/state" } })).await;
    let answer = browser.force(Operation::NotReady, &AGENT).await;
    assert_eq!((answer.status, answer.problem()), (409, json!({ "code": "refused", "platformStatus": 426 })));
    live.until("the channel is closed", |board| board.closed).await;
    assert!(live.board.signed_out);
    assert_eq!(browser.force(Operation::NotReady, &AGENT).await.error(), (401, "signed-out".to_owned()));
    assert_eq!(browser.get("/").await.status, 303);
    lab.settled().await;
    assert_eq!(lab.database.audit().last().map(|line| (line.outcome.clone(), line.status)), Some(("refused".to_owned(), Some(426))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_breaks_leaves_the_outcome_open_and_nothing_is_repeated() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    lab.simulator.fault(json!({ "drop_http": 1 })).await;
    let answer = browser.force(Operation::NotReady, &AGENT).await;
    assert_eq!(answer.error(), (504, "outcome-unknown".to_owned()));
    live.until_outcome("5001", Outcome::Unknown).await;
    assert_eq!(live.board.state("5001"), Some(State::Ready));
    lab.settled().await;
    let id = live.board.action("5001").unwrap().id;
    assert_eq!(lab.database.outcomes(id), ["requested", "unknown"]);
    assert_eq!(lab.simulator.operations().await.len(), 1, "it went out again by itself");

    // The event has the last word, also here.
    lab.simulator.event(agent_event("agentNotReady", "5001")).await;
    live.until_outcome("5001", Outcome::Confirmed).await;
    lab.settled().await;
    assert_eq!(lab.database.outcomes(id), ["requested", "unknown", "confirmed"]);
    assert_eq!(lab.simulator.operations().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_that_is_gone_gets_nothing_and_the_answer_says_so() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let Lab { simulator, console: _console, database, folder: _folder } = lab;
    drop(simulator);
    live.until_link(LinkState::Down).await;
    // A connection that was kept open may be found broken first: then nobody knows.
    let answer = browser.force(Operation::NotReady, &AGENT).await;
    let answer = if answer.status == 504 { browser.force(Operation::NotReady, &AGENT).await } else { answer };
    assert_eq!(answer.error(), (502, "unreachable".to_owned()));
    live.until_outcome("5001", Outcome::NotSent(NotSent::Unreachable)).await;
    let id = live.board.action("5001").unwrap().id;
    assert_eq!(database.outcomes(id)[0], "requested");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_event_proves_is_given_up_after_ten_seconds_and_a_late_event_still_proves_it() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    lab.simulator.fault(json!({ "mute_events": 1 })).await;
    let accepted = browser.force(Operation::NotReady, &AGENT).await.intervention();
    assert_eq!(accepted.outcome, Outcome::Accepted);
    live.until_outcome("5001", Outcome::Unconfirmed).await;
    let given_up = live.board.action("5001").unwrap().clone();
    assert!(given_up.finished_after.unwrap() >= 10_000, "{given_up:?}");
    assert_eq!(live.board.state("5001"), Some(State::Ready), "the board says what it heard, not what was asked for");

    lab.simulator.event(agent_event("agentNotReady", "5001")).await;
    live.until_outcome("5001", Outcome::Confirmed).await;
    live.until_state("5001", State::NotReady).await;
    lab.settled().await;
    assert_eq!(lab.database.outcomes(given_up.id), ["requested", "accepted", "unconfirmed", "confirmed"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_of_somebody_else_proves_nothing() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    lab.simulator.fault(json!({ "mute_events": 1 })).await;
    browser.force(Operation::NotReady, &AGENT).await.intervention();
    lab.simulator.event(agent_event("agentNotReady", "5002")).await;
    lab.simulator.event(agent_event("agentReady", "5001")).await;
    lab.simulator.event(agent_event("agentNotReady", "5003")).await;
    live.until_state("5003", State::NotReady).await;
    assert_eq!(live.board.outcome("5001"), Some(Outcome::Accepted));
    lab.simulator.event(agent_event("agentNotReady", "5001")).await;
    live.until_outcome("5001", Outcome::Confirmed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_takes_too_long_is_not_waited_for() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    lab.simulator.fault(json!({ "stall_http_ms": 60_000 })).await;
    let asking = browser.clone();
    let asking = tokio::spawn(async move { asking.force(Operation::NotReady, &AGENT).await });
    live.until_outcome("5001", Outcome::Requested).await;
    // The others do not wait for it.
    crate::peers::until("the platform is asked", async || !lab.simulator.operations().await.is_empty()).await;
    let other = [("agentId", "5002@test.cc"), ("deviceId", "8002@test.cc")];
    browser.force(Operation::NotReady, &other).await.intervention();
    live.until_within(Duration::from_secs(12), "it is given up", |board| board.outcome("5001") == Some(Outcome::Unknown)).await;
    assert_eq!(asking.await.unwrap().error(), (504, "outcome-unknown".to_owned()));
    let at_5001 = lab.simulator.operations().await.into_iter().filter(|request| request.body.contains("5001@test.cc"));
    assert_eq!(at_5001.count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mode_that_waits_for_the_end_of_a_call_is_confirmed_then() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let call = lab.simulator.dial("8001", "8002").await;
    live.until_state("5001", State::OnCall).await;
    let accepted = browser.force(Operation::NotReady, &AGENT).await.intervention();
    assert_eq!((accepted.outcome, accepted.deferred), (Outcome::Accepted, true));
    lab.simulator.hang_up("8001", &call).await;
    live.until_outcome("5001", Outcome::Confirmed).await;
    assert_eq!(live.board.state("5001"), Some(State::NotReady));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_platform_accepted_before_a_restart_stays_accepted_without_its_proof() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    lab.simulator.fault(json!({ "mute_events": 1 })).await;
    let id = browser.force(Operation::NotReady, &AGENT).await.intervention().id;
    live.until_outcome("5001", Outcome::Accepted).await;
    let Lab { simulator, console, database, folder: _folder } = lab;
    console.stop().await;
    let console = Console::start(&simulator.url(), &database, &[]).await;
    console.until_ready().await;
    // Where others may be on the same database, once it is certain that the one before is no more.
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while database.outcomes(id).len() < 3 && tokio::time::Instant::now() < deadline {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(database.outcomes(id), ["requested", "accepted", "unconfirmed"]);
}
