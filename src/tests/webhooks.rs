//! Web hooks: the same events, signed, posted until they are taken; a receiver that is down loses nothing.

use crate::support::{Console, Lab, Receiver, agent_event};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use std::time::Duration;
use supervisor_console::floor::Operation;
use tokio::time::Instant;

const SECRET: [&str; 2] = ["--webhook-secret", "of-the-hooks"];

fn subjects(events: &[Value]) -> Vec<(&str, &str)> {
    events.iter().map(|event| (event["event"].as_str().unwrap(), event["data"]["agentId"].as_str().unwrap_or_default())).collect()
}

/// What follows the log-ons with which every floor begins.
fn from_first<'a>(events: &'a [Value], name: &str) -> &'a [Value] {
    let first = events.iter().position(|event| event["event"] == name).unwrap();
    &events[first..]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_web_hook_gets_the_same_events_signed_and_by_its_filter() {
    let (mut all, mut some) = (Receiver::start().await, Receiver::start().await);
    let filtered = format!("{}#name=agentNotReady&name=console.*&agent=5002", some.url);
    let lab = Lab::with(&["--webhook", &all.url, "--webhook", &filtered, SECRET[0], SECRET[1]]).await;
    let (browser, _live) = lab.supervisor().await;
    let sent = agent_event("agentNotReady", "5001");
    lab.simulator.event(sent.clone()).await;
    browser.force(Operation::NotReady, &[("agentId", "5002@test.cc"), ("deviceId", "8002@test.cc")]).await.intervention();
    let taken = all.until("agentNotReady", "5002").await;
    let taken = from_first(&taken, "agentNotReady");
    assert_eq!(taken[0]["data"], sent, "the body as it came");
    assert_eq!(subjects(taken), [("agentNotReady", "5001@test.cc"), ("agentNotReady", "5002@test.cc")]);

    let (mut confirmed, mut told) = (false, Vec::new());
    while !confirmed {
        let posted = some.next().await;
        let (timestamp, signature) = (&posted.headers["x-console-timestamp"], &posted.headers["x-console-signature"]);
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET[1].as_bytes()).unwrap();
        mac.update(format!("{}.{}", timestamp.to_str().unwrap(), posted.body).as_bytes());
        let expected: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(signature.to_str().unwrap(), format!("sha256={expected}"));
        assert_eq!(posted.headers["content-type"], "application/json");
        told.extend(posted.events());
        confirmed = told.iter().any(|event| event["data"]["outcome"] == "confirmed");
    }
    let outcomes: Vec<&str> = told.iter().filter_map(|event| event["data"]["outcome"].as_str()).collect();
    assert!(matches!(outcomes[..], ["requested", "accepted", "confirmed"] | ["requested", "confirmed"]), "{outcomes:?}");
    let names: Vec<&str> = told.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert!(names.iter().all(|name| ["agentNotReady", "console.intervention"].contains(name)), "{names:?}");
    lab.until("/metrics", |answer| answer.body.contains("console_webhook_events_total{hook=\"1\"}")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_is_down_for_a_minute_loses_nothing() {
    let mut receiver = Receiver::start().await;
    let lab = Lab::with(&["--webhook", &format!("{}#name=agentNotReady", receiver.url), SECRET[0], SECRET[1]]).await;
    let (browser, mut live) = lab.supervisor().await;
    receiver.refuse(true);
    let numbers: Vec<String> = (5001..=5010).map(|number| number.to_string()).collect();
    for number in &numbers {
        lab.simulator.event(agent_event("agentNotReady", number)).await;
    }
    let (down, mut refused) = (Instant::now(), 0);
    while down.elapsed() < Duration::from_secs(60) {
        assert!(!receiver.next_within(Duration::from_secs(70)).await.taken);
        refused += 1;
    }
    assert!((4..=8).contains(&refused), "the pauses grow: {refused} requests in a minute");
    // The floor went on.
    lab.simulator.event(agent_event("agentReady", "5001")).await;
    live.until_state("5001", supervisor_console::floor::State::Ready).await;
    receiver.refuse(false);
    let taken = receiver.until("agentNotReady", "5010").await;
    let agents: Vec<String> = taken.iter().map(|event| event["data"]["agentId"].as_str().unwrap().replace("@test.cc", "")).collect();
    assert_eq!(agents, numbers, "all of them, once, in their order");
    drop(browser);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_taken_before_a_restart_is_posted_after_it_and_nothing_twice() {
    let mut receiver = Receiver::start().await;
    let address = format!("{}#name=agentNotReady", receiver.url);
    let flags = ["--webhook", &address, SECRET[0], SECRET[1]];
    let Lab { simulator, console, database, folder } = Lab::with(&flags).await;
    simulator.event(agent_event("agentNotReady", "5001")).await;
    receiver.until("agentNotReady", "5001").await;
    receiver.refuse(true);
    simulator.event(agent_event("agentNotReady", "5002")).await;
    assert!(!receiver.next().await.taken);
    console.stop().await;
    receiver.refuse(false);
    let console = Console::start(&simulator.url(), &database, &flags).await;
    console.until_ready().await;
    simulator.event(agent_event("agentNotReady", "5003")).await;
    let taken = receiver.until("agentNotReady", "5003").await;
    assert_eq!(subjects(&taken), [("agentNotReady", "5002@test.cc"), ("agentNotReady", "5003@test.cc")]);
    drop(folder);
}
