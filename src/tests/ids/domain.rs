//! Who is no agent of this domain, or nobody's id at all.

use super::in_path;
use crate::support::{Browser, Console, Database, Lab, Program, Simulator, agent_event};
use serde_json::{Value, json};
use supervisor_console::floor::{DeviceId, State};

/// Everybody whom the console tells of.
async fn everybody(browser: &Browser) -> Vec<String> {
    let floor = browser.get("/api/floor").await.json();
    floor["agents"].as_array().unwrap().iter().map(|agent| agent["agent"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_of_another_domain_comes_in_by_no_door() {
    let simulator = Simulator::start().await;
    // In the roster, and in events that are said to be ours.
    simulator.hire(&[("6001@other.cc", "8301@test.cc"), ("5101@test.cc", "8302@test.cc")]).await;
    let entry = |code: &str, login: &str, namespace: &str| json!({ "code": code, "loginName": login, "namespace": namespace });
    simulator
        .list(json!([
            entry("6002", "6002@other.cc", "other.cc"),
            entry("6003", "6003@other.cc", "test.cc"),
            entry("6004", "6004@test.cc", "other.cc"),
            { "code": 6005, "namespace": "other.cc" },
            { "code": 5102, "namespace": "test.cc", "userName": "Numeric", "status": "Ready", "org": { "id": 7, "name": 8 } },
            entry("5103", "5103@TEST.cc", "Test.CC"),
        ]))
        .await;
    let lab = Lab::on(simulator, &[]).await;
    let browser = lab.console.sign_in("5000", "8000").await;
    let mut live = browser.live().await;
    live.until("the roster has come", |board| {
        board.rows.values().any(|row| row.name == "Numeric") && board.state("5101") == Some(State::Ready)
    })
    .await;
    assert_eq!((live.board.row("5102").team.as_str(), live.board.state("5102")), ("8", Some(State::Ready)));
    for opened in ["/agents/5102", "/agents/5102@test.cc", "/api/agents/5102@test.cc"] {
        assert_eq!(browser.get(opened).await.status, 200, "{opened}");
    }

    let mut ours = agent_event("agentNotReady", "5001");
    ours["agentId"] = json!("6006@other.cc");
    let mut unsaid = agent_event("agentReady", "6007");
    (unsaid["agentId"], unsaid["namespace"]) = (json!("6007@other.cc"), Value::Null);
    let status = |id: &str, namespace: &str| {
        json!({ "eventName": "AgentStatusEvent", "namespace": "test.cc", "serial": 7, "agentId": "5001@test.cc",
            "agent": { "agentId": id, "agentStatus": "Ready", "namespace": namespace } })
    };
    let copy = json!({ "eventName": "delivered", "namespace": "test.cc", "callId": "c-1", "srcDeviceId": "8309@test.cc",
        "deviceId": "8309@test.cc", "alertingDevice": "8309@test.cc", "params": { "agent": "6010@other.cc" } });
    for event in [ours, unsaid, status("6008@other.cc", "test.cc"), status("6009@test.cc", "other.cc"), copy] {
        assert_eq!(lab.simulator.raw(event.to_string().as_bytes()).await, 1);
    }
    lab.simulator.set_mode("5010", "NotReady", None).await;
    live.until_state("5010", State::NotReady).await;
    let mut all: Vec<String> = (5001..=5010).chain(5101..=5103).map(|number| format!("{number}@test.cc")).collect();
    assert_eq!(everybody(&browser).await, all);
    assert_eq!(live.board.state("5001"), Some(State::Ready), "another's event was taken for 5001's");

    // In what the journal has of a time when the file served another tenant.
    let Lab { simulator, console, database, folder: _folder } = lab;
    console.stop().await;
    let others = Console::of_tenant("other.cc", &simulator.url(), &database, &["--topic", "/topic/event.agent.*.test_cc"]).await;
    others.until_ready().await;
    let mut theirs = agent_event("agentReady", "6011");
    (theirs["agentId"], theirs["namespace"]) = (json!("6011@other.cc"), json!("other.cc"));
    assert_eq!(simulator.raw(theirs.to_string().as_bytes()).await, 1);
    database.until_journalled(b"6011@other.cc").await;
    others.stop().await;
    let console = Console::start(&simulator.url(), &database, &[]).await;
    console.until_ready().await;
    let browser = console.sign_in("5000", "8000").await;
    let mut live = browser.live().await;
    live.until("the roster has come again", |board| board.rows.values().any(|row| row.name == "Numeric")).await;
    let mut shown = everybody(&browser).await;
    shown.sort();
    all.sort();
    assert_eq!(shown, all);
    for id in ["6001@other.cc", "6003@other.cc", "6010@other.cc", "6011@other.cc"] {
        assert_eq!(browser.get(&format!("/agents/{id}")).await.status, 404);
        assert_eq!(browser.get(&format!("/api/agents/{id}")).await.status, 404);
    }
    let page = browser.get("/").await.body;
    assert!(!page.contains("other.cc") && !page.contains("6011"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_agent_id_makes_no_row_and_is_counted() {
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let program = Program::live(&simulator.url(), &Database::at(folder.path().join("console.db")), &[]);
    let browser = program.sign_in("5000", "8000").await;
    let mut live = crate::support::all_ready(&browser).await;
    let bad = ["50@01@test.cc", "5001@test.cc@test.cc", "@test.cc", "5020@", "50\u{7}20@test.cc", "50\n20", "50\u{9b}31m20@test.cc"];
    for id in bad {
        let mut event = agent_event("agentReady", "5020");
        event["agentId"] = json!(id);
        assert_eq!(simulator.raw(event.to_string().as_bytes()).await, 1);
    }
    let mut alone = agent_event("agentReady", "5777");
    (alone["agentId"], alone["deviceId"], alone["srcDeviceId"]) = (json!("组长 \u{202e}1"), json!("8777"), json!("8777"));
    alone["namespace"] = Value::Null;
    assert_eq!(simulator.raw(alone.to_string().as_bytes()).await, 1);
    live.until_state("组长 \u{202e}1", State::Ready).await;
    let row = live.board.row("组长 \u{202e}1");
    assert_eq!((row.agent.as_str(), row.device.as_ref().map(DeviceId::as_str)), ("组长 \u{202e}1@test.cc", Some("8777@test.cc")));
    assert_eq!(live.board.rows.len(), 11);
    assert_eq!(browser.get(&format!("/agents/{}", in_path("组长 \u{202e}1"))).await.status, 200);
    let metrics = browser.get("/metrics").await.body;
    let counted = format!("console_events_malformed_total{{what=\"event\"}} {}", bad.len());
    assert!(metrics.lines().any(|line| line == counted), "{metrics}");
    let log = program.terminate().join("\n");
    assert!(log.contains("a malformed event from the platform was passed over"), "{log}");
}
