//! The OpenAPI document: it lists every route, and every answer is as it says.

use super::busy;
use crate::support::{Answer, Lab};
use crate::tokens::{made, script};
use leptos::server_fn::axum::server_fn_paths;
use reqwest::Method;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use supervisor_console::floor::{Operation, PhoneOperation};

/// Holds `value` against `schema`: types, enums, and for objects exactly the keys that it names, all of the required ones.
fn conforms(document: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.strip_prefix('#').unwrap());
        return conforms(document, target.unwrap_or_else(|| panic!("{reference} is not there")), value, at);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let choice = choices.iter().find(|choice| (choice["type"] == "null") == value.is_null());
        return conforms(document, choice.unwrap_or_else(|| panic!("{at}: {value}")), value, at);
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        Value::String(one) => vec![one.as_str()],
        _ => vec![],
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(types.contains(&kind) || schema.get("allOf").is_some(), "{at}: {value} is no {types:?}");
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{at}: {value} is none of {words:?}");
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| conforms(document, &schema["items"], item, &format!("{at}[]"))),
        Value::Object(members) if schema.get("additionalProperties").is_some_and(Value::is_object) => {
            members.values().for_each(|member| conforms(document, &schema["additionalProperties"], member, at));
        }
        Value::Object(members) => {
            let (properties, required) = members_of(document, schema);
            let keys: BTreeSet<&str> = members.keys().map(String::as_str).collect();
            let known: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
            assert!(keys.is_subset(&known), "{at}: {keys:?} are more than {known:?}");
            assert!(required.iter().all(|key| keys.contains(key.as_str())), "{at}: {keys:?} are less than {required:?}");
            for (key, member) in members {
                conforms(document, &properties[key], member, &format!("{at}.{key}"));
            }
        }
        _ => {}
    }
}

/// An object's properties and which of them are always there, those of all its parts together.
fn members_of(document: &Value, schema: &Value) -> (Map<String, Value>, BTreeSet<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        return members_of(document, document.pointer(reference.strip_prefix('#').unwrap()).unwrap());
    }
    let mut properties = schema["properties"].as_object().cloned().unwrap_or_default();
    let mut required: BTreeSet<String> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        let (more, also) = members_of(document, part);
        properties.extend(more);
        required.extend(also);
    }
    (properties, required)
}

async fn document(lab: &Lab) -> Value {
    // Without signing in.
    let answer = lab.console.visitor().get("/api/openapi.json").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    answer.json()
}

/// Holds an answer against what the document says of its status.
fn is_documented(document: &Value, method: &str, path: &str, answer: &Answer) {
    let at = format!("{method} {path} {}", answer.status);
    let response = &document["paths"][path][method]["responses"][answer.status.to_string()];
    assert!(response.is_object(), "{at} is not documented: {}", answer.body);
    let kind = answer.header("content-type");
    let schema = &response["content"][kind]["schema"];
    assert!(schema.is_object(), "{at}: {kind} is not documented");
    conforms(document, schema, &answer.json(), &at);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_lists_exactly_the_routes_and_says_who_may_use_them() {
    let lab = Lab::new().await;
    let document = document(&lab).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    let listed: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(move |method| (method.clone(), path.clone())))
        .collect();
    let diagnostics = ["", "/exchanges/{id}", "/memory", "/bundle"].map(|path| format!("diagnostics{path}"));
    let views: BTreeSet<_> = ["floor", "calls", "agents/{id}", "interventions/{id}", "events", "phone", "phone/data", "openapi.json"]
        .map(str::to_owned)
        .into_iter()
        .chain(diagnostics)
        .map(|path| ("get", format!("/api/{path}")))
        .collect();
    let log = ["log", "note"].map(|path| ("post", format!("/api/diagnostics/{path}")));
    let operations = ["drop", "join", "take", "listen", "ready", "not-ready", "logout"].map(|path| ("post", format!("/api/force/{path}")));
    let others: BTreeSet<_> = ["bulk/start", "bulk/cancel", "scheduled/cancel"]
        .into_iter()
        .chain(PhoneOperation::ALL.map(PhoneOperation::path))
        .map(|path| ("post", format!("/api/{path}")))
        .collect();
    // Every server function is there but the two forms.
    let functions: BTreeSet<String> = server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    let forms = ["/api/sign-in", "/api/sign-out"].map(str::to_owned);
    let described = operations.iter().chain(&others).map(|(_, path)| path.clone());
    assert_eq!(functions, described.chain(forms).collect());
    let expected: BTreeSet<(String, String)> =
        views.into_iter().chain(operations).chain(others).chain(log).map(|(method, path)| (method.to_owned(), path)).collect();
    assert_eq!(listed, expected);
    assert_eq!(document["components"]["securitySchemes"]["token"]["scheme"], "bearer");
    assert_eq!(document["components"]["securitySchemes"]["session"]["name"], "console_session");
    assert_eq!(document["security"], json!([{ "token": [] }, { "session": [] }]));
    assert_eq!(document["paths"]["/api/openapi.json"]["get"]["security"], json!([{}]));
    // Every name in it leads somewhere.
    let text = document.to_string();
    for (at, _) in text.match_indices("\"#/") {
        let reference = text[at + 2..].split('"').next().unwrap();
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
    // What is listed is there, as said: nobody is let in without a name.
    let stranger = lab.console.visitor();
    for (method, path) in &listed {
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let answer = stranger.ask(method, &path.replace("{id}", "1"), "application/json", b"{}".to_vec()).await;
        assert_eq!(answer.status, if path == "/api/openapi.json" { 200 } else { 401 }, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_is_as_documented() {
    let lab = Lab::new().await;
    let document = document(&lab).await;
    let (_supervisor, _live, conference, held) = busy(&lab).await;
    let script = script(&lab, &made(&lab.database, "night", "supervisor"));
    let bodies = [
        (Operation::Drop, "/api/force/drop", json!({ "deviceId": "8003@test.cc", "callId": conference })),
        (Operation::Listen, "/api/force/listen", json!({ "deviceId": "8905@test.cc", "callId": conference })),
        (Operation::Join, "/api/force/join", json!({ "deviceId": "8001@test.cc", "callId": conference, "phoneNumber": "8906" })),
        (Operation::Take, "/api/force/take", json!({ "deviceId": "8001@test.cc", "callId": conference, "phoneNumber": "8907" })),
        (Operation::Ready, "/api/force/ready", json!({ "agentId": "5004@test.cc", "deviceId": "8004@test.cc" })),
        (Operation::NotReady, "/api/force/not-ready", json!({ "agentId": "5005@test.cc", "deviceId": "8005@test.cc" })),
        (Operation::Logout, "/api/force/logout", json!({ "agentId": "5006@test.cc", "deviceId": "8006@test.cc" })),
    ];
    let mut last = 0;
    for (operation, path, body) in bodies {
        let answer = script.force_json(operation, &body).await;
        assert!(matches!(answer.status, 200 | 202), "{path}: {}", answer.body);
        is_documented(&document, "post", path, &answer);
        last = answer.json()["id"].as_i64().unwrap();
        for wrong in [json!({}), json!(1)] {
            is_documented(&document, "post", path, &script.force_json(operation, &wrong).await);
        }
    }
    let obstacle = script.force_json(Operation::Take, &json!({ "deviceId": "8002@test.cc", "callId": held, "phoneNumber": "8908" })).await;
    assert_eq!(obstacle.status, 409);
    is_documented(&document, "post", "/api/force/take", &obstacle);

    for (path, address) in [
        ("/api/floor", "/api/floor".to_owned()),
        ("/api/floor", "/api/floor?state=x".to_owned()),
        ("/api/calls", "/api/calls".to_owned()),
        ("/api/agents/{id}", "/api/agents/5002".to_owned()),
        ("/api/agents/{id}", "/api/agents/5005@test.cc".to_owned()),
        ("/api/agents/{id}", "/api/agents/5999".to_owned()),
        ("/api/interventions/{id}", format!("/api/interventions/{last}")),
        ("/api/interventions/{id}", "/api/interventions/999999".to_owned()),
    ] {
        is_documented(&document, "get", path, &script.get(&address).await);
    }
    // The shape that was promised, to the key.
    let calls = script.get("/api/calls").await.json();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let call = &calls["calls"][0];
    let promised = ["callId", "formerCallIds", "direction", "type", "queue", "startedAt", "answeredAt", "holds", "parties"];
    assert_eq!(keys(call), set(&promised));
    assert_eq!(keys(&call["holds"]), set(&["count", "seconds", "running"]));
    assert_eq!(keys(&call["parties"][0]), set(&["device", "agent", "role", "state", "since"]));
}
