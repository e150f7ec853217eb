//! What is refused, and how it is said.

use super::busy;
use crate::support::{Answer, Lab, path_of};
use crate::tokens::{made, script};
use reqwest::Method;
use serde_json::{Value, json};
use supervisor_console::floor::{Operation, State};

const VIEWS: [&str; 4] = ["/api/floor", "/api/calls", "/api/agents/5001@test.cc", "/api/interventions/1"];

/// A problem as RFC 9457 has it, with this status and code.
fn is_problem(answer: &Answer, status: u16, code: &str) -> Value {
    assert_eq!((answer.status, answer.header("content-type")), (status, "application/problem+json"), "{}", answer.body);
    let problem = answer.json();
    assert_eq!(
        (&problem["type"], &problem["status"], &problem["code"]),
        (&json!("about:blank"), &json!(status), &json!(code)),
        "{problem}"
    );
    assert!(problem["title"].as_str().is_some_and(|title| !title.is_empty()), "{problem}");
    assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{problem}");
    problem
}

fn agent() -> Value {
    json!({ "agentId": "5001@test.cc", "deviceId": "8001@test.cc" })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signed_out_nothing_is_told_and_nothing_done() {
    let lab = Lab::new().await;
    let (_supervisor, _live) = lab.supervisor().await;
    let mut stranger = lab.console.visitor();
    for cookie in [None, Some("console_session=0123456789abcdef")] {
        stranger.cookie = cookie.map(str::to_owned);
        for path in VIEWS {
            let answer = stranger.get(path).await;
            is_problem(&answer, 401, "signed-out");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
        for operation in Operation::ALL {
            is_problem(&stranger.force_json(operation, &agent()).await, 401, "signed-out");
        }
    }
    assert_eq!(lab.simulator.operations().await.len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_origin_is_refused() {
    let lab = Lab::new().await;
    let (supervisor, _live) = lab.supervisor().await;
    for mut lured in [supervisor.clone(), script(&lab, &made(&lab.database, "night", "supervisor"))] {
        lured.origin = Some("http://evil.example".to_owned());
        for operation in Operation::ALL {
            is_problem(&lured.force_json(operation, &agent()).await, 403, "wrong-origin");
        }
    }
    assert_eq!(lab.simulator.operations().await.len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_and_methods_that_are_not_there() {
    let lab = Lab::new().await;
    let (supervisor, _live) = lab.supervisor().await;
    for path in ["/api", "/api/", "/api/nothing", "/api/agents", "/api/agents/", "/api/calls/1", "/api/force", "/api/force/dance"] {
        is_problem(&supervisor.get(path).await, 404, "not-found");
        is_problem(&supervisor.post_json(path, &json!({})).await, 404, "not-found");
    }
    for path in VIEWS.into_iter().chain(["/api/openapi.json"]) {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let answer = supervisor.ask(method, path, "application/json", b"{}".to_vec()).await;
            is_problem(&answer, 405, "method-not-allowed");
            assert!(answer.header("allow").contains("GET"), "{path}");
        }
    }
    for path in Operation::ALL.into_iter().map(path_of).chain(["/api/sign-in"]) {
        let answer = supervisor.get(path).await;
        is_problem(&answer, 405, "method-not-allowed");
        assert_eq!(answer.header("allow"), "POST", "{path}");
    }
    is_problem(&supervisor.post_json("/api/sign-out", &json!({})).await, 415, "unsupported-media-type");
    assert_eq!(supervisor.get("/api/floor").await.status, 200, "signed out by a request that was refused");
    is_problem(&supervisor.get("/api/agents/5999").await, 404, "not-found");
    is_problem(&supervisor.get("/api/agents/5001@other.cc").await, 404, "not-found");
    assert_eq!(is_problem(&supervisor.get("/api/agents/a%09b").await, 400, "bad-argument")["field"], "id");
    assert_eq!(is_problem(&supervisor.get("/api/agents/a@b@test.cc").await, 400, "bad-argument")["field"], "id");
    is_problem(&supervisor.get("/api/agents/a%20b").await, 404, "not-found");
    assert_eq!(is_problem(&supervisor.get("/api/agents/%FF").await, 400, "bad-argument")["field"], "id");
    assert_eq!(is_problem(&supervisor.get("/api/interventions/x").await, 400, "bad-argument")["field"], "id");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_cannot_be_read() {
    let lab = Lab::new().await;
    let (supervisor, _live) = lab.supervisor().await;
    let kind = "application/json; charset=utf-8";
    for operation in Operation::ALL {
        let path = path_of(operation);
        for body in ["", "{", "{\"deviceId\":", "agentId=5001@test.cc", "\u{1}"] {
            is_problem(&supervisor.ask(Method::POST, path, kind, body.into()).await, 400, "malformed-json");
        }
        for body in [
            "null",
            "[]",
            " [\"5001@test.cc\",\"8001@test.cc\",null,null]",
            "\"x\"",
            "{\"deviceId\":7}",
            "{\"device_id\":\"8001@test.cc\"}",
            "{\"expekt\":\"now\"}",
        ] {
            let problem = is_problem(&supervisor.ask(Method::POST, path, kind, body.into()).await, 400, "bad-argument");
            assert_eq!(problem["field"], "request", "{path} {body}");
        }
        let field = is_problem(&supervisor.ask(Method::POST, path, kind, b"{}".to_vec()).await, 400, "bad-argument")["field"].clone();
        assert!(["agentId", "deviceId", "callId"].contains(&field.as_str().unwrap()), "{path} {field}");
        let huge = format!("{{\"agentId\":\"{}\"}}", "5".repeat(70_000));
        is_problem(&supervisor.ask(Method::POST, path, kind, huge.into()).await, 413, "too-large");
    }
    for (body, field) in [
        (json!({ "agentId": "5001@other.cc", "deviceId": "8001@test.cc" }), "agentId"),
        (json!({ "agentId": "5001@test.cc", "deviceId": "8001/.." }), "deviceId"),
        (json!({ "agentId": "5001@test.cc", "deviceId": "8001@test.cc", "expect": "soon" }), "expect"),
        (json!({ "agentId": "5001@test.cc", "deviceId": "8001@test.cc", "minutes": 0 }), "minutes"),
    ] {
        let problem = is_problem(&supervisor.force_json(Operation::NotReady, &body).await, 400, "bad-argument");
        assert_eq!(problem["field"], field);
    }
    assert_eq!(lab.simulator.operations().await.len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_in_the_way_is_named() {
    let lab = Lab::new().await;
    let (supervisor, mut live, conference, held) = busy(&lab).await;
    let at = |device: &str, call: &str| json!({ "deviceId": device, "callId": call });
    let on_hold = supervisor.force_json(Operation::Join, &at("8002@test.cc", &held)).await;
    assert_eq!(is_problem(&on_hold, 409, "obstacle")["obstacle"], "on-hold");
    let elsewhere = supervisor.force_json(Operation::Drop, &at("8002@test.cc", &conference)).await;
    assert_eq!(is_problem(&elsewhere, 409, "obstacle")["obstacle"], "not-in-that-call");
    let mut expected = at("8003@test.cc", &conference);
    expected["expect"] = json!("ends-call");
    let changed = supervisor.force_json(Operation::Drop, &expected).await;
    assert_eq!(is_problem(&changed, 409, "changed")["effect"], "leaves");
    assert_eq!(lab.simulator.operations().await.len(), 0);

    lab.simulator.fault(json!({ "refuse": { "status": 459, "body": "{\"agentId\":\"5009@test.cc\"}" } })).await;
    let refused = is_problem(&supervisor.force_json(Operation::NotReady, &agent_of("5005")).await, 409, "refused");
    assert_eq!((&refused["platformStatus"], &refused["holder"]), (&json!(459), &json!("5009@test.cc")));
    live.until("5005 is still ready", |board| board.state("5005") == Some(State::Ready)).await;
}

fn agent_of(number: &str) -> Value {
    json!({ "agentId": format!("{number}@test.cc"), "deviceId": format!("8{}@test.cc", &number[1..]) })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operation_that_is_not_offered_is_not_carried_out() {
    let lab = Lab::with(&["--hide-action", "forceNotReady"]).await;
    let (supervisor, _live) = lab.supervisor().await;
    is_problem(&supervisor.force_json(Operation::NotReady, &agent()).await, 403, "not-permitted");
    assert_eq!(lab.simulator.operations().await.len(), 0);
}
