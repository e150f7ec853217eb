//! Ids as wide as the platform's: whoever is shown can be opened and acted on, whatever the id; and whoever is no agent of this domain
//! is shown nowhere, whichever way he comes.

mod domain;

use crate::support::{Browser, Console, Lab, Live, Simulator};
use clap::Parser;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};
use supervisor_console::floor::{AgentId, BulkStep, CallId, DeviceId, Namespace, Operation, Outcome, State};
use supervisor_console::server::cli::{Cli, Command};
use supervisor_console::server::config::Config;
use supervisor_console::server::sdk::{CallError, Platform, requests::PlatformRequest};
use supervisor_console::server::telemetry::wire::Wire;

/// What stands before the `@`, and how it stands in a path of the platform's.
const ODD: [(&str, &str); 10] = [
    ("张伟", "%E5%BC%A0%E4%BC%9F"),
    ("50+01", "50%2B01"),
    ("50#01", "50%2301"),
    ("50 01", "50%2001"),
    ("50%2F01", "50%252F01"),
    ("a/b", "a%2Fb"),
    ("..", ".."),
    ("5'\"<x>", "5%27%22%3Cx%3E"),
    ("a,b", "a%2Cb"),
    ("a\\b|c?d=e&f;g", "a%5Cb%7Cc%3Fd%3De%26f%3Bg"),
];

const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'@').remove(b'.');

/// As a browser's link has it.
fn in_path(id: &str) -> String {
    utf8_percent_encode(id, ENCODED).to_string()
}

/// The agents of [`ODD`], each at a phone of its own: 8101, 8102 ..
fn odd_agents() -> Vec<(String, String)> {
    ODD.iter().zip(8101..).map(|((number, _), device)| (format!("{number}@test.cc"), format!("{device}@test.cc"))).collect()
}

async fn hire(simulator: &Simulator, agents: &[(String, String)]) {
    simulator.hire(&agents.iter().map(|(id, device)| (id.as_str(), device.as_str())).collect::<Vec<_>>()).await;
}

/// Supervisor 5000 at 8000, and a live channel that has seen all of these ready and named.
async fn watched(lab: &Lab, agents: &[(String, String)]) -> (Browser, Live) {
    let browser = lab.console.sign_in("5000", "8000").await;
    let mut live = browser.live().await;
    live.until("all who were hired are ready and named", |board| {
        let is_there = |id: &String, device: &String| {
            let row = board.rows.values().find(|row| row.agent.as_str() == id);
            row.is_some_and(|row| {
                row.state == State::Ready
                    && row.name == format!("Name of {id}")
                    && row.device.as_ref().map(DeviceId::as_str) == Some(device.as_str())
            })
        };
        agents.iter().all(|(id, device)| is_there(id, device))
    })
    .await;
    (browser, live)
}

/// Carries `operation` out at the agent and answers how the platform was asked.
async fn asked(lab: &Lab, browser: &Browser, live: &mut Live, number: &str, operation: Operation, body: Value) -> (String, String, String) {
    let before = lab.simulator.operations().await.len();
    let answer = browser.force_json(operation, &body).await;
    assert!(matches!(answer.status, 200 | 202), "{operation:?} {body}: {}", answer.body);
    let id = answer.json()["id"].as_i64();
    live.until(&format!("{operation:?} at {number} is confirmed"), |board| {
        board.action(number).is_some_and(|action| Some(action.id) == id && action.outcome == Outcome::Confirmed)
    })
    .await;
    let sent = lab.simulator.operations().await;
    let [request] = &sent[before..] else { panic!("{} requests instead of one", sent.len() - before) };
    assert!(request.status.is_some_and(|status| (200..300).contains(&status)), "{request:?}");
    (request.method.clone(), request.path.clone(), request.body.clone())
}

async fn until_talking(live: &mut Live, number: &str, call: &str) {
    live.until(&format!("{number} talks"), |board| {
        board.state(number) == Some(State::OnCall) && board.row(number).call.as_ref().is_some_and(|view| view.id.as_str() == call)
    })
    .await;
}

/// Listens to the agent's call, joins and takes it, each with another phone.
async fn listen_join_take(lab: &Lab, browser: &Browser, live: &mut Live, agent: &AgentId, device: &DeviceId, call: &str) {
    let number = agent.number();
    let calls = format!("/api/csta/callControl/calls/{call}");
    let connection = format!("{calls}/connections/{}%7C{call}", in_path(device.as_str()));
    let (_, path, _) = asked(lab, browser, live, number, Operation::Listen, json!({ "callId": call, "deviceId": "8905@test.cc" })).await;
    assert_eq!(path, format!("{calls}/spy?deviceId=8905@test.cc"));
    let body = |phone: &str| json!({ "callId": call, "deviceId": device, "phoneNumber": phone });
    let (_, path, _) = asked(lab, browser, live, number, Operation::Join, body("8906")).await;
    assert_eq!(path, format!("{connection}/singleStepConference"));
    let (_, path, _) = asked(lab, browser, live, number, Operation::Take, body("8907")).await;
    assert_eq!(path, format!("{connection}/singleStepTransfer"));
    for phone in ["8906", "8907"] {
        lab.simulator.hang_up(phone, call).await;
    }
    live.until(&format!("{number} is free again"), |board| board.state(number) == Some(State::Ready)).await;
}

async fn drop_it(lab: &Lab, browser: &Browser, live: &mut Live, agent: &AgentId, device: &DeviceId, call: &str) {
    let body = json!({ "callId": call, "deviceId": device });
    let (method, path, _) = asked(lab, browser, live, agent.number(), Operation::Drop, body).await;
    let connection = format!("/api/csta/callControl/calls/{call}/connections/{}%7C{call}", in_path(device.as_str()));
    assert_eq!((method.as_str(), path), ("DELETE", connection));
    live.until("it is free again", |board| board.state(agent.number()) == Some(State::Ready)).await;
}

/// Makes the agent not ready, ready again, and logs out.
async fn change_modes(lab: &Lab, browser: &Browser, live: &mut Live, agent: &AgentId, device: &DeviceId) {
    let body = json!({ "agentId": agent, "deviceId": device });
    let path = "/api/csta/agent/state";
    let (id, at) = (serde_json::to_string(agent).unwrap(), serde_json::to_string(device).unwrap());
    for (operation, mode, state) in [(Operation::NotReady, "NotReady", State::NotReady), (Operation::Ready, "Ready", State::Ready)] {
        let sent = asked(lab, browser, live, agent.number(), operation, body.clone()).await;
        let wanted = format!(r#"{{"func":"SetState","agentMode":"{mode}","loginId":{id},"agentId":{id},"device":{at}}}"#);
        assert_eq!(sent, ("POST".to_owned(), path.to_owned(), wanted));
        live.until_state(agent.number(), state).await;
    }
    let sent = asked(lab, browser, live, agent.number(), Operation::Logout, body).await;
    let wanted = format!(r#"{{"namespace":"test.cc","func":"Logout","device":{at},"agentId":{id},"loginId":{id}}}"#);
    assert_eq!(sent, ("POST".to_owned(), path.to_owned(), wanted));
    live.until_state(agent.number(), State::LoggedOut).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_shown_can_be_acted_on_in_all_seven_ways() {
    let (agents, simulator) = (odd_agents(), Simulator::start().await);
    hire(&simulator, &agents).await;
    let lab = Lab::on(simulator, &[]).await;
    let (browser, mut live) = watched(&lab, &agents).await;
    for ((id, device), colleague) in agents.iter().zip(8001..) {
        let (agent, device) = (AgentId::parse(id).unwrap(), DeviceId::parse(device).unwrap());
        let call = lab.simulator.dial(device.number(), "13800001111").await;
        until_talking(&mut live, agent.number(), &call).await;
        listen_join_take(&lab, &browser, &mut live, &agent, &device, &call).await;
        let call = lab.simulator.dial(&colleague.to_string(), device.number()).await;
        until_talking(&mut live, agent.number(), &call).await;
        drop_it(&lab, &browser, &mut live, &agent, &device, &call).await;
        change_modes(&lab, &browser, &mut live, &agent, &device).await;
    }
    lab.settled().await;
    let written: Vec<String> = lab.database.audit().into_iter().filter_map(|line| line.agent).collect();
    assert!(agents.iter().all(|(id, _)| written.iter().filter(|agent| *agent == id).count() >= 14), "{written:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_may_be_called_anything_as_well() {
    let simulator = Simulator::start().await;
    let agents = [("5101@test.cc", "80 01#张/..@test.cc"), ("5102@test.cc", "8|1%2F+?@test.cc")];
    let agents = agents.map(|(id, device)| (id.to_owned(), device.to_owned()));
    hire(&simulator, &agents).await;
    let lab = Lab::on(simulator, &[]).await;
    let (browser, mut live) = watched(&lab, &agents).await;
    let [first, second] = agents.map(|(id, device)| (AgentId::parse(&id).unwrap(), DeviceId::parse(&device).unwrap()));
    for (agent, device) in [&first, &second] {
        let call = lab.simulator.dial(device.number(), "13800001111").await;
        until_talking(&mut live, agent.number(), &call).await;
        match agent == &first.0 {
            true => listen_join_take(&lab, &browser, &mut live, agent, device, &call).await,
            false => drop_it(&lab, &browser, &mut live, agent, device, &call).await,
        }
        change_modes(&lab, &browser, &mut live, agent, device).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_shown_can_be_opened() {
    let (agents, simulator) = (odd_agents(), Simulator::start().await);
    hire(&simulator, &agents).await;
    let lab = Lab::on(simulator, &[]).await;
    let (browser, _live) = watched(&lab, &agents).await;
    let board = browser.get("/").await.body;
    assert!(!board.contains("<x>"), "an id became a piece of the page");
    for (id, _) in &agents {
        let (number, _) = id.split_once('@').unwrap();
        let link = format!("/agents/{}", in_path(id));
        for address in [link.clone(), format!("/agents/{}@test.cc", in_path(number)), link.replace('@', "%40")] {
            let page = browser.get(&address).await;
            assert_eq!(page.status, 200, "{address}");
            assert!(page.body.contains("<article") && !page.body.contains("data-no-agent") && !page.body.contains("<x>"), "{address}");
        }
        if number != ".." {
            // Browsers take that for a way up: its links name the domain.
            assert_eq!(browser.get(&format!("/agents/{}", in_path(number))).await.status, 200, "{number} alone");
            assert_eq!(browser.get(&format!("/api/agents/{}", in_path(number))).await.json()["agent"], **id);
        }
        assert_eq!(browser.get(&format!("{link}/day")).await.status, 200, "{id}");
        let told = browser.get(&format!("/api/agents/{}", in_path(id))).await;
        assert_eq!((told.status, &told.json()["agent"]), (200, &json!(id)), "{id}");
        let found = browser.get(&format!("/api/floor?q={}", in_path(number))).await.json();
        assert!(found["agents"].as_array().unwrap().iter().any(|agent| agent["agent"] == **id), "{id} is not found: {found}");
        let visitor = lab.console.visitor().get(&link).await;
        let next = visitor.header("location").strip_prefix("/sign-in?next=").unwrap();
        let next = percent_encoding::percent_decode_str(next).decode_utf8().unwrap();
        assert_eq!(next, link, "the way back after signing in");
    }
    assert_eq!(browser.get("/agents/50+01@test.cc").await.status, 200, "a plus is a plus in a path");
    for nobody in ["/agents/a/b@test.cc", "/agents/50%2501@test.cc", "/agents/50@01@test.cc", "/agents/%00", "/agents/%FF", "/agents/"] {
        assert_eq!(browser.get(nobody).await.status, 404, "{nobody}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_whatever_their_ids() {
    let (agents, simulator) = (odd_agents(), Simulator::start().await);
    hire(&simulator, &agents).await;
    let lab = Lab::on(simulator, &[]).await;
    let (browser, mut live) = watched(&lab, &agents).await;
    let all: Vec<&str> = agents.iter().map(|(id, _)| id.as_str()).collect();
    let answer = browser.post_json("/api/bulk/start", &json!({ "operation": "forceNotReady", "agents": all, "minutes": 30 })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let id = answer.json()["id"].as_u64();
    live.until("each of them is not ready, with ready again to come", |board| {
        let run = board.runs.iter().find(|run| Some(run.id) == id);
        run.is_some_and(|run| {
            run.items.len() == agents.len() && run.items.iter().all(|(_, step)| *step == BulkStep::Sent(Outcome::Confirmed))
        }) && ODD.iter().all(|(number, _)| board.row(number).scheduled.is_some())
    })
    .await;
    for (id, _) in &agents {
        assert_eq!(browser.post_json("/api/scheduled/cancel", &json!({ "agentId": id })).await.status, 200, "{id}");
    }
    live.until("nothing is to come any more", |board| board.rows.values().all(|row| row.scheduled.is_none())).await;
    // A thousand ids of the longest kind.
    let long: Vec<String> = (0..1000).map(|n| format!("{n:04}{}@test.cc", "张".repeat(81))).collect();
    let answer = browser.post_json("/api/bulk/start", &json!({ "operation": "forceReady", "agents": long })).await;
    assert_eq!((answer.status, answer.json()["agents"].as_array().map(Vec::len)), (200, Some(1000)), "{:.200}", answer.body);
    let stopped = browser.post_json("/api/bulk/cancel", &json!({ "id": answer.json()["id"] })).await;
    assert_eq!(stopped.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_may_be_called_anything() {
    let simulator = Simulator::start().await;
    simulator.hire(&[("组长 #1@test.cc", "8401@test.cc"), ("组员@test.cc", "8402@test.cc")]).await;
    let lab = Lab::on(simulator, &["--supervisors", "组长*", "--viewers", "组员"]).await;
    let browser = lab.console.sign_in("组长 #1", "8900").await;
    let mut live = browser.live().await;
    live.until("the agents are there", |board| board.state("5001") == Some(State::Ready)).await;
    let form = [("agentId", "5001@test.cc"), ("deviceId", "8001@test.cc")];
    assert_eq!(browser.force(Operation::NotReady, &form).await.intervention().by.as_str(), "组长 #1@test.cc");
    live.until_outcome("5001", Outcome::Confirmed).await;
    let viewer = lab.console.sign_in("组员", "8901").await;
    assert_eq!(viewer.force(Operation::Ready, &form).await.error().0, 403);
    let refused = lab.console.visitor().sign_in("5000", "Aa123456", "test.cc", "8000").await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    let elsewhere = lab.console.visitor().sign_in("组长 #1", "Aa123456", "Test.CC", "8900").await;
    assert_eq!(elsewhere.status, 200, "a domain is the same in capitals: {}", elsewhere.body);
    for wrong in ["组长 #1@test.cc", "组\u{7}长", ""] {
        assert_eq!(lab.console.visitor().sign_in(wrong, "Aa123456", "test.cc", "8900").await.error(), (400, "bad-argument".to_owned()));
    }
    // Also over a restart.
    let Lab { simulator, console, database, folder: _folder } = lab;
    console.stop().await;
    let console = Console::start(&simulator.url(), &database, &["--supervisors", "组长*"]).await;
    let mut again = browser;
    again.address.clone_from(&console.address);
    assert_eq!(again.get("/api/floor").await.status, 200);
}

/// What [`Platform`] sends, as the platform got it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_id_climbs_splits_or_ends_a_path() {
    let (agents, simulator) = (odd_agents(), Simulator::start().await);
    hire(&simulator, &agents).await;
    let flags = ["supervisor-console", "serve", "--sdk-url", &simulator.url(), "--namespace", "test.cc"];
    let Command::Serve(args) = Cli::try_parse_from(flags).unwrap().command else { panic!("not serve") };
    let platform = Platform::new(&Config::try_from(&*args).unwrap(), Wire::default()).unwrap();
    let ours = Namespace::trusted("test.cc");
    let session = platform.login("张伟", &SecretString::from("Aa123456"), &ours).await.unwrap();
    for ((number, encoded), (id, _)) in ODD.iter().zip(&agents) {
        platform.heartbeat(&session, &AgentId::parse(id).unwrap()).await.unwrap();
        let request = simulator.console_requests().await.pop().unwrap();
        assert_eq!(request.path, format!("/api/csta/agent/heartbeat/{encoded}@test.cc"));
        // Calls that nobody knows: refused, but asked for where they would be.
        for call in [format!("{number}/../.."), format!("../{number}"), format!("%2e%2e\\{number}")] {
            let (device, call) = (DeviceId::parse(id).unwrap(), CallId::parse(&call).unwrap());
            let refused = platform.carry_out(&session, &PlatformRequest::drop(&device, &call)).await.unwrap_err();
            assert!(matches!(refused, CallError::Refused { status: 404, .. }), "{call}: {refused:?}");
            let request = simulator.console_requests().await.pop().unwrap();
            let call = in_path(call.as_str());
            let path = format!("/api/csta/callControl/calls/{call}/connections/{encoded}@test.cc%7C{call}");
            assert_eq!((request.method.as_str(), request.path), (Method::DELETE.as_str(), path));
        }
    }
}
