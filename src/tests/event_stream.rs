//! The platform's events for programs: filtered, resumed, masked, and only for who may.

use crate::access::talking;
use crate::support::{Console, Lab, Message, agent_event, event_time};
use serde_json::json;
use std::collections::BTreeSet;
use supervisor_console::floor::{Operation, State};
use supervisor_console::simulator::Ways;

fn names(messages: &[Message]) -> Vec<(&str, &str)> {
    messages.iter().map(|message| (message.event.as_str(), message.data["agentId"].as_str().unwrap_or_default())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_come_as_they_came_and_by_filter() {
    let lab = Lab::new().await;
    let browser = lab.console.sign_in("5000", "8000").await;
    browser.live().await.until_now().await;
    let mut all = browser.follow("/api/events", None).await;
    let mut some = browser.follow("/api/events?name=agentReady&name=agentNotReady&agent=5002&agent=5003@test.cc", None).await;
    let sent = agent_event("agentNotReady", "5001");
    lab.simulator.event(sent.clone()).await;
    for (name, number) in [("agentReady", "5002"), ("agentWorkingAfterCall", "5003"), ("agentNotReady", "5003")] {
        lab.simulator.event(agent_event(name, number)).await;
    }
    // Whoever begins now is behind what is written by now: of the agents' log-ons just before, some may come first.
    let mut heard = all.until("agentNotReady", "5003").await;
    let before = heard.iter().position(|message| message.data == sent).expect("the body as it came");
    heard.drain(..before);
    let ids: Vec<i64> = heard.iter().map(|message| message.id.unwrap()).collect();
    assert!(heard.len() == 4 && ids.is_sorted_by(|one, next| one < next), "{ids:?}");
    let filtered = some.until("agentNotReady", "5003").await;
    let (of_the_log_on, filtered) = filtered.split_at(filtered.len() - 2);
    assert!(names(of_the_log_on).iter().all(|(name, agent)| *name == "agentReady" && !agent.starts_with("5001")), "{of_the_log_on:?}");
    assert_eq!(names(filtered), [("agentReady", "5002@test.cc"), ("agentNotReady", "5003@test.cc")]);
    let mut team = browser.follow("/api/events?team=Nobody", None).await;
    lab.simulator.event(agent_event("agentReady", "5001")).await;
    drop(lab);
    assert_eq!(team.next().await, None, "it ends with the console");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_consoles_own_events_come_to_who_asks_for_them() {
    let lab = Lab::new().await;
    let (browser, _live) = lab.supervisor().await;
    let mut own = browser.follow("/api/events?name=console.*&after=0", None).await;
    let mut of_another = browser.follow("/api/events?name=console.intervention&agent=5003", None).await;
    let link = own.next().await.unwrap();
    assert_eq!((link.event.as_str(), &link.data), ("console.link", &json!({ "state": "live", "heardUntil": null })));
    let target = [("agentId", "5002@test.cc"), ("deviceId", "8002@test.cc")];
    let asked = browser.force(Operation::NotReady, &target).await.intervention();
    let mut outcomes = Vec::new();
    while outcomes.last().is_none_or(|outcome| outcome != "confirmed") {
        let Message { event, data, .. } = own.next().await.unwrap();
        assert_eq!((event.as_str(), &data["id"], &data["agent"]), ("console.intervention", &json!(asked.id), &json!("5002@test.cc")));
        assert_eq!((&data["operation"], &data["by"]), (&json!("forceNotReady"), &json!("5000@test.cc")));
        outcomes.push(data["outcome"].as_str().unwrap().to_owned());
    }
    assert!(matches!(
        &outcomes.iter().map(String::as_str).collect::<Vec<_>>()[..],
        ["requested", "accepted", "confirmed"] | ["requested", "confirmed"]
    ));
    // The view of the same intervention says the same.
    let view = browser.get(&format!("/api/interventions/{}", asked.id)).await.json();
    assert_eq!((&view["outcome"], &view["agent"]), (&json!("confirmed"), &json!("5002@test.cc")));
    browser.force(Operation::NotReady, &[("agentId", "5003@test.cc"), ("deviceId", "8003@test.cc")]).await;
    assert_eq!(of_another.next().await.unwrap().data["agent"], "5003@test.cc", "the filter holds for them too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_misses_nothing_and_hears_nothing_twice() {
    let Lab { simulator, console, database, folder } = Lab::new().await;
    let browser = console.sign_in("5000", "8000").await;
    browser.live().await.until_now().await;
    let mut following = browser.follow("/api/events", None).await;
    simulator.event(agent_event("agentNotReady", "5001")).await;
    let last = following.until("agentNotReady", "5001").await.last().unwrap().id;
    drop(following);
    for number in ["5002", "5003"] {
        simulator.event(agent_event("agentNotReady", number)).await;
    }
    browser.live().await.until_now().await;
    let heard = browser.follow("/api/events", last).await.until("agentNotReady", "5003").await;
    assert_eq!(names(&heard), [("agentNotReady", "5002@test.cc"), ("agentNotReady", "5003@test.cc")]);

    // The console that comes after has it from the journal.
    console.stop().await;
    let console = Console::start(&simulator.url(), &database, &[]).await;
    console.until_ready().await;
    let browser = browser.moved_to(&console.address);
    simulator.event(agent_event("agentReady", "5004")).await;
    let heard = browser.follow(&format!("/api/events?after={}", last.unwrap()), None).await.until("agentReady", "5004").await;
    assert_eq!(names(&heard), [("agentNotReady", "5002@test.cc"), ("agentNotReady", "5003@test.cc"), ("agentReady", "5004@test.cc")]);
    // A journal that was begun anew has smaller places than this program knows.
    let mut ahead = browser.follow("/api/events", Some(1 << 40)).await;
    assert_eq!(ahead.next().await.unwrap().event, "console.gap");
    while ahead.next().await.as_ref() != heard.last() {}
    drop(folder);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_may_follows_and_what_is_wrong_is_named() {
    let lab = Lab::with(&["--supervisors", "5000", "--viewers", "59*"]).await;
    assert_eq!(lab.console.visitor().get("/api/events").await.error(), (401, "signed-out".to_owned()));
    let browser = lab.console.sign_in("5000", "8000").await;
    for (path, field) in [
        ("/api/events?after=x", "Last-Event-ID"),
        ("/api/events?after=-1", "Last-Event-ID"),
        ("/api/events?agent=%00", "agent"),
        ("/api/events?agent=5001@other.cc", "agent"),
    ] {
        let answer = browser.get(path).await;
        assert_eq!((answer.error(), answer.json()["field"].clone()), ((400, "bad-argument".to_owned()), json!(field)), "{path}");
    }
    // A viewer sees the middle of no outside number.
    let viewer = lab.console.sign_in("5901", "8901").await;
    viewer.live().await.until_now().await;
    let from_the_beginning = "/api/events?after=0";
    let (mut whole, mut masked) = (browser.follow(from_the_beginning, None).await, viewer.follow(from_the_beginning, None).await);
    lab.simulator.dial("8001", "13800138000").await;
    let with_number = |message: &Message| message.data.to_string().contains("13800138000");
    loop {
        let (one, other) = (whole.next().await.unwrap(), masked.next().await.unwrap());
        assert_eq!((one.id, &one.event), (other.id, &other.event));
        assert!(!with_number(&other), "{other:?}");
        if with_number(&one) {
            break;
        }
    }
    // Who signs out hears nothing more.
    viewer.post("/api/sign-out", &[]).await;
    while masked.next().await.is_some() {}
}

/// The events of the SDK's document, section 6.
const DOCUMENTED: [&str; 13] = [
    "agentLoggedOn",
    "agentLoggedOff",
    "agentReady",
    "agentNotReady",
    "serviceInitiated",
    "originated",
    "delivered",
    "established",
    "connectionCleared",
    "transferred",
    "conferenced",
    "retrieved",
    "held",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_event_of_the_document_is_heard_by_its_name_and_without_one_all_are() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    lab.simulator.act("8001", &call, "hold", json!({})).await;
    live.until_state("5001", State::OnHold).await;
    lab.simulator.act("8001", &call, "retrieve", json!({})).await;
    live.until_state("5001", State::OnCall).await;
    let invited = json!({ "conferenceParticipant": "8002", "participationType": "Active" });
    lab.simulator.act("8001", &call, "singleStepConference", invited).await;
    live.until_state("5002", State::Conference).await;
    lab.simulator.act("8002", &call, "singleStepTransfer", json!({ "transferTo": "8003" })).await;
    live.until_state("5003", State::Conference).await;
    lab.simulator.hang_up("8003", &call).await;
    live.until_state("5003", State::Ready).await;
    lab.simulator.set_mode("5004", "NotReady", None).await;
    browser.force(Operation::Logout, &[("agentId", "5005@test.cc"), ("deviceId", "8005@test.cc")]).await.intervention();
    live.until_state("5005", State::LoggedOut).await;
    for name in DOCUMENTED {
        let mut named = browser.follow(&format!("/api/events?name={name}&after=0"), None).await;
        let first = named.next().await.unwrap();
        assert_eq!((first.event.as_str(), &first.data["eventName"]), (name, &json!(name)));
    }
    let mut all = browser.follow("/api/events?after=0", None).await;
    let mut missing = BTreeSet::from(DOCUMENTED);
    while !missing.is_empty() {
        missing.remove(all.next().await.unwrap().event.as_str());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_followed_when_it_gets_another_id() {
    let ways = Ways { transfers_rename: true, ..Ways::default() };
    let lab = Lab::of(ways).await;
    let (browser, mut live) = lab.supervisor().await;
    let call = talking(&lab.simulator, &mut live).await;
    let mut followed = browser.follow(&format!("/api/events?call={call}&name=established&name=connectionCleared"), None).await;
    browser.force(Operation::Take, &[("callId", &call), ("deviceId", "8001@test.cc")]).await.intervention();
    // What is written while it begins comes too: the call's beginning, under its first id.
    let mut established = followed.next().await.unwrap();
    while established.data["callId"] == call.as_str() {
        established = followed.next().await.unwrap();
    }
    let new = established.data["callId"].as_str().unwrap().to_owned();
    assert_eq!(established.event, "established");
    // Whoever begins only now knows the call by its first id.
    let mut begun = browser.follow(&format!("/api/events?call={call}"), None).await;
    lab.simulator.hang_up("8000", &new).await;
    for stream in [&mut followed, &mut begun] {
        let mut heard = stream.next().await.unwrap();
        while heard.event != "connectionCleared" || heard.data["callId"] == call.as_str() {
            heard = stream.next().await.unwrap();
        }
        assert_eq!(heard.data["callId"], new.as_str());
    }
    // Nor does who comes back lose what came under an id in between, also when the call is over.
    let from_before = established.id.map(|id| id - 1);
    let mut back = browser.follow(&format!("/api/events?call={new}&name=delivered"), Some(0)).await;
    assert_eq!(back.next().await.unwrap().data["callId"], call.as_str());
    let mut back = browser.follow(&format!("/api/events?call={call}&name=connectionCleared"), from_before).await;
    while back.next().await.unwrap().data["callId"] != new.as_str() {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn call_events_that_do_not_name_the_agent_are_those_of_who_sits_there() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    live.until_state("5003", State::Ready).await;
    let team = live.board.row("5003").team.clone();
    let (mut of_agent, mut of_team) = (
        browser.follow("/api/events?agent=5003&name=delivered", None).await,
        browser.follow(&format!("/api/events?team={}&name=delivered", team.replace(' ', "%20")), None).await,
    );
    let at = "8003@test.cc";
    let rings = json!({ "eventName": "delivered", "callId": "later-1", "srcDeviceId": at, "deviceId": at, "alertingDevice": at,
        "callingDevice": "13800138000", "calledDevice": at, "namespace": "test.cc", "eventTime": event_time() });
    lab.simulator.event(rings).await;
    for stream in [&mut of_agent, &mut of_team] {
        assert_eq!(stream.next().await.unwrap().data["callId"], "later-1");
    }
}
