//! An agent's page and day: states, raw events and figures, in the reader's language, for those who are signed in.

use crate::access::talking;
use crate::support::{Console, Lab, PATIENCE, agent_event};
use serde_json::json;
use std::time::Duration;
use supervisor_console::floor::State;
use tokio::time::Instant;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_day_shows_states_events_and_figures() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    lab.simulator.set_mode("5001", "NotReady", Some("Lunch <b>break</b>")).await;
    live.until_state("5001", State::NotReady).await;
    let status = json!({
        "eventName": "AgentStatusEvent",
        "eventTime": crate::support::event_time(),
        "namespace": "test.cc",
        "agent": { "agentId": "5001@test.cc", "extensionId": "8001@test.cc", "agentStatus": "NotReady" },
        "params": { "CallsTotal": "7", "TalkTime": "125", "AuxCount": "3" },
    });
    // It has a topic of its own, which the console does not subscribe to unless it is told to: sent to those of the whole tenant.
    lab.simulator.raw(status.to_string().as_bytes()).await;
    let deadline = Instant::now() + PATIENCE;
    let answer = loop {
        let answer = browser.get("/agents/5001@test.cc/day").await;
        if answer.body.contains("AgentStatusEvent") {
            break answer;
        }
        assert!(Instant::now() < deadline, "the status never came: {}", answer.body);
    };
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"));
    assert!(answer.header("content-type").starts_with("text/html"), "{}", answer.header("content-type"));
    let day = answer.body;
    for wanted in ["data-day=\"5001@test.cc\"", "agentNotReady", "Not ready", "AgentStatusEvent", "Talking", "02:05", "&lt;b&gt;break"] {
        assert!(day.contains(wanted), "no {wanted} in {day}");
    }
    assert!(!day.contains("<b>break"), "{day}");
    // Ours beside the platform's, which sent none of the holds.
    assert!(day.contains("Talking</th><td>00:00</td><td>02:05</td>") && day.contains("On hold</th><td>00:00</td><td><!></td>"), "{day}");
    let newest_first = day.find("AgentStatusEvent").unwrap() < day.find("agentLoggedOn").unwrap();
    assert!(newest_first, "{day}");
    assert_eq!(browser.get("/agents/5001/day").await.status, 200);

    let chinese = browser.get_with("/agents/5001@test.cc/day", "accept-language", "zh-CN").await.body;
    assert!(chinese.contains("lang=\"zh-CN\"") && chinese.contains("事件"), "{chinese}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn times_are_the_readers_where_the_browser_says_the_zone_and_else_say_whose_they_are() {
    let lab = Lab::new().await;
    let (mut browser, mut live) = lab.supervisor().await;
    lab.simulator.event(agent_event("agentNotReady", "5001")).await;
    live.until_state("5001", State::NotReady).await;
    let session = browser.cookie.clone().unwrap();
    for (zone, says) in [
        ("Europe/Berlin", "times in Europe/Berlin<"),
        ("Asia/Calcutta", "times in Asia/Kolkata<"),
        ("../../etc/passwd", "times in Asia/Shanghai, the platform"),
        ("%3Cscript%3E", "times in Asia/Shanghai, the platform"),
    ] {
        browser.cookie = Some(format!("{session}; zone={zone}"));
        for path in ["/agents/5001", "/agents/5001/day"] {
            let page = browser.get(path).await;
            assert!(page.status == 200 && page.body.contains(says), "{zone} {path}: {}", page.body);
        }
    }
    // An hour's quarter behind India, and nobody's full hour.
    browser.cookie = Some(format!("{session}; zone=Asia/Kathmandu"));
    let day = browser.get("/agents/5001/day").await.body;
    let event = day.split("data-event=\"agentNotReady\"").nth(1).unwrap();
    let between = |from: &str, to: &str| event.split(from).nth(1).unwrap().split(to).next().unwrap().to_owned();
    let happened: jiff::Timestamp = between("datetime=\"", "\"").parse().unwrap();
    let there = |zone: &str, format: &str| happened.in_tz(zone).unwrap().strftime(format).to_string();
    assert_eq!(between("\">", "</time>"), there("Asia/Kathmandu", "%H:%M:%S"), "{event}");
    assert!(between("title=\"", "\"").starts_with(&there("Asia/Shanghai", "%Y-%m-%d %H:%M:%S")), "{event}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_is_signed_in_sees_it_and_nobody_sees_an_agent_who_is_not_there() {
    let lab = Lab::new().await;
    let (browser, _live) = lab.supervisor().await;
    let visitor = lab.console.visitor();
    let answer = visitor.get("/agents/5001@test.cc/day").await;
    assert_eq!((answer.status, answer.body.contains("5001")), (401, false));
    assert_eq!(visitor.get("/agents/5001").await.status, 303);
    for unknown in ["5999", "5999@test.cc", "5001@other.cc", "..", "%3Cscript%3E", "5001%40test.cc%20x"] {
        assert_eq!(browser.get(&format!("/agents/{unknown}/day")).await.status, 404, "{unknown}");
    }
    for unknown in ["/agents/5999", "/agents/5999@test.cc", "/agents/x%20y"] {
        assert_eq!(browser.get(unknown).await.status, 404, "{unknown}");
    }
    assert_eq!(browser.post("/agents/5001/day", &[]).await.status, 405);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_states_of_the_day_outlive_a_restart_with_a_gap_of_which_nothing_is_known() {
    let lab = Lab::new().await;
    let (mut browser, mut live) = lab.supervisor().await;
    for (name, state) in [("agentNotReady", State::NotReady), ("agentReady", State::Ready)] {
        lab.simulator.event(agent_event(name, "5001")).await;
        live.until_state("5001", state).await;
    }
    let Lab { simulator, console, database, folder: _folder } = lab;
    console.stop().await;
    let kept = database.count("SELECT count(*) FROM state_interval WHERE agent = '5001@test.cc' AND state = 'not-ready' AND certain = 1");
    assert!(kept >= 1, "nothing was kept");

    let console = Console::start(&simulator.url(), &database, &[]).await;
    console.until_ready().await;
    browser.address.clone_from(&console.address);
    let mut live = browser.live().await;
    simulator.set_mode("5001", "NotReady", None).await;
    live.until("5001 is certainly not ready", |board| board.state("5001") == Some(State::NotReady) && !board.row("5001").remembered).await;
    let day = browser.get("/agents/5001@test.cc/day").await.body;
    assert!(day.contains("<ul class=\"day-gaps\"><li") && day.contains(" not heard, "), "{day}");
    // Not ready before the restart and after it, and in between nobody knows.
    let deadline = Instant::now() + PATIENCE;
    loop {
        let day = browser.get("/agents/5001@test.cc/day").await.body;
        let times = |state: &str| day.matches(&format!("{state}, ")).count();
        if times("Not ready") >= 2 && times("Ready") >= 1 && times("Unknown") >= 1 {
            break;
        }
        assert!(Instant::now() < deadline, "{day}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_page_comes_with_what_it_is_about() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    let page = browser.get("/agents/5001").await;
    // What the route draws is the pages' affair; the state that it comes with is ours.
    let text = String::from_utf8_lossy(&crate::masks::decoded(&page.body)).into_owned();
    assert!(text.contains(&call) && text.contains("13800001111") && text.contains("data-day="), "{text}");
    assert!(!text.contains("5002@test.cc"), "another agent's row");
    let shown = |body: &str| String::from_utf8_lossy(&crate::masks::decoded(body)).contains(&call);
    assert!(shown(&browser.get("/calls").await.body) && shown(&browser.get("/calls?direction=outbound").await.body));
    assert!(!shown(&browser.get("/calls?state=ringing").await.body));
    assert!(!shown(&browser.get("/calls?direction=inbound").await.body));
    // On every page one's own phone's calls.
    let own = lab.simulator.dial("8000", "13800002222").await;
    live.until("the own call is known", |board| board.calls.keys().any(|id| id.as_str() == own)).await;
    for path in ["/", "/agents/5002", "/calls?state=ringing"] {
        let page = browser.get(path).await.body;
        assert!(String::from_utf8_lossy(&crate::masks::decoded(&page)).contains(&own), "{path}");
    }
}
