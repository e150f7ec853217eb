//! Recording of one device's call.

use super::{Answer, Caller};
use crate::simulator::floor::Refusal;
use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Target {
    extension: String,
}

pub async fn record(caller: Caller, Path(operation): Path<String>, Query(Target { extension }): Query<Target>) -> Response {
    caller
        .act(move |engine, _| {
            match operation.as_str() {
                "Start" => engine.floor.start_recording(&extension)?,
                "Stop" => engine.floor.stop_recording(&extension)?,
                other => return Err(Refusal::BadRequest(format!("recording has no operation {other:?}: Start or Stop"))),
            }
            Ok(Answer::Nothing)
        })
        .await
}
