//! Where nobody sees whole numbers, supervisors step in all the same.

use super::decoded;
use crate::access::talking;
use crate::support::{Console, Database, Lab, Live, Simulator, all_ready, event_time};
use serde_json::{Value, json};
use supervisor_console::floor::{Operation, Outcome, State};
use supervisor_console::page::PageContext;

const PHONE: &str = "13700007777";

async fn lab() -> Lab {
    Lab::with(&["--supervisors", "5000", "--whole-numbers", "nobody"]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_steps_in_from_an_outside_phone_and_knows_it_again() {
    let lab = lab().await;
    let supervisor = lab.console.sign_in("5000", PHONE).await;
    let mut live = all_ready(&supervisor).await;
    let call = talking(&lab.simulator, &mut live).await;
    let answer = supervisor.force(Operation::Join, &[("deviceId", "8001@test.cc"), ("callId", &call)]).await;
    let told = answer.intervention();
    assert_eq!(
        (told.by_device.as_str(), told.device.as_ref().map(|device| device.as_str())),
        ("137****7777@test.cc", Some("8001@test.cc"))
    );
    assert!(!answer.body.contains(PHONE), "{}", answer.body);
    live.until_outcome("5001", Outcome::Confirmed).await;
    let joined = &live.board.row("5001").call.as_ref().unwrap().joined;
    assert_eq!(joined.iter().map(|device| device.as_str()).collect::<Vec<_>>(), ["137****7777@test.cc"]);
    // The own phone's call comes with every page, and the browser finds the own part in it.
    let page = supervisor.get("/agents/5002").await.body;
    let context: PageContext = postcard::from_bytes(&decoded(&page)[page.len()..]).unwrap();
    let first = context.initial.unwrap();
    let own = first.calls.iter().find(|own| own.id.as_str() == call).and_then(|own| own.party(&first.own_device));
    assert!(own.is_some() && first.me.device.number() == PHONE, "{first:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_names_our_agents_and_hides_outside_numbers() {
    let lab = lab().await;
    let (supervisor, mut live) = lab.supervisor().await;
    lab.simulator.hire(&[("50010001@test.cc", "80010001@test.cc")]).await;
    live.until("who was hired is there", |board| board.rows.contains_key("50010001")).await;
    let agent = [("agentId", "5001@test.cc"), ("deviceId", "8001@test.cc")];
    for (body, named) in [
        (json!({ "agentId": "13800003331@test.cc" }), "138****3331@test.cc"),
        (json!({ "deviceId": "138 0000 3331" }), "138 **** 3331"),
        (json!({ "agentId": "50010001@test.cc" }), "50010001@test.cc"),
        (json!({ "deviceId": "80010001@test.cc" }), "80010001@test.cc"),
        (json!({ "agentId": "5009@test.cc" }), "5009@test.cc"),
    ] {
        let refuse = json!({ "refuse": { "status": 459, "times": 2, "path": "/api/csta/agent/state", "body": body.to_string() } });
        lab.simulator.fault(refuse).await;
        for _ in 0..2 {
            let refused = supervisor.force(Operation::NotReady, &agent).await;
            assert_eq!((refused.error().1.as_str(), refused.json()["holder"].as_str()), ("refused", Some(named)));
        }
        live.until("the row says so", |board| board.action("5001").is_some_and(|action| action.holder.as_deref() == Some(named))).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_whose_id_holds_a_number_is_stepped_into_by_its_other_name() {
    let lab = lab().await;
    let (supervisor, mut live) = lab.supervisor().await;
    let (mut event, name) = called_with_a_number_in_the_id(&lab.simulator, &mut live).await;
    let drop = [("deviceId", "8005@test.cc"), ("callId", name.as_str())];
    // The platform knows of no such call, but that is the one it is asked about.
    supervisor.force(Operation::Drop, &drop).await;
    let asked = lab.simulator.operations().await.last().map(|request| request.path.clone());
    assert_eq!(asked.as_deref(), Some("/api/csta/callControl/calls/call-13800006661/connections/8005@test.cc%7Ccall-13800006661"));
    assert_eq!(called_in_the_step_in(&mut live).await, name);
    // It goes under the name under which it came.
    event["eventName"] = json!("connectionCleared");
    (event["serial"], event["releasingDevice"]) = (json!(900_002), json!("8005@test.cc"));
    lab.simulator.raw(event.to_string().as_bytes()).await;
    live.until("the call is gone", |board| board.calls.is_empty()).await;
}

/// Under which name the intervention at 5005 has its call.
async fn called_in_the_step_in(live: &mut Live) -> String {
    live.until("the intervention is there", |board| board.action("5005").is_some_and(|action| action.call.is_some())).await;
    live.board.action("5005").and_then(|action| action.call.as_ref()).map(ToString::to_string).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_phone_bar_names_a_call_by_its_other_name_and_is_understood() {
    let lab = lab().await;
    let (supervisor, mut live) = lab.supervisor().await;
    let event = json!({
        "eventName": "established", "eventTime": event_time(), "serial": 900_000, "namespace": "test.cc", "callId": "call-13800006661",
        "srcDeviceId": "8000@test.cc", "deviceId": "8000@test.cc", "answeringDevice": "8000@test.cc", "calledDevice": "8000@test.cc",
        "callingDevice": "8006@test.cc",
    });
    lab.simulator.raw(event.to_string().as_bytes()).await;
    live.until("the call is in the bar", |board| board.phone.contains("do=holdCall")).await;
    assert!(!live.board.phone.contains("13800006661"), "{}", live.board.phone);
    let told = supervisor.get("/api/phone").await.json();
    let name = told["calls"][0]["callId"].as_str().unwrap().to_owned();
    assert!(name.starts_with("call-138****6661~"), "{name}");
    supervisor.post("/phone", &[("ask", &format!("do=holdCall&callId={name}"))]).await;
    let asked = lab.simulator.operations().await.last().map(|request| request.path.clone()).unwrap_or_default();
    assert!(asked.contains("/call-13800006661/"), "{asked}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_keeps_its_other_name_over_a_restart() {
    let (simulator, folder) = (Simulator::start().await, tempfile::tempdir().unwrap());
    let database = Database::at(folder.path().join("console.db"));
    let flags = ["--whole-numbers", "nobody"];
    let console = Console::start(&simulator.url(), &database, &flags).await;
    console.until_ready().await;
    let mut browser = console.sign_in("5000", "8000").await;
    let (_, name) = called_with_a_number_in_the_id(&simulator, &mut all_ready(&browser).await).await;
    console.stop().await;
    // Without the roster, which knows nothing of that call.
    simulator.fault(json!({ "refuse": { "status": 500, "times": 100, "path": "/api/operation" } })).await;
    let console = Console::start(&simulator.url(), &database, &flags).await;
    browser.address.clone_from(&console.address);
    let mut live = browser.live().await;
    live.until("the call is remembered", |board| !board.calls.is_empty()).await;
    assert_eq!(live.board.calls.keys().map(|id| id.as_str()).collect::<Vec<_>>(), [name]);
}

/// 8005 talks to 8006 in a call whose id holds an outside number: the last event of it, and the name under which the call is shown.
async fn called_with_a_number_in_the_id(simulator: &Simulator, live: &mut Live) -> (Value, String) {
    let mut event = json!({
        "eventName": "delivered", "eventTime": event_time(), "serial": 900_000, "namespace": "test.cc", "callId": "call-13800006661",
        "srcDeviceId": "8005@test.cc", "deviceId": "8005@test.cc", "alertingDevice": "8005@test.cc", "calledDevice": "8005@test.cc",
        "callingDevice": "8006@test.cc",
    });
    simulator.raw(event.to_string().as_bytes()).await;
    (event["eventName"], event["serial"], event["answeringDevice"]) = (json!("established"), json!(900_001), json!("8005@test.cc"));
    event["alertingDevice"] = Value::Null;
    simulator.raw(event.to_string().as_bytes()).await;
    live.until_state("5005", State::OnCall).await;
    let name = live.board.row("5005").call.as_ref().unwrap().id.to_string();
    assert!(name.starts_with("call-138****6661~") && live.board.calls.keys().any(|id| id.as_str() == name), "{name}");
    (event, name)
}
