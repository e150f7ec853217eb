//! Which event proves what (protocol, section 5), over the wire: on a platform with several workers whose clocks are apart, and with
//! listening by a call of its own.

use crate::calls::{parties, until_parties, with_customer};
use crate::support::{Lab, Live, agent_event, event_time};
use reqwest::Method;
use serde_json::{Value, json};
use supervisor_console::floor::{CallRow, Operation, Outcome, PartyState, State};
use supervisor_console::simulator::Ways;

/// Agent 5002 at 8002 as a person who answers when told to.
async fn answers_by_hand(lab: &Lab, live: &mut Live) {
    let state = "/api/csta/agent/state";
    lab.simulator.call(Method::POST, state, json!({"func": "Logout", "agentId": "5002@test.cc"})).await;
    live.until_state("5002", State::LoggedOut).await;
    let on = json!({"loginId": "5002@test.cc", "device": "8002@test.cc", "password": "Aa123456", "agentMode": "Ready", "func": "Login"});
    lab.simulator.call(Method::POST, state, on).await;
    live.until_state("5002", State::Ready).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_1_a_call_that_is_transferred_while_it_rings_rings_until_it_is_answered() {
    let ways = Ways { workers: 3, ..Ways::default() };
    let lab = Lab::of(ways).await;
    let (_, mut live) = lab.supervisor().await;
    answers_by_hand(&lab, &mut live).await;
    let call = with_customer(&lab, &mut live).await;
    lab.simulator.act("8001", &call, "consult", json!({ "consultationParticipant": "8002" })).await;
    let consultation = until_parties(&mut live, &["8001 dialling", "8002 alerting"]).await;
    lab.simulator.act("8001", &call, "transfer", json!({ "consultCallId": consultation.id.as_str() })).await;
    let moved = until_parties(&mut live, &["13800002408 connected", "8002 alerting"]).await;
    live.until_state("5001", State::Ready).await;
    assert_eq!(live.board.state("5002"), Some(State::Ringing));
    lab.simulator.act("8002", moved.id.as_str(), "answer", Value::Null).await;
    until_parties(&mut live, &["13800002408 connected", "8002 connected"]).await;
    live.until_state("5002", State::OnCall).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_2_a_call_whose_agent_logged_off_can_be_joined_and_dropped() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let call = with_customer(&lab, &mut live).await;
    lab.simulator.event(agent_event("agentLoggedOff", "5001")).await;
    live.until_state("5001", State::LoggedOut).await;
    live.until("the call lives on, and says so", |board| {
        let party = board.calls.values().flat_map(|call| &call.parties).find(|party| party.device.number() == "8001");
        party.is_some_and(|party| party.logged_off.as_ref().is_some_and(|agent| agent.number() == "5001") && party.agent.is_none())
    })
    .await;
    let target = [("callId", call.as_str()), ("deviceId", "8001@test.cc")];
    let joined = browser.force(Operation::Join, &target).await.intervention();
    assert!(matches!(joined.outcome, Outcome::Accepted | Outcome::Confirmed), "{joined:?}");
    until_parties(&mut live, &["13800002408 connected", "8000 connected", "8001 connected"]).await;
    let dropped = browser.force(Operation::Drop, &target).await.intervention();
    assert!(matches!(dropped.outcome, Outcome::Accepted | Outcome::Confirmed), "{dropped:?}");
    until_parties(&mut live, &["13800002408 connected", "8000 connected"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_5_a_call_in_a_queue_is_nobodys_until_it_rings_again() {
    let lab = Lab::new().await;
    let (_, mut live) = lab.supervisor().await;
    let call = with_customer(&lab, &mut live).await;
    lab.simulator.act("8001", &call, "singleStepTransfer", json!({ "transferTo": "7001" })).await;
    live.until("the call is in the queue", |board| board.calls.is_empty()).await;
    live.until("somebody has it", |board| board.calls.values().any(|call| call.in_it() == 2)).await;
    let found = live.board.calls.values().next().unwrap().clone();
    let device = found.parties.iter().find(|party| party.agent.is_some()).unwrap().device.number().to_owned();
    assert!(found.party(&found.parties[0].device).is_some() && found.parties.len() == 2, "{found:?}");
    lab.simulator.hang_up(&device, found.id.as_str()).await;
    live.until("no call is left", |board| board.calls.is_empty()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_6_a_call_rings_although_the_routers_clock_is_ahead() {
    let lab = Lab::new().await;
    let (_, mut live) = lab.supervisor().await;
    let mut ready = agent_event("agentReady", "5001");
    (ready["topics"], ready["eventTime"]) = (json!(["CtiRouter_ctirouter-sim01"]), later(5).into());
    lab.simulator.event(ready).await;
    let rings = json!({"eventName": "delivered", "eventTime": event_time(), "serial": 1, "namespace": "test.cc", "callId": "c-1",
        "topics": ["CtiWorker_w9"], "srcDeviceId": "8001@test.cc", "deviceId": "8001@test.cc", "alertingDevice": "8001@test.cc",
        "callingDevice": "13800002408@test.cc", "params": {"agent": "5001@test.cc"}});
    lab.simulator.event(rings).await;
    live.until_state("5001", State::Ringing).await;
}

fn later(seconds: i64) -> String {
    let then = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
    then.in_tz("Asia/Shanghai").unwrap().strftime("%Y.%m.%d %H:%M:%S").to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_9_a_listener_with_a_call_of_his_own_is_one_and_can_join() {
    let ways = Ways { monitor_calls: true, workers: 2, ..Ways::default() };
    let lab = Lab::of(ways).await;
    let (browser, mut live) = lab.supervisor().await;
    let call = with_customer(&lab, &mut live).await;
    browser.force(Operation::Listen, &[("callId", &call), ("deviceId", "8000@test.cc")]).await.intervention();
    live.until_outcome("5001", Outcome::Confirmed).await;
    live.until("8000 listens", |board| {
        board.row("5001").call.as_ref().is_some_and(|call| call.listeners.iter().any(|device| device.number() == "8000"))
    })
    .await;
    let own = live.board.calls.values().find(|other| other.id.as_str() != call).unwrap();
    assert_eq!((parties(own), own.named.as_ref().map(|device| device.number())), (vec!["8000 connected".to_owned()], Some("8001")));
    assert_eq!((live.board.state("5001"), live.board.row("5001").call.as_ref().unwrap().parties), (Some(State::OnCall), 2));
    browser.force(Operation::Join, &[("callId", &call), ("deviceId", "8001@test.cc")]).await.intervention();
    live.until("8000 is a party, and the listening has ended", |board| {
        let talks = |call: &CallRow| call.in_it() == 3 && call.parties.iter().all(|party| party.state == PartyState::Connected);
        board.calls.len() == 1 && board.calls.values().all(talks)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_7_what_comes_late_after_a_break_makes_nothing_that_is_new_impossible() {
    let lab = Lab::new().await;
    let (_, mut live) = lab.supervisor().await;
    // More of the last hour's events than the clock is measured from, the newest last.
    for n in 0..80 {
        let mut late = agent_event("agentNotReady", "5009");
        (late["topics"], late["serial"], late["eventTime"]) = (json!(["CtiRouter_r9"]), (n + 1).into(), later(n - 3_600).into());
        lab.simulator.event(late).await;
    }
    let mut ready = agent_event("agentReady", "5001");
    ready["topics"] = json!(["CtiRouter_r9"]);
    lab.simulator.event(ready).await;
    let rings = json!({"eventName": "delivered", "eventTime": later(3), "serial": 1, "namespace": "test.cc", "callId": "c-2",
        "topics": ["CtiWorker_w9"], "srcDeviceId": "8001@test.cc", "deviceId": "8001@test.cc", "alertingDevice": "8001@test.cc",
        "callingDevice": "13800002408@test.cc", "params": {"agent": "5001@test.cc"}});
    lab.simulator.event(rings).await;
    live.until_state("5001", State::Ringing).await;
    let offset = live.board.header.as_ref().unwrap().offset.as_millis();
    assert!(offset.abs() < 60_000, "the platform's clock is told {offset} ms off");
}
