//! What events do to the board, whatever way they come in.

use crate::support::{AGENTS, Lab, Live, Simulator, agent_event, event_time};
use serde_json::json;
use supervisor_console::floor::State;

/// Everything that was sent before has been applied, for the link keeps the order.
async fn heard_all(simulator: &Simulator, live: &mut Live) {
    let known = live.board.row("5010").state;
    let (name, state) = if known == State::NotReady { ("agentReady", State::Ready) } else { ("agentNotReady", State::NotReady) };
    simulator.event(agent_event(name, "5010")).await;
    live.until_state("5010", state).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_arrives_unasked() {
    let lab = Lab::new().await;
    let (_browser, mut live) = lab.supervisor().await;
    lab.simulator.set_mode("5001", "NotReady", Some("Lunch")).await;
    live.until_state("5001", State::NotReady).await;
    let row = live.board.row("5001").clone();
    assert_eq!((row.reason.as_deref(), row.remembered), (Some("Lunch"), false));
    let header = live.board.header.clone().unwrap();
    let in_state = header.platform_now().as_millis() - row.since.unwrap().as_millis();
    assert!((-2_000..20_000).contains(&in_state), "in this state for {in_state} ms: the platform's zone was not heeded");
    assert_eq!(live.board.snapshots, 1, "a change is sent as a change");
    lab.simulator.set_mode("5001", "Ready", None).await;
    live.until("5001 is ready, for no reason", |board| board.state("5001") == Some(State::Ready) && board.row("5001").reason.is_none())
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_and_teams_come_from_the_roster() {
    let lab = Lab::new().await;
    let (_browser, live) = lab.supervisor().await;
    let truth = lab.simulator.floor().await;
    for agent in truth["agents"].as_array().unwrap().iter().filter(|agent| agent["supervisor"] == false) {
        let number = agent["agentId"].as_str().unwrap().split('@').next().unwrap();
        let row = live.board.row(number);
        assert_eq!(
            (json!(row.name), json!(row.team), json!(row.device)),
            (agent["name"].clone(), agent["team"].clone(), agent["device"].clone())
        );
    }
    assert_eq!(live.board.rows.len(), AGENTS as usize);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_followed_from_the_dialling_to_the_end() {
    let lab = Lab::new().await;
    let (_browser, mut live) = lab.supervisor().await;
    let call = lab.simulator.dial("8001", "8002").await;
    for number in ["5001", "5002"] {
        live.until(&format!("{number} talks"), |board| {
            board.state(number) == Some(State::OnCall) && board.row(number).call.as_ref().is_some_and(|view| view.id.as_str() == call)
        })
        .await;
    }
    let others: Vec<_> = ["5001", "5002"].iter().map(|number| live.board.row(number).call.as_ref().unwrap().other.clone()).collect();
    assert_eq!(others, ["8002", "8001"]);
    lab.simulator.act("8001", &call, "hold", json!({})).await;
    live.until_state("5001", State::OnHold).await;
    lab.simulator.act("8001", &call, "retrieve", json!({})).await;
    live.until("5001 talks again", |board| {
        board.state("5001") == Some(State::OnCall) && board.row("5001").call.as_ref().unwrap().holds == 1
    })
    .await;
    lab.simulator.act("8002", &call, "singleStepTransfer", json!({ "transferTo": "8003" })).await;
    live.until("5003 talks instead of 5002", |board| {
        board.state("5003") == Some(State::OnCall)
            && board.state("5002") == Some(State::Ready)
            && board.state("5001") == Some(State::OnCall)
    })
    .await;
    lab.simulator.hang_up("8003", &call).await;
    live.until("all are ready", |board| board.rows.values().all(|row| row.state == State::Ready && row.call.is_none())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_twice_is_as_good_as_once() {
    let lab = Lab::new().await;
    let (_browser, mut live) = lab.supervisor().await;
    lab.simulator.fault(json!({ "duplicate": 1000 })).await;
    let call = lab.simulator.dial("8001", "8002").await;
    live.until_state("5002", State::OnCall).await;
    live.until_state("5001", State::OnCall).await;
    for holds in 1..=2 {
        lab.simulator.act("8001", &call, "hold", json!({})).await;
        live.until("it is held", |board| board.row("5001").call.as_ref().is_some_and(|view| view.holds == holds)).await;
        lab.simulator.act("8001", &call, "retrieve", json!({})).await;
        live.until_state("5001", State::OnCall).await;
    }
    heard_all(&lab.simulator, &mut live).await;
    let view = live.board.row("5001").call.clone().unwrap();
    assert_eq!((view.holds, view.parties, view.others), (2, 2, 0));
    lab.simulator.hang_up("8001", &call).await;
    live.until("both are ready", |board| ["5001", "5002"].iter().all(|number| board.state(number) == Some(State::Ready))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shuffled_call_ends_as_it_should() {
    let lab = Lab::new().await;
    let (_browser, mut live) = lab.supervisor().await;
    // Ringing and answering of two devices: six copies and more, in any order.
    lab.simulator.fault(json!({ "reorder": 6 })).await;
    let call = lab.simulator.dial("8001", "8002").await;
    live.until("both talk", |board| ["5001", "5002"].iter().all(|number| board.state(number) == Some(State::OnCall))).await;
    heard_all(&lab.simulator, &mut live).await;
    let view = live.board.row("5001").call.clone().unwrap();
    assert_eq!((view.id.as_str(), view.parties, view.others), (call.as_str(), 2, 0));
    // Mode changes of one second: the serial alone says which is the last.
    lab.simulator.fault(json!({ "reorder": 4 })).await;
    for mode in ["NotReady", "Ready", "NotReady", "Ready"] {
        lab.simulator.set_mode("5003", mode, None).await;
    }
    heard_all(&lab.simulator, &mut live).await;
    assert_eq!(live.board.state("5003"), Some(State::Ready));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rubbish_is_passed_over_and_the_next_good_event_counts() {
    let lab = Lab::new().await;
    let (_browser, mut live) = lab.supervisor().await;
    let links = lab.simulator.links().await;
    let before = live.board.rows.clone();
    let huge = vec![b'x'; 3 << 19];
    for rubbish in
        [&b"{"[..], b"", b"[]", b"null", b"{}", b"\0\n\n\0", b"\xff\xfe", br#"{"eventName":7}"#, br#"{"eventName":"agentReady"}"#, &huge]
    {
        assert_eq!(lab.simulator.raw(rubbish).await, 1, "the console does not listen");
    }
    lab.simulator.raw(format!("MESSAGE\ncontent-length:{}\n\n", u64::MAX).as_bytes()).await;
    lab.simulator.raw("[".repeat(200_000).as_bytes()).await;
    lab.simulator.set_mode("5001", "NotReady", None).await;
    live.until_state("5001", State::NotReady).await;
    assert_eq!(lab.simulator.links().await, links, "the link did not survive the rubbish");
    assert_eq!(live.board.rows.len(), before.len());
    assert!(before.iter().all(|(number, row)| number == "5001" || live.board.row(number) == row));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_events_and_fields_pass_by() {
    let lab = Lab::new().await;
    let (_browser, mut live) = lab.supervisor().await;
    let before = live.board.rows.clone();
    lab.simulator.event(agent_event("agentDancing", "5001")).await;
    lab.simulator.event(json!({ "eventName": "floorPainted", "eventTime": event_time(), "colour": { "deep": [1, null] } })).await;
    let mut odd = agent_event("agentNotReady", "5002");
    odd["agentMode"] = json!({ "not": "a text" });
    odd["callId"] = json!(17);
    odd["newField"] = json!([{ "deep": true }]);
    lab.simulator.event(odd).await;
    live.until_state("5002", State::NotReady).await;
    assert!(before.iter().all(|(number, row)| number == "5002" || live.board.row(number) == row));
    assert_eq!(live.board.rows.len(), before.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_tenants_events_are_not_ours() {
    let lab = Lab::new().await;
    let (_browser, mut live) = lab.supervisor().await;
    let mut foreign = agent_event("agentNotReady", "5001");
    foreign["namespace"] = json!("other.cc");
    assert_eq!(lab.simulator.event(foreign).await, 0, "the console listens to more than its tenant");
    heard_all(&lab.simulator, &mut live).await;
    assert_eq!(live.board.state("5001"), Some(State::Ready));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_who_is_in_no_list_appears_with_the_first_event() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let mut event = agent_event("agentReady", "5777");
    event["agentId"] = json!("5777@test.cc");
    lab.simulator.event(event).await;
    live.until_state("5777", State::Ready).await;
    assert!(browser.get("/").await.body.contains("5777"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_that_is_missing_or_cannot_be_true_is_the_present() {
    let lab = Lab::new().await;
    let (_browser, mut live) = lab.supervisor().await;
    let untimed = json!({ "eventName": "agentNotReady", "agentId": "5001@test.cc", "deviceId": "8001@test.cc" });
    let wild =
        json!({ "eventName": "agentNotReady", "agentId": "5002@test.cc", "deviceId": "8002@test.cc", "eventTime": "2099.01.01 00:00:00" });
    for (number, event) in [("5001", untimed), ("5002", wild)] {
        lab.simulator.event(event).await;
        live.until_state(number, State::NotReady).await;
        let header = live.board.header.clone().unwrap();
        let in_state = header.platform_now().as_millis() - live.board.row(number).since.unwrap().as_millis();
        assert!((-2_000..20_000).contains(&in_state), "{number} in this state for {in_state} ms");
    }
    // Neither keeps what comes after it from being heard.
    heard_all(&lab.simulator, &mut live).await;
    lab.simulator.set_mode("5002", "Ready", None).await;
    lab.simulator.set_mode("5002", "NotReady", Some("Break")).await;
    live.until("5002 is heard again", |board| board.row("5002").reason.as_deref() == Some("Break")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_tenants_event_makes_no_row() {
    let lab = Lab::new().await;
    let (_browser, mut live) = lab.supervisor().await;
    let foreign = json!({ "eventName": "agentReady", "agentId": "5020@other.cc", "deviceId": "8020@other.cc", "eventTime": event_time() });
    assert!(lab.simulator.raw(foreign.to_string().as_bytes()).await > 0, "it reached the console's subscription");
    heard_all(&lab.simulator, &mut live).await;
    assert_eq!(live.board.rows.len(), AGENTS as usize);
}
