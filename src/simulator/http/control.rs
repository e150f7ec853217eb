//! For tests: events of one's own, faults, what was asked, and the truth.

use super::parse;
use crate::simulator::Shared;
use crate::simulator::faults::Order;
use crate::simulator::floor::{NewAgent, Refusal};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

#[derive(Deserialize)]
pub struct Form {
    raw: Option<String>,
}

/// One event to the topics it belongs to, byte for byte as it was given; raw: anything, to all who listen to the whole tenant.
pub async fn events(State(shared): State<Arc<Shared>>, Query(Form { raw }): Query<Form>, body: Bytes) -> Response {
    let bytes = body.to_vec();
    let delivered = if raw.is_some_and(|raw| raw != "0") {
        shared.engine.with(move |engine| engine.inject_raw(bytes)).await
    } else {
        match parse::<Value>(&bytes) {
            Ok(event) => shared.engine.with(move |engine| engine.inject(&event, bytes)).await,
            Err(refusal) => return refusal.into_response(),
        }
    };
    reply(delivered.map(|subscriptions| json!({ "delivered": subscriptions })))
}

pub async fn faults(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let order: Order = match parse(&body) {
        Ok(order) => order,
        Err(refusal) => return refusal.into_response(),
    };
    let armed: Result<Value, Refusal> = {
        let mut faults = shared.faults();
        faults.arm(&order, Instant::now()).map(|()| faults.report(Instant::now()))
    };
    let mut armed = match armed {
        Ok(armed) => armed,
        Err(refusal) => return refusal.into_response(),
    };
    let mut set = |fault: &str, value: Value| drop(armed.as_object_mut().map(|armed| armed.insert(fault.to_owned(), value)));
    if let Some(millis) = order.stall_ms {
        shared.lines.stall(Duration::from_millis(millis.min(3_600_000)));
        set("stall_ms", json!(millis));
    }
    if order.cut == Some(true) {
        shared.lines.cut();
        set("cut", json!(true));
    }
    if order.expire_sessions == Some(true) {
        if let Err(stopped) = shared.engine.with(|engine| engine.logins.expire_all()).await {
            return reply(Err(stopped));
        }
        set("expire_sessions", json!(true));
    }
    Json(armed).into_response()
}

/// Names as the roster lists them.
#[derive(Deserialize)]
pub struct Roster {
    root: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    login_name: String,
    user_name: String,
}

/// Gives agents other names, in the roster's own form; whoever reads the roster afterwards finds them.
pub async fn roster(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let roster: Roster = match parse(&body) {
        Ok(roster) => roster,
        Err(refusal) => return refusal.into_response(),
    };
    let renamed = shared.engine.with(move |engine| {
        let mut entries = roster.root.into_iter();
        entries.try_for_each(|entry| engine.floor.set_name(&entry.login_name, entry.user_name))
    });
    match renamed.await {
        Ok(Ok(())) => StatusCode::NO_CONTENT.into_response(),
        Ok(Err(refusal)) => refusal.into_response(),
        Err(stopped) => reply(Err(stopped)),
    }
}

/// More agents, and entries of the roster as they are given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staff {
    #[serde(default)]
    agents: Vec<NewAgent>,
    #[serde(default)]
    roster: Vec<Value>,
}

/// They work from now on like the others.
pub async fn agents(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let Staff { agents, roster } = match parse(&body) {
        Ok(staff) => staff,
        Err(refusal) => return refusal.into_response(),
    };
    let hired = shared.engine.with(move |engine| {
        let hired = agents.len();
        agents.into_iter().try_for_each(|agent| engine.floor.hire(agent))?;
        engine.floor.list(roster)?;
        Ok::<_, Refusal>(json!({ "hired": hired }))
    });
    match hired.await {
        Ok(Err(refusal)) => refusal.into_response(),
        Ok(Ok(hired)) => Json(hired).into_response(),
        Err(stopped) => reply(Err(stopped)),
    }
}

pub async fn requests(State(shared): State<Arc<Shared>>) -> Response {
    let list = shared.requests().list();
    Json(list).into_response()
}

pub async fn floor(State(shared): State<Arc<Shared>>) -> Response {
    reply(shared.engine.with(|engine| engine.floor.truth()).await)
}

fn reply(done: Result<Value, crate::simulator::engine::Stopped>) -> Response {
    match done {
        Ok(value) => Json(value).into_response(),
        Err(stopped) => (StatusCode::SERVICE_UNAVAILABLE, format!("{stopped}\n")).into_response(),
    }
}
