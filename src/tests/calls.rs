//! Every sequence of the protocol's section 3, driven at the platform and followed on the live channel.

use crate::support::{Lab, Live, Simulator, agent_event};
use serde_json::{Value, json};
use supervisor_console::floor::{CallId, CallRow, Operation, Outcome, PartyRole, PartyState, State};

const CUSTOMER: &str = "13800002408";

/// Each party as `NUMBER state`, sorted.
pub fn parties(call: &CallRow) -> Vec<String> {
    let mut parties: Vec<String> = call.parties.iter().map(|party| format!("{} {}", party.device.number(), party.state.code())).collect();
    parties.sort_unstable();
    parties
}

/// Follows the channel until there is a call with just these parties.
pub async fn until_parties(live: &mut Live, wanted: &[&str]) -> CallRow {
    let found = |call: &&CallRow| parties(call) == wanted;
    live.until(&format!("there is a call of {wanted:?}"), |board| board.calls.values().any(|call| found(&call))).await;
    live.board.calls.values().find(found).unwrap().clone()
}

async fn until_over(live: &mut Live) {
    live.until("no call is left", |board| board.calls.is_empty()).await;
}

/// 8001 has called a customer, who has answered.
pub async fn with_customer(lab: &Lab, live: &mut Live) -> String {
    let call = lab.simulator.dial("8001", CUSTOMER).await;
    until_parties(live, &["13800002408 connected", "8001 connected"]).await;
    call
}

/// 8001 consults 8002; the answer is the consultation.
async fn consulted(simulator: &Simulator, live: &mut Live, call: &str) -> CallRow {
    simulator.act("8001", call, "consult", json!({ "consultationParticipant": "8002" })).await;
    until_parties(live, &["13800002408 connected", "8001 held"]).await;
    until_parties(live, &["8001 connected", "8002 connected"]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outbound_call_is_dialled_answered_held_and_ends() {
    let lab = Lab::new().await;
    let (_, mut live) = lab.supervisor().await;
    let id = with_customer(&lab, &mut live).await;
    let call = live.board.calls[&CallId::trusted(id.as_str())].clone();
    assert_eq!((call.kind.as_deref(), call.direction.code(), call.former.len()), (Some("Outbound"), "outbound", 0));
    assert!(call.answered.is_some() && call.holds.count == 0);
    assert_eq!(call.parties.iter().map(|party| party.role).collect::<Vec<_>>(), [PartyRole::Caller, PartyRole::Called]);
    assert_eq!(call.parties[0].agent.as_ref().map(|agent| agent.as_str()), Some("5001@test.cc"));
    lab.simulator.act("8001", &id, "hold", Value::Null).await;
    let held = until_parties(&mut live, &["13800002408 connected", "8001 held"]).await;
    assert!(held.holds.count == 1 && held.holds.running.is_some());
    lab.simulator.act("8001", &id, "retrieve", Value::Null).await;
    let back = until_parties(&mut live, &["13800002408 connected", "8001 connected"]).await;
    assert!(back.holds.count == 1 && back.holds.running.is_none());
    lab.simulator.hang_up("8001", &id).await;
    until_over(&mut live).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outbound_call_that_fails_is_gone() {
    let lab = Lab::new().await;
    let (_, mut live) = lab.supervisor().await;
    lab.simulator.dial("8001", "913912340000").await;
    live.until_state("5001", State::Dialling).await;
    until_over(&mut live).await;
    live.until_state("5001", State::Ready).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conference_of_three_loses_its_members_one_by_one() {
    let lab = Lab::new().await;
    let (_, mut live) = lab.supervisor().await;
    let id = with_customer(&lab, &mut live).await;
    let invited = json!({ "conferenceParticipant": "8002", "participationType": "Active" });
    lab.simulator.act("8001", &id, "singleStepConference", invited).await;
    let three = until_parties(&mut live, &["13800002408 connected", "8001 connected", "8002 connected"]).await;
    assert_eq!((three.id.as_str(), three.state().code()), (id.as_str(), "conference"));
    live.until("8002 has joined", |board| {
        board.calls.values().any(|call| call.parties.iter().any(|party| party.role == PartyRole::Joined && party.device.number() == "8002"))
    })
    .await;
    lab.simulator.hang_up("8001", &id).await;
    until_parties(&mut live, &["13800002408 connected", "8002 connected"]).await;
    live.until_state("5001", State::Ready).await;
    lab.simulator.hang_up(CUSTOMER, &id).await;
    until_over(&mut live).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_step_transfer_moves_the_call_without_ending_it() {
    let lab = Lab::new().await;
    let (_, mut live) = lab.supervisor().await;
    let id = with_customer(&lab, &mut live).await;
    lab.simulator.act("8001", &id, "singleStepTransfer", json!({ "transferTo": "8003" })).await;
    live.until("8003 has the call, which was there all the time", |board| {
        let call = board.calls.get(&CallId::trusted(id.as_str())).expect("the call went away in between");
        parties(call) == ["13800002408 connected", "8003 connected"]
    })
    .await;
    let moved = &live.board.calls[&CallId::trusted(id.as_str())];
    assert!(moved.parties.iter().any(|party| party.role == PartyRole::Transferred && party.state == PartyState::Connected));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consult_transfer_is_followed_across_call_ids_and_so_is_a_step_in() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let old = with_customer(&lab, &mut live).await;
    let consultation = consulted(&lab.simulator, &mut live, &old).await;
    let by = json!({ "consultCallId": consultation.id.as_str() });
    lab.simulator.act("8001", &old, "transfer", by).await;
    let moved = until_parties(&mut live, &["13800002408 connected", "8002 connected"]).await;
    let mut former = vec![CallId::trusted(old.as_str()), consultation.id.clone()];
    former.sort_unstable();
    assert_eq!(moved.former, former);
    assert_eq!((moved.kind.as_deref(), moved.holds.count), (Some("Outbound"), 1));
    live.until("the calls that it was are gone", |board| board.calls.len() == 1).await;
    let asked = browser.force(Operation::Drop, &[("deviceId", "8002@test.cc"), ("callId", &old)]).await.intervention();
    live.until_outcome("5002", Outcome::Confirmed).await;
    assert_eq!(live.board.action("5002").map(|action| action.id), Some(asked.id));
    let sent = lab.simulator.operations().await;
    let now = moved.id.as_str();
    assert_eq!(sent.last().unwrap().path, format!("/api/csta/callControl/calls/{now}/connections/8002@test.cc%7C{now}"));
    until_over(&mut live).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consult_conference_brings_the_held_party_back() {
    let lab = Lab::new().await;
    let (_, mut live) = lab.supervisor().await;
    let id = with_customer(&lab, &mut live).await;
    let consultation = consulted(&lab.simulator, &mut live, &id).await;
    let by = json!({ "consultCallId": consultation.id.as_str() });
    lab.simulator.act("8001", &id, "conference", by).await;
    let three = until_parties(&mut live, &["13800002408 connected", "8001 connected", "8002 connected"]).await;
    assert!(three.is(&consultation.id) && three.is(&CallId::trusted(id.as_str())));
    assert!(three.holds.count == 1 && three.holds.running.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_listener_is_seen_by_every_supervisor_and_is_no_party() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let mut second = lab.console.sign_in("5900", "8900").await.live().await;
    let id = with_customer(&lab, &mut live).await;
    browser.force(Operation::Listen, &[("callId", &id)]).await.intervention();
    for live in [&mut live, &mut second] {
        let heard = until_parties(live, &["13800002408 connected", "8000 connected", "8001 connected"]).await;
        assert_eq!(heard.listeners().map(|device| device.number()).collect::<Vec<_>>(), ["8000"]);
        assert_eq!((heard.in_it(), heard.state().code()), (2, "talking"));
    }
    lab.simulator.hang_up("8000", &id).await;
    until_parties(&mut second, &["13800002408 connected", "8001 connected"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_whose_end_is_lost_is_found_by_what_its_agent_does_next() {
    let lab = Lab::new().await;
    let (_, mut live) = lab.supervisor().await;
    let established = json!({
        "eventName": "established", "eventType": "csta", "serial": 800_000_000, "namespace": "test.cc",
        "eventTime": crate::support::event_time(),
        "srcDeviceId": "8003@test.cc", "deviceId": "8003@test.cc", "callId": "never-ends", "params": { "agent": "5003@test.cc" },
        "answeringDevice": "8003@test.cc", "callingDevice": "13800002408@test.cc", "calledDevice": "8003@test.cc", "callType": "Inbound",
    });
    lab.simulator.event(established).await;
    live.until("the call is there", |board| board.calls.contains_key(&CallId::trusted("never-ends"))).await;
    let next = |name: &str, seconds: i64| {
        let mut next = agent_event(name, "5003");
        let after = jiff::Timestamp::now().checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap();
        next["eventTime"] = json!(after.in_tz("Asia/Shanghai").unwrap().strftime("%Y.%m.%d %H:%M:%S").to_string());
        next
    };
    // Not ready says nothing of calls: what is heard of another agent after it finds the call as it was.
    lab.simulator.event(next("agentNotReady", 8)).await;
    lab.simulator.set_mode("5004", "NotReady", None).await;
    live.until_state("5004", State::NotReady).await;
    assert_eq!(live.board.state("5003"), Some(State::OnCall));
    lab.simulator.event(next("agentReady", 9)).await;
    live.until("its end was not seen", |board| {
        board.calls.get(&CallId::trusted("never-ends")).is_some_and(|call| call.end_not_seen && call.parties.len() == 2)
    })
    .await;
    live.until_state("5003", State::Ready).await;
    assert_eq!(live.board.row("5003").call, None);
}
