//! The calls of the own phone: made, answered, held, handed over, consulted about, left.

use super::{controls, done, only_call, phone, refused, sent, talks_to};
use crate::access::talking;
use crate::support::{Browser, Lab, PATIENCE};
use serde_json::{Value, json};
use std::time::Duration;
use supervisor_console::floor::{Operation, State};
use supervisor_console::simulator::Ways;
use tokio::time::{Instant, sleep};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_made_held_retrieved_recorded_given_data_and_handed_over() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    assert_eq!(refused(&browser, "call", json!({ "phoneNumber": "80 01" })).await["field"], "phoneNumber");
    assert_eq!(refused(&browser, "call", json!({ "phoneNumber": "8000" })).await["obstacle"], "own-device");
    let before = lab.simulator.operations().await.len();
    let call = talks_to(&browser, "13800138000").await;
    let requests = lab.simulator.operations().await;
    let body = r#"{"from":"8000@test.cc","to":"13800138000","destForDisplay":"8000"}"#;
    assert_eq!(sent(&requests, before), ("POST", "/api/csta/callControl/calls", body));
    let told = phone(&browser, "it talks", |_| true).await;
    let with_call =
        ["holdCall", "dropConnection", "singleStepTransfer", "singleStepConference", "consult", "recording Start", "setCallData"];
    assert_eq!(controls(&told), [vec![], with_call.to_vec()]);

    let about = json!({ "callId": call });
    done(&browser, "hold", about.clone()).await;
    assert_eq!(refused(&browser, "hold", about.clone()).await["obstacle"], "on-hold");
    only_call(&browser, "held").await;
    done(&browser, "retrieve", about.clone()).await;
    assert_eq!(refused(&browser, "retrieve", about.clone()).await["obstacle"], "not-on-hold");
    for (on, obstacle) in [(true, "recording"), (false, "not-recording")] {
        done(&browser, "record", json!({ "callId": call, "on": on })).await;
        assert_eq!(refused(&browser, "record", json!({ "callId": call, "on": on })).await["obstacle"], obstacle);
    }
    let entries = json!([{ "key": "order", "value": "42" }, { "key": "order", "value": "43" }]);
    assert_eq!(refused(&browser, "data", json!({ "callId": call, "entries": entries })).await["field"], "entries");
    let entries = json!([{ "key": "order", "value": "42" }, { "key": "客户", "value": "张伟" }]);
    done(&browser, "data", json!({ "callId": call, "entries": entries })).await;
    assert_eq!(browser.get(&format!("/api/phone/data?callId={call}")).await.json()["entries"], entries);
    let elsewhere = lab.console.sign_in("5901", "8901").await;
    assert_eq!(elsewhere.get(&format!("/api/phone/data?callId={call}")).await.status, 404);

    done(&browser, "transfer", json!({ "callId": call, "phoneNumber": "8004" })).await;
    phone(&browser, "it is in no call", |phone| phone["calls"] == json!([])).await;
    live.until("the call is at 8004", |board| board.row("5004").call.as_ref().is_some_and(|view| view.id.as_str() == call)).await;
    assert_eq!(refused(&browser, "drop", about).await["obstacle"], "not-in-that-call");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_most_one_call_is_dialled_in_two_seconds() {
    let lab = Lab::new().await;
    let (browser, _live) = lab.supervisor().await;
    let begin = Instant::now();
    let call = talks_to(&browser, "13800138000").await;
    done(&browser, "drop", json!({ "callId": call, "expect": "ends-call" })).await;
    let again = loop {
        let asked = browser.post_json("/api/phone/call", &json!({ "phoneNumber": "8004" })).await;
        if asked.status != 429 {
            break asked;
        }
        assert!(begin.elapsed() < PATIENCE);
        sleep(Duration::from_millis(20)).await;
    };
    assert!(matches!(again.status, 200 | 202), "{}", again.body);
    assert!(begin.elapsed() >= Duration::from_secs(2), "{:?}", begin.elapsed());
}

/// Talks to a customer, holds that, and talks to agent 5004 about it; both calls.
async fn consulting(browser: &Browser) -> Value {
    let held = talks_to(browser, "13800138000").await;
    done(browser, "consult", json!({ "callId": held, "phoneNumber": "8004" })).await;
    let told = phone(browser, "the consulted party talks", |phone| {
        let calls = phone["calls"].as_array().unwrap();
        calls.len() == 2 && calls.iter().any(|call| call["state"] == "connected")
    })
    .await;
    let consult = told["calls"].as_array().unwrap().iter().find(|call| call["callId"] != json!(held)).unwrap()["callId"].clone();
    json!({ "holdCallId": held, "consultCallId": consult })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consultation_ends_together() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let both = consulting(&browser).await;
    let told = phone(&browser, "its ends are offered", |phone| controls(phone).iter().any(|names| names.contains(&"conference"))).await;
    let held = told["calls"].as_array().unwrap().iter().find(|call| call["state"] == "held").unwrap();
    let names: Vec<&str> = held["controls"].as_array().unwrap().iter().map(|control| control["operation"].as_str().unwrap()).collect();
    assert_eq!(names, ["dropConnection", "conference", "cancelConsult", "transferCall", "setCallData"]);
    done(&browser, "consult-conference", both.clone()).await;
    live.until_state("5004", State::Conference).await;
    let told = phone(&browser, "three are in it", |phone| phone["calls"][0]["parties"] == 3).await;
    // Whoever hangs up now leaves the others to themselves, and is told so beforehand.
    let call = told["calls"][0]["callId"].clone();
    assert_eq!(refused(&browser, "drop", json!({ "callId": call, "expect": "ends-call" })).await["effect"], "leaves");
    done(&browser, "drop", json!({ "callId": call, "expect": "leaves" })).await;
    live.until_state("5004", State::OnCall).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consultation_ends_with_the_first_party() {
    // The control that is not offered is one of the three ends; the others stay.
    let lab = Lab::with(&["--hide-button", "conf"]).await;
    let (browser, mut live) = lab.supervisor().await;
    let both = consulting(&browser).await;
    let ends = ["conference", "cancelConsult", "transferCall"];
    let told = phone(&browser, "its ends are offered", |phone| controls(phone).iter().any(|names| names.contains(&ends[1]))).await;
    let offered = controls(&told);
    assert_eq!(ends.map(|end| offered.iter().any(|names| names.contains(&end))), [false, true, true], "{offered:?}");
    done(&browser, "consult-cancel", both.clone()).await;
    assert_eq!(json!(only_call(&browser, "connected").await), both["holdCallId"]);
    live.until_state("5004", State::Ready).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consultation_ends_with_the_call_handed_over() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let both = consulting(&browser).await;
    done(&browser, "consult-transfer", both.clone()).await;
    phone(&browser, "it is in no call", |phone| phone["calls"] == json!([])).await;
    live.until_state("5004", State::OnCall).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_was_joined_is_left_without_ending_it_for_the_others() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    browser.force(Operation::Join, &[("deviceId", "8001@test.cc"), ("callId", &call)]).await.intervention();
    let told =
        phone(&browser, "it is in the call", |phone| phone["calls"][0]["state"] == "connected" && phone["calls"][0]["parties"] == 3).await;
    let leave = told["calls"][0]["controls"].as_array().unwrap().iter().find(|control| control["operation"] == "dropConnection").unwrap();
    assert_eq!((&leave["effect"], &leave["path"]), (&json!("leaves"), &json!("/api/phone/drop")));
    done(&browser, "drop", json!({ "callId": call, "expect": "leaves" })).await;
    phone(&browser, "it is in no call", |phone| phone["calls"] == json!([])).await;
    live.until_state("5001", State::OnCall).await;
    assert_eq!(live.board.row("5001").call.as_ref().map(|view| view.id.as_str()), Some(call.as_str()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_rings_and_is_answered_and_a_conference_is_made_in_one_step() {
    let lab = Lab::new().await;
    let (_, mut live) = lab.supervisor().await;
    // Supervisors' phones are answered by themselves; this one by who is logged on there.
    let browser = lab.console.sign_in("5000", "8003").await;
    done(&browser, "login", json!({ "password": "Aa123456", "loginMode": "force", "agentMode": "Ready" })).await;
    let call = lab.simulator.dial("8001", "8003").await;
    only_call(&browser, "alerting").await;
    done(&browser, "answer", json!({ "callId": call })).await;
    assert_eq!(refused(&browser, "answer", json!({ "callId": call })).await["obstacle"], "not-ringing");
    let asked = done(&browser, "conference", json!({ "callId": call, "phoneNumber": "8005" })).await;
    assert_eq!((&asked["operation"], &asked["device"]), (&json!("singleStepConference"), &json!("8005@test.cc")));
    live.until_state("5005", State::Conference).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hanging_up_leaves_the_call_to_who_still_rings_there() {
    let lab = Lab::new().await;
    let (browser, _) = lab.supervisor().await;
    // Whoever logged on by hand answers by hand.
    let other = lab.console.sign_in("5901", "8003").await;
    done(&other, "login", json!({ "password": "Aa123456", "loginMode": "force", "agentMode": "Ready" })).await;
    let call = talks_to(&browser, "13800138000").await;
    // Nothing proves it before there is an answer.
    assert_eq!(browser.post_json("/api/phone/conference", &json!({ "callId": call, "phoneNumber": "8003" })).await.status, 202);
    only_call(&other, "alerting").await;
    assert_eq!(refused(&browser, "drop", json!({ "callId": call, "expect": "ends-call" })).await["effect"], "leaves");
    // Nor does the call end for those who talk, where who rings is hung up on, or for who rings, where one of them is.
    for device in ["8003@test.cc", "8000@test.cc"] {
        let drop = json!({ "deviceId": device, "callId": call, "expect": "ends-call" });
        assert_eq!(browser.post_json("/api/force/drop", &drop).await.json()["effect"], "leaves", "{device}");
    }
    done(&browser, "drop", json!({ "callId": call, "expect": "leaves" })).await;
    let ringing = only_call(&other, "alerting").await;
    done(&other, "answer", json!({ "callId": ringing })).await;
    only_call(&other, "connected").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_brought_in_to_listen_does_not_keep_the_call_alive() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let call = talks_to(&browser, "13800138000").await;
    let silent = json!({ "callId": call, "phoneNumber": "8003", "type": "Silent" });
    done(&browser, "conference", silent).await;
    live.until("5003 listens", |board| board.phone.contains("8003")).await;
    let phone = phone(&browser, "the call can be left", |phone| controls(phone)[1].contains(&"dropConnection")).await;
    let drop =
        phone["calls"][0]["controls"].as_array().unwrap().iter().find(|control| control["operation"] == "dropConnection").unwrap().clone();
    assert_eq!((&phone["calls"][0]["parties"], &drop["effect"]), (&json!(2), &json!("ends-call")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_listens_by_a_call_of_its_own_leaves_that_one() {
    let ways = Ways { monitor_calls: true, ..Ways::default() };
    let lab = Lab::of(ways).await;
    let (browser, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    browser.force(Operation::Listen, &[("callId", &call), ("deviceId", "8000@test.cc")]).await.intervention();
    phone(&browser, "the phone listens", |phone| phone["calls"][0]["callId"] == call.as_str()).await;
    let record = refused(&browser, "record", json!({ "callId": call, "on": true })).await;
    assert_eq!(record["obstacle"], "only-listens", "{record}");
    done(&browser, "drop", json!({ "callId": call, "expect": "leaves" })).await;
    phone(&browser, "the phone has no call", |phone| phone["calls"] == json!([])).await;
    assert_eq!(lab.simulator.truth_of("5000").await["calls"], json!([]));
    assert_eq!((live.board.state("5001"), lab.simulator.truth_of("5001").await["calls"][0].as_str()), (Some(State::OnCall), Some(&*call)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_only_remembered_is_marked_and_in_the_way_of_nothing() {
    let lab = Lab::new().await;
    let (browser, _) = lab.supervisor().await;
    let call = talks_to(&browser, "13800138000").await;
    done(&browser, "hold", json!({ "callId": call })).await;
    let sure = phone(&browser, "it holds", |phone| phone["calls"][0]["state"] == "held").await;
    assert_eq!((&sure["calls"][0]["remembered"], controls(&sure)[1][0]), (&json!(false), "retrieveCall"));
    lab.simulator.fault(json!({ "cut": true })).await;
    let told = phone(&browser, "it is remembered", |phone| phone["calls"][0]["remembered"] == true).await;
    let offered = &controls(&told)[1];
    assert!(
        ["holdCall", "retrieveCall", "singleStepTransfer", "recording Start"].iter().all(|control| offered.contains(control)),
        "{told}"
    );
    // The platform's event makes it sure again.
    done(&browser, "retrieve", json!({ "callId": call })).await;
    let told = phone(&browser, "it talks", |phone| phone["calls"][0]["state"] == "connected").await;
    assert_eq!((&told["calls"][0]["remembered"], controls(&told)[1][0]), (&json!(false), "holdCall"));
}
