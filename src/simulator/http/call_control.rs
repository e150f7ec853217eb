//! Call control. A connection is `{device}|{call id}`, its bar as `%7C` in the path.

use super::{Answer, Caller, parse};
use crate::simulator::floor::Refusal;
use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Make {
    from: String,
    to: String,
}

pub async fn make(caller: Caller, body: Bytes) -> Response {
    caller
        .act(move |engine, _| {
            let Make { from, to } = parse(&body)?;
            let call = engine.floor.make_call(&from, number(&to)?)?;
            Ok(Answer::Json(json!({ "callId": &*call })))
        })
        .await
}

/// Whatever else it is, it can be dialled.
fn number(text: &str) -> Result<&str, Refusal> {
    let digits = text.split('@').next().unwrap_or_default();
    if (1..=32).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) && text.len() <= 128 {
        Ok(text)
    } else {
        Err(Refusal::BadRequest("a number to dial has 1 to 32 digits and nothing else".into()))
    }
}

/// The device of a connection, which must be of the call in the path.
fn device<'a>(call: &str, connection: &'a str) -> Result<&'a str, Refusal> {
    match connection.strip_suffix(call).and_then(|device| device.strip_suffix('|')) {
        Some(device) => Ok(device),
        None => Err(Refusal::BadRequest("expected a connection of this call: DEVICE%7CCALLID".into())),
    }
}

pub async fn drop_connection(caller: Caller, Path((call, connection)): Path<(String, String)>) -> Response {
    caller
        .act(move |engine, _| {
            engine.floor.drop_connection(&call, device(&call, &connection)?)?;
            Ok(Answer::Nothing)
        })
        .await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Transfer {
    transfer_to: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Conference {
    conference_participant: String,
    participation_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Consult {
    consultation_participant: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Consulted {
    consult_call_id: String,
}

pub async fn operate(caller: Caller, Path((call, connection, operation)): Path<(String, String, String)>, body: Bytes) -> Response {
    caller
        .act(move |engine, _| {
            let (floor, device) = (&mut engine.floor, device(&call, &connection)?);
            match operation.as_str() {
                "answer" => floor.answer(&call, device)?,
                "hold" => floor.hold(&call, device)?,
                "retrieve" => floor.retrieve(&call, device)?,
                "singleStepTransfer" => floor.single_step_transfer(&call, device, number(&parse::<Transfer>(&body)?.transfer_to)?)?,
                "singleStepConference" => {
                    let Conference { conference_participant, participation_type } = parse(&body)?;
                    let silent = match participation_type.as_deref() {
                        None | Some("Active") => false,
                        Some("Silent") => true,
                        Some(other) => {
                            return Err(Refusal::BadRequest(format!("participationType {other:?} is neither Active nor Silent")));
                        }
                    };
                    floor.single_step_conference(&call, device, number(&conference_participant)?, silent)?;
                }
                "consult" => {
                    let consult = floor.consult(&call, device, number(&parse::<Consult>(&body)?.consultation_participant)?)?;
                    return Ok(Answer::Json(json!({ "callId": &*consult })));
                }
                "cancelConsult" => floor.cancel_consult(&call, device, &parse::<Consulted>(&body)?.consult_call_id)?,
                "conference" => floor.conference(&call, device, &parse::<Consulted>(&body)?.consult_call_id)?,
                "transfer" => floor.transfer(&call, device, &parse::<Consulted>(&body)?.consult_call_id)?,
                other => return Err(Refusal::BadRequest(format!("a connection has no operation {other:?}"))),
            }
            Ok(Answer::Nothing)
        })
        .await
}

#[derive(Deserialize)]
struct Data {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    key: String,
    value: String,
}

pub async fn set_data(caller: Caller, Path(call): Path<String>, body: Bytes) -> Response {
    caller
        .act(move |engine, _| {
            let entries = parse::<Data>(&body)?.entries.into_iter().map(|entry| (entry.key, entry.value)).collect();
            engine.floor.set_data(&call, entries)?;
            Ok(Answer::Nothing)
        })
        .await
}

/// With an empty key the vendor's client asks for all of it: in the form in which it is set.
pub async fn all_data(caller: Caller, Path(call): Path<String>) -> Response {
    caller
        .act(move |engine, _| {
            let entries = engine.floor.all_data(&call)?.into_iter().map(|(key, value)| json!({ "key": key, "value": value }));
            Ok(Answer::Json(json!({ "entries": entries.collect::<Vec<_>>() })))
        })
        .await
}

pub async fn data(caller: Caller, Path((call, key)): Path<(String, String)>) -> Response {
    caller.act(move |engine, _| engine.floor.data(&call, &key).map(|value| Answer::Json(json!({ "key": key, "value": value })))).await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Spy {
    device_id: String,
}

pub async fn spy(caller: Caller, Path(call): Path<String>, Query(Spy { device_id }): Query<Spy>) -> Response {
    caller.act(move |engine, _| engine.floor.spy(&call, &device_id).map(|()| Answer::Nothing)).await
}
