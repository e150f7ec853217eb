//! The seven force operations. Arguments bear the SDK's names (`deviceId`, `callId`, `phoneNumber`, `agentId`). The answer is the
//! intervention as far as it has come when the platform answers: accepted or already confirmed; its end arrives over the live channel.
//! `expect` is the effect that the one who asks was shown ([`crate::floor::Effect::code`]): if it would be another one now, nothing is
//! sent.

use super::ApiError;
use crate::floor::Intervention;
use leptos::prelude::*;

use {crate::floor::Operation, crate::server::http::functions::force, crate::server::service::intervene::Arguments};

/// Drops the device's connection from the call.
#[server(prefix = "/api", endpoint = "force/drop")]
pub async fn force_drop(
    #[server(rename = "deviceId")] device_id: String,
    #[server(rename = "callId")] call_id: String,
    expect: Option<String>,
) -> Result<Intervention, ApiError> {
    force(Operation::Drop, Arguments { device_id: Some(device_id), call_id: Some(call_id), expect, ..Default::default() }).await
}

/// Joins the call with the supervisor's own phone, or with `phoneNumber`.
#[server(prefix = "/api", endpoint = "force/join")]
pub async fn force_join(
    #[server(rename = "deviceId")] device_id: String,
    #[server(rename = "callId")] call_id: String,
    #[server(rename = "phoneNumber")] phone_number: Option<String>,
    expect: Option<String>,
) -> Result<Intervention, ApiError> {
    force(Operation::Join, Arguments { device_id: Some(device_id), call_id: Some(call_id), phone_number, expect, ..Default::default() })
        .await
}

/// Takes the call away from the device to the supervisor's own phone, or to `phoneNumber`.
#[server(prefix = "/api", endpoint = "force/take")]
pub async fn force_take(
    #[server(rename = "deviceId")] device_id: String,
    #[server(rename = "callId")] call_id: String,
    #[server(rename = "phoneNumber")] phone_number: Option<String>,
    expect: Option<String>,
) -> Result<Intervention, ApiError> {
    force(Operation::Take, Arguments { device_id: Some(device_id), call_id: Some(call_id), phone_number, expect, ..Default::default() })
        .await
}

/// Listens silently to the call with the supervisor's own phone, or with the device `deviceId`.
#[server(prefix = "/api", endpoint = "force/listen")]
pub async fn force_listen(
    #[server(rename = "callId")] call_id: String,
    #[server(rename = "deviceId")] device_id: Option<String>,
    expect: Option<String>,
) -> Result<Intervention, ApiError> {
    force(Operation::Listen, Arguments { device_id, call_id: Some(call_id), expect, ..Default::default() }).await
}

/// Makes the agent ready.
#[server(prefix = "/api", endpoint = "force/ready")]
pub async fn force_ready(
    #[server(rename = "agentId")] agent_id: String,
    #[server(rename = "deviceId")] device_id: String,
    expect: Option<String>,
) -> Result<Intervention, ApiError> {
    force(Operation::Ready, Arguments { agent_id: Some(agent_id), device_id: Some(device_id), expect, ..Default::default() }).await
}

/// Makes the agent not ready; with `minutes`, ready again after so many.
#[server(prefix = "/api", endpoint = "force/not-ready")]
pub async fn force_not_ready(
    #[server(rename = "agentId")] agent_id: String,
    #[server(rename = "deviceId")] device_id: String,
    expect: Option<String>,
    minutes: Option<u32>,
) -> Result<Intervention, ApiError> {
    force(Operation::NotReady, Arguments { agent_id: Some(agent_id), device_id: Some(device_id), minutes, expect, ..Default::default() })
        .await
}

/// Logs the agent out.
#[server(prefix = "/api", endpoint = "force/logout")]
pub async fn force_logout(
    #[server(rename = "agentId")] agent_id: String,
    #[server(rename = "deviceId")] device_id: String,
    expect: Option<String>,
) -> Result<Intervention, ApiError> {
    force(Operation::Logout, Arguments { agent_id: Some(agent_id), device_id: Some(device_id), expect, ..Default::default() }).await
}
