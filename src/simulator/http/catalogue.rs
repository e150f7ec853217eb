//! Roster, teams and queues.

use super::{Answer, Caller};
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;

pub async fn agents(caller: Caller) -> Response {
    caller.act(|engine, _| Ok(Answer::Json(engine.floor.roster(None)))).await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Team {
    org_id: Option<String>,
}

/// What the platform answers here nobody outside knows: the roster's form is as good as any.
pub async fn snapshot(caller: Caller, Query(Team { org_id }): Query<Team>) -> Response {
    caller.act(move |engine, _| Ok(Answer::Json(engine.floor.roster(org_id.as_deref())))).await
}

pub async fn teams(caller: Caller) -> Response {
    caller.act(|engine, _| Ok(Answer::Json(engine.floor.teams()))).await
}

pub async fn queues(caller: Caller) -> Response {
    caller.act(|engine, _| Ok(Answer::Json(engine.floor.queues()))).await
}
