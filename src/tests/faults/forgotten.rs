//! 426: the platform has forgotten a session, in the middle of whatever was asked for with it.

use crate::support::Lab;
use serde_json::json;
use supervisor_console::floor::{BulkStep, Operation, Outcome, State};

const AGENT: [(&str, &str); 2] = [("agentId", "5001@test.cc"), ("deviceId", "8001@test.cc")];

fn forgets() -> serde_json::Value {
    json!({ "refuse": { "status": 426, "path": "/api/csta/agent/state" } })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_426_in_the_middle_of_an_operation_refuses_it_once_and_asks_only_that_supervisor_to_sign_in_again() {
    let lab = Lab::new().await;
    let (mut browser, mut live) = lab.supervisor().await;
    let other = lab.console.sign_in("5900", "8900").await;
    let mut others = other.live().await;
    // One is accepted and waits for its proof, the next one meets the end of the session.
    lab.simulator.fault(json!({ "mute_events": 1 })).await;
    let accepted = browser.force(Operation::NotReady, &[("agentId", "5002@test.cc"), ("deviceId", "8002@test.cc")]).await.intervention().id;
    lab.simulator.fault(forgets()).await;
    let answer = browser.force(Operation::NotReady, &AGENT).await;
    assert_eq!((answer.status, answer.problem()), (409, json!({ "code": "refused", "platformStatus": 426 })));
    live.until("the channel is closed", |board| board.closed).await;
    assert!(live.board.signed_out);
    assert_eq!(browser.force(Operation::NotReady, &AGENT).await.error(), (401, "signed-out".to_owned()));

    // Whoever else looks sees what became of it, and works on.
    others.until_outcome("5001", Outcome::Refused(426)).await;
    let refused = others.board.action("5001").unwrap().id;
    assert_eq!(others.board.state("5001"), Some(State::Ready));
    lab.simulator.event(crate::support::agent_event("agentNotReady", "5002")).await;
    others.until_outcome("5002", Outcome::Confirmed).await;
    other.force(Operation::NotReady, &[("agentId", "5003@test.cc"), ("deviceId", "8003@test.cc")]).await.intervention();
    others.until_outcome("5003", Outcome::Confirmed).await;
    assert_eq!(lab.simulator.operations().await.len(), 3, "it was repeated");

    // Signed in again, the same is done at once.
    assert_eq!(browser.sign_in("5000", crate::support::PASSWORD, "test.cc", "8000").await.status, 200);
    let again = browser.force(Operation::NotReady, &AGENT).await.intervention().id;
    others.until_outcome("5001", Outcome::Confirmed).await;
    lab.settled().await;
    assert_eq!(lab.database.outcomes(refused), ["requested", "refused"]);
    for id in [accepted, again] {
        assert_eq!(lab.database.outcomes(id).last().map(String::as_str), Some("confirmed"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_426_in_the_middle_of_a_run_sends_nothing_more_of_it_and_says_which() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let mut others = lab.console.sign_in("5900", "8900").await.live().await;
    let agents: Vec<String> = (5001..=5010).map(|number| format!("{number}@test.cc")).collect();
    let run = json!({ "operation": "forceNotReady", "agents": agents });
    let id = browser.post_json("/api/bulk/start", &run).await.json()["id"].as_u64().unwrap();
    others.until_outcome("5002", Outcome::Confirmed).await;
    lab.simulator.fault(forgets()).await;
    live.until("the channel is closed", |board| board.closed).await;
    others.until("the run is over", |board| board.runs.iter().any(|run| run.id == id && run.is_over())).await;
    let steps: Vec<BulkStep> = others.board.runs.iter().find(|run| run.id == id).unwrap().items.iter().map(|(_, step)| *step).collect();
    let count = |wanted: BulkStep| steps.iter().filter(|step| **step == wanted).count();
    let (done, refused, unsent) =
        (count(BulkStep::Sent(Outcome::Confirmed)), count(BulkStep::Sent(Outcome::Refused(426))), count(BulkStep::NotSent));
    assert!(done >= 2 && refused >= 1 && unsent >= 1 && done + refused + unsent == 10, "{steps:?}");
    assert_eq!(lab.simulator.operations().await.len(), done + refused, "{steps:?}");
    lab.settled().await;
    assert_eq!(lab.database.audit().iter().filter(|line| line.outcome == "requested").count(), done + refused);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_426_while_a_log_out_waits_for_a_call_leaves_it_waiting_for_the_next_session() {
    let lab = Lab::new().await;
    let (mut browser, mut live) = lab.supervisor().await;
    let call = crate::access::talking(&lab.simulator, &mut live).await;
    let id = browser.force(Operation::Logout, &AGENT).await.intervention().id;
    live.until("it waits", |board| board.row("5001").scheduled.is_some()).await;
    lab.simulator.fault(forgets()).await;
    lab.simulator.hang_up("8001", &call).await;
    live.until("the channel is closed", |board| board.closed).await;
    assert_eq!(lab.simulator.truth_of("5001").await["mode"], "Ready");
    assert_eq!(browser.sign_in("5000", crate::support::PASSWORD, "test.cc", "8000").await.status, 200);
    let mut live = browser.live().await;
    live.until_state("5001", State::LoggedOut).await;
    live.until_outcome("5001", Outcome::Confirmed).await;
    assert_eq!(live.board.action("5001").unwrap().id, id, "it is another one");
    lab.settled().await;
    let outcomes = lab.database.outcomes(id);
    assert_eq!((outcomes.first().map(String::as_str), outcomes.last().map(String::as_str)), (Some("requested"), Some("confirmed")));
}
