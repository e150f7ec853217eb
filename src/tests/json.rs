//! The JSON views and operations, held against the platform's truth and against their own document.

mod document;
mod problems;

use crate::access::talking;
use crate::support::{Browser, Console, Lab, Live, agent_event};
use crate::tokens::{made, script};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use supervisor_console::floor::{Operation, Outcome, PartyState, State};

/// A floor with a call on hold (5002), a conference of three (5001 with 5003), and somebody not ready (5004).
pub async fn busy(lab: &Lab) -> (Browser, Live, String, String) {
    let (browser, mut live) = lab.supervisor().await;
    let conference = talking(&lab.simulator, &mut live).await;
    let body = json!({ "conferenceParticipant": "8003", "participationType": "Active" });
    lab.simulator.act("8001", &conference, "singleStepConference", body).await;
    live.until_state("5003", State::Conference).await;
    let held = lab.simulator.dial("8002", "13900002222").await;
    live.until_state("5002", State::OnCall).await;
    lab.simulator.act("8002", &held, "hold", Value::Null).await;
    live.until_state("5002", State::OnHold).await;
    lab.simulator.set_mode("5004", "NotReady", Some("Lunch")).await;
    live.until_state("5004", State::NotReady).await;
    live.until("the calls are there", |board| {
        let held = |call: &supervisor_console::floor::CallRow| call.parties.iter().any(|party| party.state == PartyState::Held);
        board.calls.len() == 2 && board.calls.values().any(held) && board.calls.values().any(|call| call.in_it() == 3)
    })
    .await;
    (browser, live, conference, held)
}

fn is_time(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.len() == "2026-11-20T21:45:49.000Z".len() && text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok()
}

fn texts<'a>(list: &'a Value, key: &str) -> BTreeSet<&'a str> {
    list.as_array().unwrap().iter().map(|item| item[key].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_views_say_what_the_platform_knows() {
    let lab = Lab::new().await;
    let (_supervisor, live, conference, held) = busy(&lab).await;
    let script = script(&lab, &made(&lab.database, "reader", "supervisor"));
    let truth = lab.simulator.floor().await;

    let calls = script.get("/api/calls").await;
    assert_eq!((calls.status, calls.header("content-type"), calls.header("cache-control")), (200, "application/json", "no-store"));
    let calls = calls.json();
    assert!(is_time(&calls["asOf"]) && is_time(&calls["link"]["since"]) && is_time(&calls["link"]["lastEventAt"]), "{calls}");
    assert_eq!(calls["link"]["state"], "live");
    assert_eq!(texts(&calls["calls"], "callId"), texts(&truth["calls"], "callId"));
    assert_eq!(calls["calls"][0]["callId"], json!(conference), "the longest comes first");
    for (told, true_call) in calls["calls"].as_array().unwrap().iter().flat_map(|told| {
        truth["calls"].as_array().unwrap().iter().filter(|call| call["callId"] == told["callId"]).map(move |call| (told, call))
    }) {
        assert_eq!(texts(&told["parties"], "device"), texts(&true_call["parties"], "device"), "{told}");
        assert_eq!((&told["type"], &told["queue"]), (&true_call["callType"], &true_call["queue"]));
        let shown = live.board.calls.values().find(|call| told["callId"] == call.id.as_str()).unwrap();
        assert_eq!((&told["direction"], &told["formerCallIds"]), (&json!(shown.direction.code()), &json!(shown.former)));
        let holds = &told["holds"];
        assert_eq!((&holds["count"], &holds["running"]), (&json!(shown.holds.count), &json!(shown.holds.running.is_some())));
        assert!(holds["seconds"].is_u64());
        assert!(is_time(&told["startedAt"]) && is_time(&told["answeredAt"]), "{told}");
        for party in told["parties"].as_array().unwrap() {
            let of = |call: &Value| call["parties"].as_array().unwrap().iter().find(|other| other["device"] == party["device"]).cloned();
            let state = if of(true_call).unwrap()["state"] == "Hold" { "held" } else { "connected" };
            assert_eq!(party["state"], state, "{told}");
            assert!(is_time(&party["since"]));
            let number = party["device"].as_str().unwrap().split('@').next().unwrap();
            let agent = if number.len() == 4 { json!(format!("5{}@test.cc", &number[1..])) } else { Value::Null };
            assert_eq!(party["agent"], agent);
        }
    }

    let floor = script.get("/api/floor").await.json();
    assert_eq!(floor["agents"].as_array().unwrap().len(), 10);
    for agent in floor["agents"].as_array().unwrap() {
        let number = agent["agent"].as_str().unwrap().split('@').next().unwrap();
        let known = lab.simulator.truth_of(number).await;
        assert_eq!((&agent["name"], &agent["team"], &agent["device"]), (&known["name"], &known["team"], &known["device"]));
        assert_eq!((&agent["remembered"], &agent["reason"]), (&json!(false), &known["reason"]), "{agent}");
        assert_eq!(agent["callId"], known["calls"][0]);
        let state = match number {
            "5001" | "5003" => "conference",
            "5002" => "on-hold",
            "5004" => "not-ready",
            _ => "ready",
        };
        assert_eq!(agent["state"], state, "{number}");
        assert!(is_time(&agent["since"]));
    }
    let counts = &floor["counts"];
    assert_eq!(
        (&counts["ready"], &counts["conference"], &counts["on-hold"], &counts["logged-out"]),
        (&json!(6), &json!(2), &json!(1), &json!(0))
    );

    for id in ["5002@test.cc", "5002"] {
        let agent = script.get(&format!("/api/agents/{id}")).await.json();
        assert_eq!((&agent["agent"], &agent["state"], &agent["callId"]), (&json!("5002@test.cc"), &json!("on-hold"), &json!(held)));
        assert_eq!(agent["calls"], json!([calls["calls"].as_array().unwrap().iter().find(|call| call["callId"] == json!(held)).unwrap()]));
    }
    assert_eq!(script.get("/api/agents/5005").await.json()["calls"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_filters_are_those_of_the_pages() {
    let lab = Lab::new().await;
    let (browser, live, conference, held) = busy(&lab).await;
    let calls = async |query: &str| {
        let answer = browser.get(&format!("/api/calls?{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        texts(&answer.json()["calls"], "callId").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(calls("state=conference").await, [conference.as_str()]);
    assert_eq!(calls("state=on-hold").await, [held.as_str()]);
    assert_eq!(calls("state=on-hold,conference&direction=outbound").await.len(), 2);
    assert_eq!(calls("direction=inbound").await.len(), 0);
    assert_eq!(calls("q=13900002222").await, [held.as_str()]);
    assert_eq!(calls("queue=nothing").await.len(), 0);
    let team = live.board.row("5002").team.clone();
    assert!(calls(&format!("team={}", team.replace(' ', "%20"))).await.contains(&held));
    assert_eq!(calls("team=nobody").await.len(), 0);

    let agents = async |query: &str| {
        let answer = browser.get(&format!("/api/floor?{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        let list = answer.json()["agents"].as_array().unwrap().clone();
        list.iter().map(|agent| agent["agent"].as_str().unwrap()[..4].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(agents("state=on-hold,not-ready").await, ["5002", "5004"]);
    assert_eq!(agents("q=5007").await, ["5007"]);
    assert_eq!(agents("sort=-agent&state=not-ready,on-hold").await, ["5004", "5002"]);
    assert_eq!(agents("state=").await.len(), 10);
    for (path, field) in
        [("/api/calls?state=tlaking", "state"), ("/api/calls?direction=in", "direction"), ("/api/floor?state=on-hold,x", "state")]
    {
        let answer = browser.get(path).await;
        assert_eq!(
            (answer.status, &answer.json()["code"], &answer.json()["field"]),
            (400, &json!("bad-argument"), &json!(field)),
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_see_outside_numbers_sees_and_finds_none() {
    let lab = Lab::with(&["--viewers", "5901"]).await;
    let (supervisor, mut live, _, held) = busy(&lab).await;
    assert!(supervisor.get("/api/calls").await.body.contains("13900002222@test.cc"), "nothing is proved");
    let viewer = lab.console.sign_in("5901", "8901").await;
    let token = script(&lab, &made(&lab.database, "screen", "viewer"));
    // The outside party is dropped: the intervention's target is its number.
    let body = json!({ "deviceId": "13900002222@test.cc", "callId": held });
    let dropped = supervisor.force_json(Operation::Drop, &body).await;
    assert!(matches!(dropped.status, 200 | 202), "{}", dropped.body);
    let id = &dropped.json()["id"];
    live.until_state("5002", State::Ready).await;
    lab.settled().await;
    for reader in [&viewer, &token] {
        for path in ["/api/floor", "/api/calls", "/api/agents/5001", "/api/agents/5002", &format!("/api/interventions/{id}")] {
            let answer = reader.get(path).await;
            assert_eq!(answer.status, 200);
            assert!(!answer.body.contains("13800001111") && !answer.body.contains("13900002222"), "{path}: {}", answer.body);
        }
        assert!(reader.get("/api/calls").await.body.contains("138****1111@test.cc"));
        assert_eq!(reader.get("/api/calls?q=13800001111").await.json()["calls"], json!([]));
        assert_eq!(reader.get("/api/floor?q=13800001111").await.json()["agents"], json!([]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operation_is_followed_to_its_proof_and_remembered_after_a_restart() {
    let lab = Lab::new().await;
    let (browser, mut live) = lab.supervisor().await;
    // Its event comes when the test says so.
    lab.simulator.fault(json!({ "mute_events": 1 })).await;
    let body = json!({ "agentId": "5001@test.cc", "deviceId": "8001@test.cc", "expect": "now" });
    let answer = browser.force_json(Operation::NotReady, &body).await;
    assert_eq!((answer.status, &answer.json()["outcome"]), (202, &json!("accepted")), "{}", answer.body);
    let path = answer.header("location").to_owned();
    let begun = answer.json();
    assert_eq!(path, format!("/api/interventions/{}", begun["id"]));
    assert_eq!(
        (&begun["operation"], &begun["by"], &begun["byDevice"]),
        (&json!("forceNotReady"), &json!("5000@test.cc"), &json!("8000@test.cc"))
    );
    assert!(is_time(&begun["requestedAt"]) && begun["answeredAfterMs"].is_u64() && begun["finishedAfterMs"].is_null(), "{begun}");
    lab.simulator.event(agent_event("agentNotReady", "5001")).await;
    live.until_outcome("5001", Outcome::Confirmed).await;
    let proved = browser.get(&path).await.json();
    assert_eq!((&proved["outcome"], &proved["deferred"]), (&json!("confirmed"), &json!(false)));
    assert!(proved["finishedAfterMs"].as_u64() >= begun["answeredAfterMs"].as_u64());
    let shown = browser.get("/api/agents/5001").await.json();
    assert_eq!(shown["intervention"], proved);

    lab.settled().await;
    let Lab { simulator, console, database, folder: _folder } = lab;
    console.stop().await;
    let console = Console::start(&simulator.url(), &database, &[]).await;
    let mut browser = browser;
    browser.address.clone_from(&console.address);
    let mut remembered = browser.get(&path).await.json();
    assert_eq!(remembered["deferred"], Value::Null);
    remembered["deferred"] = json!(false);
    assert_eq!(remembered, proved);
    assert_eq!(browser.get("/api/interventions/999999").await.status, 404);
}
