//! A viewer goes everywhere and hears everything, while calls come and go with numbers wherever they can stand; a supervisor goes the
//! same way and finds every one of them, so that the way is known to lead past them.

mod inside;
mod told;

use crate::support::{Browser, Lab, Live, Message, Simulator, agent_event, event_time};
use inside::inside;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use supervisor_console::floor::{Operation, Row, State};
use told::{Told, compare, found, heard, page, texts};

const FOLLOWED: &str = "/api/events";
/// The event that ends what is followed.
const THE_END: &str = "theEnd";

/// The event at which a walk stops following.
async fn end(simulator: &Simulator) {
    simulator.raw(json!({ "eventName": THE_END, "namespace": "test.cc", "agentId": "5001@test.cc" }).to_string().as_bytes()).await;
}

/// Everything that `browser` may ask for; `live` is what it heard meanwhile.
async fn walk(browser: &Browser, live: &Live, agents: &[String], step_ins: &[i64], languages: &[&str]) -> Vec<Told> {
    let mut told = Vec::new();
    heard(live, &mut told);
    // And what a browser is told that comes now.
    let mut late = browser.live().await;
    late.keep = true;
    late.until("the board is there", |board| board.snapshots == 1).await;
    heard(&late, &mut told);

    let mut paths: Vec<String> =
        ["/", "/calls", "/?sort=trouble", "/sign-in", "/nowhere", "/agents/nobody", "/metrics", "/readyz", "/api/nowhere"]
            .map(str::to_owned)
            .to_vec();
    for agent in agents {
        paths.extend([format!("/agents/{agent}"), format!("/agents/{agent}/day")]);
    }
    let document = browser.get("/api/openapi.json").await.json();
    for (path, _) in document["paths"].as_object().unwrap().iter().filter(|(_, methods)| methods.get("get").is_some()) {
        let ids: Vec<String> = match path.as_str() {
            "/api/agents/{id}" => agents.to_vec(),
            "/api/interventions/{id}" => step_ins.iter().map(i64::to_string).collect(),
            // Whoever may see that sees no numbers: see `inside`.
            "/api/diagnostics/exchanges/{id}" => vec!["1".to_owned()],
            other => {
                assert!(!other.contains('{'), "nobody has decided what to ask of {other}");
                vec![String::new()]
            }
        };
        paths.extend(ids.iter().map(|id| path.replace("{id}", id)));
    }
    // What never ends is followed as far as the walk goes.
    paths.retain(|path| path != FOLLOWED);
    let mut following = browser.follow(&format!("{FOLLOWED}?after=0&name=*"), None).await;
    while let Some(Message { event, data, .. }) = following.next().await {
        texts(FOLLOWED, &json!([event, data]), &mut told);
        if event == THE_END {
            break;
        }
    }
    for path in paths {
        for language in languages {
            let answer = browser.get_with(&path, "accept-language", language).await;
            match answer.header("content-type").contains("json") {
                true => texts(&path, &answer.json(), &mut told),
                false => page(&path, &answer.body, &mut told),
            }
        }
    }
    told
}

const JOINS: &str = "13700007777";
const LISTENS: &str = "13600006666";

/// A call that rings at 8005, with numbers wherever the wire has room for one.
fn ringing() -> Value {
    json!({
        "eventName": "delivered", "eventTime": event_time(), "eventType": "csta", "serial": 900_000, "namespace": "test.cc",
        "params": { "agent": "5005@test.cc" }, "topics": ["CtiWorker_x", "13800006660"],
        "srcDeviceId": "8005@test.cc", "deviceId": "8005@test.cc", "alertingDevice": "8005@test.cc", "calledDevice": "8005@test.cc",
        "callId": "call-13800006661", "callingDevice": "138 0000 6662@test.cc", "callType": "Inbound 13800006663", "split": "VIP (138) 0000-6664",
        "userData": { "data": { "call back 138.0000.6665": "VIP", "wide": "１３８００００６６６６", "note": "\\u00313800006667", "serial": "13800006668" } },
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_viewer_finds_no_outside_number_anywhere() {
    let lab = Lab::with(&["--supervisors", "5000,5901,5902", "--viewers", "59*", "--diagnostics", "5902"]).await;
    let simulator = &lab.simulator;
    // Who is on the roster, and where they work, is told with the next sign-in.
    let name = json!({ "root": [{ "loginName": "5009@test.cc", "userName": "Li 138-0000-5551" }] });
    simulator.call(Method::POST, "/simulator/roster", name).await;
    let hotline = json!([{ "loginName": "5960@test.cc", "userName": "13800005552", "org": { "name": "Hotline 138 0000 5553" }, "namespace": "test.cc" }]);
    simulator.list(hotline).await;
    simulator.hire(&[("50010001@test.cc", "80010001@test.cc")]).await;
    let viewer = lab.console.sign_in("5900", "8900").await;
    let mut viewer_live = all_of(&viewer).await;
    let supervisor = lab.console.sign_in("5000", JOINS).await;
    let mut live = all_of(&supervisor).await;
    let listener = lab.console.sign_in("5901", LISTENS).await;

    // Joined and listened to from outside phones.
    let call = on_call(simulator, &mut live, "8001", "13800001111").await;
    let mut step_ins = vec![supervisor.force(Operation::Join, &[("deviceId", "8001@test.cc"), ("callId", &call)]).await.intervention().id];
    live.until("joined", |board| board.row("5001").call.as_ref().is_some_and(|call| call.joined.iter().any(|d| d.number() == JOINS))).await;
    let call = on_call(simulator, &mut live, "8002", "13800001112").await;
    // The platform knows no such phone; that it listens all the same is told by its event.
    assert_eq!(listener.force(Operation::Listen, &[("callId", &call)]).await.error().1, "refused");
    let phone = format!("{LISTENS}@test.cc");
    let mut answers =
        json!({ "eventName": "established", "eventTime": event_time(), "serial": 900_001, "namespace": "test.cc", "callId": call });
    for field in ["srcDeviceId", "deviceId", "answeringDevice"] {
        answers[field] = json!(phone);
    }
    answers["callingDevice"] = json!("8002@test.cc");
    simulator.raw(answers.to_string().as_bytes()).await;
    live.until("listened to", |board| {
        board.row("5002").call.as_ref().is_some_and(|call| call.listeners.iter().any(|d| d.number() == LISTENS))
    })
    .await;

    // A transfer, a conference, and an agent whose phone has as long a number.
    let call = on_call(simulator, &mut live, "8003", "13800001113").await;
    simulator.act("8003", &call, "singleStepTransfer", json!({ "transferTo": "13800001114" })).await;
    live.until_state("5003", State::Ready).await;
    let call = on_call(simulator, &mut live, "8004", "13800001115").await;
    let body = json!({ "conferenceParticipant": "13800001116", "participationType": "Active" });
    simulator.act("8004", &call, "singleStepConference", body).await;
    live.until_state("5004", State::Conference).await;
    on_call(simulator, &mut live, "8006", "80010001").await;

    // Call data by the platform's own way, reasons, an event that nobody knows.
    let call = on_call(simulator, &mut live, "8007", "13800001117").await;
    let entries = json!({ "entries": [{ "key": "ring (138) 0000 1118", "value": "or 138/0000/1119" }] });
    simulator.call(Method::POST, &format!("/api/csta/callControl/calls/{call}/user-data"), entries).await;
    simulator.act("8007", &call, "singleStepConference", json!({ "conferenceParticipant": "8010", "participationType": "Active" })).await;
    live.until_state("5010", State::Conference).await;
    simulator.raw(ringing().to_string().as_bytes()).await;
    live.until_state("5005", State::Ringing).await;
    let odd = r#"{"eventName":"odd 13800002221","agentId":"5008@test.cc","namespace":"test.cc","a":"\u0031\u0033800002222","b":13800002223,
        "c\u200b138 0000 2224":["138\u200b00002225",{"serial":"13800002226"}],"url":"tel:%2B86138%200000%202227"}"#;
    simulator.raw(odd.as_bytes()).await;
    simulator.set_mode("5008", "NotReady", Some("call 138 0000 2228 back")).await;
    live.until_state("5008", State::NotReady).await;

    // Refusals that name somebody.
    for (agent, body) in [("5008", r#"{"agentId":"13800003331@test.cc"}"#), ("5009", r#"{"deviceId":"138 0000 3332"}"#)] {
        simulator.fault(json!({ "refuse": { "status": 459, "path": "/api/csta/agent/state", "body": body } })).await;
        let (id, device) = (format!("{agent}@test.cc"), format!("8{}@test.cc", &agent[1..]));
        assert_eq!(supervisor.force(Operation::Logout, &[("agentId", &id), ("deviceId", &device)]).await.error().1, "refused");
        live.until("refused", |board| board.action(agent).is_some_and(|action| action.holder.is_some())).await;
    }
    step_ins.extend(live.board.rows.values().filter_map(|row| row.intervention.as_ref()).map(|action| action.id));
    simulator.event(agent_event("agentNotReady", "5009")).await;
    live.until_state("5009", State::NotReady).await;

    let mut numbers: BTreeSet<String> = [JOINS, LISTENS].map(str::to_owned).into();
    let staged = (1111..=1119).chain(2221..=2228).chain(3331..=3332).chain(5551..=5553).chain(6660..=6668);
    numbers.extend(staged.map(|line| format!("1380000{line}")));
    let seq = live.board.seq();
    viewer_live.until("the viewer has heard as much", |board| board.seq() >= seq).await;
    let agents: Vec<String> = live.board.rows.values().map(|row| row.agent.to_string()).collect();
    end(simulator).await;
    let supervisors = walk(&supervisor, &live, &agents, &step_ins, &["en"]).await;
    let viewers = walk(&viewer, &viewer_live, &agents, &step_ins, &["en", "zh-CN"]).await;
    compare(&supervisors, &viewers, &numbers);
    let engineer = lab.console.sign_in("5902", "8902").await;
    let calls: Vec<String> = live.board.calls.keys().map(ToString::to_string).collect();
    assert_eq!(found(&inside(&engineer, &agents, &calls).await, &numbers), BTreeMap::new());
    // What is ours is whole.
    let board = &viewer_live.board;
    assert_eq!(board.row("50010001").device.as_ref().map(|device| device.as_str()), Some("80010001@test.cc"));
    assert_eq!(board.row("5006").call.as_ref().map(|call| call.other.as_str()), Some("80010001"));
    let joined = board.row("5001").call.as_ref().map(|call| call.joined.iter().map(|device| device.to_string()).collect());
    assert_eq!(joined, Some(vec!["137****7777@test.cc".to_owned()]));

    // Nor does anybody find one by looking for it.
    let all = viewer.get("/api/calls").await.json()["calls"].as_array().unwrap().len();
    for looked_for in ["VIP (138) 0000-6664", "13800001111", "138 0000 5553"] {
        for (path, list) in
            [("/api/calls?q=", "calls"), ("/api/calls?queue=", "calls"), ("/api/floor?q=", "agents"), ("/api/floor?team=", "agents")]
        {
            let path = format!("{path}{}", looked_for.replace(' ', "%20"));
            assert_eq!(viewer.get(&path).await.json()[list], json!([]), "{path}");
        }
    }
    let found = viewer.get("/api/calls?queue=VIP%20(138)%20****-6664").await.json()["calls"].as_array().unwrap().len();
    assert_eq!((found, all > 3), (1, true));
    let team = viewer.get("/api/floor?team=Hotline%20138%20****%205553").await.json();
    assert_eq!((team["agents"].as_array().unwrap().len(), &team["counts"]["unknown"]), (1, &json!(1)), "{team}");
}

/// A live channel that has seen everybody who works here, and keeps what it hears.
async fn all_of(browser: &Browser) -> Live {
    let mut live = browser.live().await;
    live.keep = true;
    live.until("everybody is there", |board| {
        let named = |number: &str| board.rows.get(number).is_some_and(|row| !row.name.is_empty());
        named("5960")
            && named("50010001")
            && board.rows.values().filter(|row| row.state == State::Ready && row.device.is_some()).count() >= 10
    })
    .await;
    live
}

/// The device talks to `number`.
async fn on_call(simulator: &Simulator, live: &mut Live, device: &str, number: &str) -> String {
    let call = simulator.dial(device, number).await;
    let agent = format!("5{}", &device[1..]);
    live.until("it is answered", |board| {
        board.state(&agent) == Some(State::OnCall) && board.row(&agent).call.as_ref().is_some_and(|view| view.id.as_str() == call)
    })
    .await;
    call
}

/// The numbers from outside that a supervisor has heard of.
fn customers(live: &Live) -> BTreeSet<String> {
    let mut told = Vec::new();
    heard(live, &mut told);
    let number = |told: Told| {
        told.text.split('@').next().map(str::to_owned).filter(|text| text.bytes().all(|b| b.is_ascii_digit()) && text.len() >= 11)
    };
    told.into_iter().filter(|told| told.place == "live" && told.text.contains('@')).filter_map(number).collect()
}

/// Joins one call or another: a call may be over before the supervisor is in it.
async fn join_somebody(supervisor: &Browser, live: &mut Live) {
    let joined = |row: &Row| row.call.as_ref().is_some_and(|call| call.joined.iter().any(|device| device.number() == JOINS));
    for _ in 0..50 {
        let talks = |row: &&Row| row.state == State::OnCall && row.device.is_some() && row.call.is_some();
        live.until("somebody talks", |board| board.rows.values().any(|row| talks(&row))).await;
        let latest = live.board.rows.values().filter(talks).max_by_key(|row| row.since).cloned().unwrap();
        let (device, call) = (latest.device.unwrap().to_string(), latest.call.unwrap().id.to_string());
        supervisor.force(Operation::Join, &[("deviceId", &device), ("callId", &call)]).await;
        let gone = |row: &Row| row.call.as_ref().is_none_or(|now| now.id.as_str() != call);
        let agent = latest.agent.number();
        live.until("it is joined or over", |board| joined(board.row(agent)) || gone(board.row(agent))).await;
        if joined(live.board.row(agent)) {
            return;
        }
    }
    panic!("nobody could be joined");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_lively_floor_a_viewer_finds_none_either() {
    let lab =
        Lab::on(Simulator::with(60, 60.0, 20.0).await, &["--supervisors", "5000,5902", "--viewers", "59*", "--diagnostics", "5902"]).await;
    let viewer = lab.console.sign_in("5900", "8900").await;
    let supervisor = lab.console.sign_in("5000", JOINS).await;
    let (mut viewer_live, mut live) = (viewer.live().await, supervisor.live().await);
    (viewer_live.keep, live.keep) = (true, true);
    join_somebody(&supervisor, &mut live).await;
    let (mut calls, mut held) = (BTreeSet::new(), false);
    live.until("much has happened", |board| {
        calls.extend(board.calls.keys().cloned());
        held |= board.rows.values().any(|row| row.state == State::OnHold);
        calls.len() >= 60 && held
    })
    .await;
    let seq = live.board.seq();
    viewer_live.until("the viewer has heard as much", |board| board.seq() >= seq).await;
    let numbers = customers(&live);
    assert!(numbers.len() >= 20 && numbers.contains(JOINS), "{numbers:?}");
    let agents: Vec<String> = live.board.rows.values().map(|row| row.agent.to_string()).collect();
    end(&lab.simulator).await;
    let viewers = walk(&viewer, &viewer_live, &agents, &[], &["en"]).await;
    assert_eq!(found(&viewers, &numbers), BTreeMap::new());
    let engineer = lab.console.sign_in("5902", "8902").await;
    let calls: Vec<String> = live.board.calls.keys().map(ToString::to_string).collect();
    assert_eq!(found(&inside(&engineer, &agents, &calls).await, &numbers), BTreeMap::new());
    assert!(viewers.iter().any(|told| told.text.contains("****")), "the viewer is told of no calls");
}
