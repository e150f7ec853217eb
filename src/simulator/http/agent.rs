//! Agents: state, heart-beat, own state, release.

use super::login::PASSWORD;
use super::{Answer, Caller, parse};
use crate::simulator::engine::Engine;
use crate::simulator::floor::{Mode, Refusal};
use axum::body::Bytes;
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    func: String,
    login_id: Option<String>,
    agent_id: Option<String>,
    device: Option<String>,
    password: Option<String>,
    agent_mode: Option<String>,
    reason: Option<String>,
}

pub async fn state(caller: Caller, body: Bytes) -> Response {
    caller.act(move |engine, _| parse(&body).and_then(|change| apply(engine, change))).await
}

fn apply(engine: &mut Engine, change: Change) -> Result<Answer, Refusal> {
    let agent = change.agent_id.or(change.login_id).ok_or_else(|| Refusal::IllegalAgent(String::new()))?;
    let agent = engine.floor.qualified(&agent);
    let device = change.device.filter(|device| !device.is_empty()).map(|device| engine.floor.qualified(&device));
    let mode = |default: Option<Mode>| match change.agent_mode.as_deref() {
        Some("Ready") => Ok(Mode::Ready),
        Some("NotReady") => Ok(Mode::NotReady),
        None => default.ok_or_else(|| Refusal::BadRequest("agentMode is missing: Ready or NotReady".into())),
        Some(other) => Err(Refusal::BadRequest(format!("agentMode {other:?} is neither Ready nor NotReady"))),
    };
    match change.func.as_str() {
        "Login" => {
            engine.floor.agent_index(&agent)?;
            if change.password.as_deref() != Some(PASSWORD) {
                return Err(Refusal::WrongPassword);
            }
            let device = device.ok_or_else(|| Refusal::IllegalDevice(String::new()))?;
            engine.floor.log_on(&agent, &device, mode(Some(Mode::NotReady))?)?;
        }
        "SetState" => {
            let pending = engine.floor.set_mode(&agent, device.as_deref(), mode(None)?, change.reason)?;
            if let Some(pending) = pending {
                return Ok(Answer::Json(json!({ "pendingMode": pending.as_str() })));
            }
        }
        "Logout" => engine.floor.log_off(&agent, device.as_deref())?,
        other => return Err(Refusal::BadRequest(format!("func {other:?} is none of Login, SetState, Logout"))),
    }
    Ok(Answer::Nothing)
}

pub async fn heartbeat(caller: Caller, Path(agent): Path<String>) -> Response {
    caller
        .act(move |engine, _| {
            let agent = engine.floor.qualified(&agent);
            engine.floor.heartbeat(&agent).map(|()| Answer::Nothing)
        })
        .await
}

pub async fn client_state(caller: Caller) -> Response {
    caller
        .act(|engine, agent| {
            let clock = engine.clock();
            engine.floor.client_state(agent, |moment| clock.at(moment)).map(Answer::Json)
        })
        .await
}

pub async fn release(caller: Caller, Path(agent): Path<String>) -> Response {
    caller
        .act(move |engine, _| {
            let agent = engine.floor.qualified(&agent);
            engine.floor.release(&agent).map(|()| Answer::Nothing)
        })
        .await
}
