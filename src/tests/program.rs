//! The program as it is shipped, in a process of its own: its figures, its log, its end.

use crate::support::{Browser, Database, PASSWORD, Program, Simulator, agent_event, all_ready};
use serde_json::json;
use std::collections::BTreeMap;
use supervisor_console::floor::{Operation, Outcome, State};
use supervisor_console::live::LinkState;

/// Figures by their name and labels.
async fn figures(browser: &Browser) -> BTreeMap<String, f64> {
    let answer = browser.get("/metrics").await;
    assert_eq!(answer.status, 200);
    let lines = answer.body.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| line.rsplit_once(' ').unwrap()).map(|(name, value)| (name.to_owned(), value.parse().unwrap())).collect()
}

const MALFORMED_EVENTS: &str = "console_events_malformed_total{what=\"event\"}";
const MALFORMED_FRAMES: &str = "console_events_malformed_total{what=\"frame\"}";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_figure_counts_what_it_says() {
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let program = Program::live(&simulator.url(), &database, &[]);
    let browser = program.sign_in("5000", "8000").await;
    let mut live = all_ready(&browser).await;
    let before = figures(&browser).await;
    assert_eq!((before[MALFORMED_EVENTS], before[MALFORMED_FRAMES]), (0.0, 0.0));
    // Log-on and mode of ten agents.
    assert_eq!((before["console_events_in_total"], before["console_link_live"]), (20.0, 1.0));
    assert_eq!((before["console_events_applied_total"], before["console_browsers"]), (20.0, 1.0));
    assert!(before["console_publish_latency_seconds_count"] >= 1.0);

    for rubbish in ["{", "[]", "null"] {
        simulator.raw(rubbish.as_bytes()).await;
    }
    simulator.raw(&vec![b' '; (1 << 20) + 1]).await;
    // The fault is for the next frame that leaves: all of those before have arrived.
    simulator.event(agent_event("agentNotReady", "5003")).await;
    live.until_state("5003", State::NotReady).await;
    simulator.fault(json!({ "too_long": 1 })).await;
    simulator.event(agent_event("agentNotReady", "5002")).await;
    simulator.event(json!({ "eventName": "somethingNew" })).await;
    let agent = [("agentId", "5001@test.cc"), ("deviceId", "8001@test.cc")];
    browser.force(Operation::NotReady, &agent).await.intervention();
    live.until_outcome("5001", Outcome::Confirmed).await;
    simulator.fault(json!({ "refuse": { "status": 460, "path": "/api/csta" } })).await;
    browser.force(Operation::Ready, &agent).await;
    live.until_outcome("5001", Outcome::Refused(460)).await;

    let after = figures(&browser).await;
    assert_eq!((after[MALFORMED_EVENTS], after[MALFORMED_FRAMES]), (3.0, 2.0));
    assert_eq!((after["console_events_in_total"], after["console_events_applied_total"]), (23.0, 22.0));
    let operations = |operation: &str, outcome: &str| {
        let name = format!("console_operations_total{{operation=\"{operation}\",outcome=\"{outcome}\"}}");
        after.get(&name).copied().unwrap_or(0.0)
    };
    assert_eq!((operations("forceNotReady", "requested"), operations("forceNotReady", "confirmed")), (1.0, 1.0));
    assert_eq!((operations("forceReady", "requested"), operations("forceReady", "refused")), (1.0, 1.0));
    assert_eq!(simulator.links().await, 1, "the link did not survive the rubbish");

    simulator.fault(json!({ "cut": true, "refuse_connections_ms": 1000 })).await;
    live.until_link(LinkState::Down).await;
    let down = figures(&browser).await;
    assert_eq!(down["console_link_live"], 0.0);
    live.until_link(LinkState::Live).await;
    let up = figures(&browser).await;
    assert!(up["console_link_live"] == 1.0 && up["console_link_lost_total"] >= 1.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_logged_no_secret_is() {
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let flags = ["--broker-login", "guest", "--broker-passcode", "Br0ker-Passc0de"];
    let program = Program::live(&simulator.url(), &database, &flags);
    let mut wrong = Browser::at(&program.address);
    assert_eq!(wrong.sign_in("5000", "Wr0ng-Passw0rd", "test.cc", "8000").await.status, 401);
    let browser = program.sign_in("5000", "8000").await;
    let mut live = all_ready(&browser).await;
    let agent = [("agentId", "5001@test.cc"), ("deviceId", "8001@test.cc")];
    browser.force(Operation::NotReady, &agent).await.intervention();
    live.until_outcome("5001", Outcome::Confirmed).await;
    let (_, session) = database.platform_sessions().pop().unwrap();
    let cookie = browser.cookie.clone().unwrap().split_once('=').unwrap().1.to_owned();
    let log = program.terminate();
    assert!(log.iter().any(|line| line.contains("5000@test.cc")), "the sign-in is not in the log: nothing is proved");
    for secret in [PASSWORD, "Wr0ng-Passw0rd", "Br0ker-Passc0de", &session, &cookie] {
        let said: Vec<&String> = log.iter().filter(|line| line.contains(secret)).collect();
        assert!(said.is_empty(), "{secret} is in the log: {said:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_ends_in_an_orderly_way_with_browsers_still_there() {
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(folder.path().join("console.db"));
    let program = Program::live(&simulator.url(), &database, &[]);
    let browser = program.sign_in("5000", "8000").await;
    let mut live = all_ready(&browser).await;
    let ended = tokio::task::spawn_blocking(move || program.terminate());
    live.until("the channel is closed", |board| board.closed).await;
    assert!(!live.board.signed_out);
    ended.await.unwrap();
    assert_eq!(live.board.state("5001"), Some(State::Ready));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_is_told_of_by_its_route_and_found_again_by_its_id() {
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let program = Program::live(&simulator.url(), &Database::at(folder.path().join("console.db")), &[]);
    let browser = program.sign_in("5000", "8000").await;
    all_ready(&browser).await;
    let answers = [browser.get("/agents/5001/day").await, browser.get("/?q=Zhou").await, browser.get("/api/secret/5001").await];
    let told = figures(&browser).await;
    let count =
        |route: &str| told.iter().filter(|(name, _)| name.contains("requests_total") && name.contains(route)).map(|(_, n)| n).sum::<f64>();
    assert_eq!(
        [count("route=\"/agents/{id}/day\""), count("route=\"page\""), count("route=\"/api/sign-in\"")],
        [1.0, 1.0, 1.0],
        "{told:#?}"
    );
    let log = program.terminate();
    for (answer, route) in answers.iter().zip(["/agents/{id}/day", "page", "/api/{*function}"]) {
        let id = answer.header("x-request-id");
        assert!(!id.is_empty());
        let line = log.iter().find(|line| line.contains(id)).unwrap();
        assert!(line.contains(route) && line.contains(&answer.status.to_string()), "{line}");
        assert!(!line.contains("5001") && !line.contains("Zhou"), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_whose_client_left_is_told_of_too() {
    let simulator = Simulator::start().await;
    let folder = tempfile::tempdir().unwrap();
    let program = Program::live(&simulator.url(), &Database::at(folder.path().join("console.db")), &[]);
    let browser = program.sign_in("5000", "8000").await;
    let mut live = all_ready(&browser).await;
    simulator.fault(json!({ "stall_http_ms": 1000 })).await;
    let asking = browser.begin(Operation::NotReady, &[("agentId", "5001@test.cc"), ("deviceId", "8001@test.cc")]).await;
    live.until_outcome("5001", Outcome::Requested).await;
    drop(asking);
    live.until_outcome("5001", Outcome::Confirmed).await;
    let log = program.terminate();
    let line = log.iter().find(|line| line.contains("/api/force/not-ready")).unwrap();
    assert!(line.contains("499"), "{line}");
}
