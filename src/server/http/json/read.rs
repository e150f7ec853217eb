//! The read-only views.

use super::fresh;
use super::interventions::InterventionView;
use super::problem::not_found;
use super::problems::ReadProblems;
use super::views::{AgentAnswer, CallDataAnswer, CallsAnswer, FloorAnswer, PhoneAnswer, is_call_state};
use crate::api::problem::Problem;
use crate::floor::{AgentId, BoardQuery, CallId, CallQuery, Direction, Role, Sort, State};
use crate::server::actor::OwnPhone;
use crate::server::auth::session::Session;
use crate::server::console::Console;
use crate::server::http::caller::Caller;
use crate::server::service::phone as phone_service;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, State as Of};
use axum::response::{IntoResponse, Response};
use http::Uri;
use std::sync::Arc;

type Answer = Result<Response, Problem>;

/// The agents of the floor, now.
///
/// The filters are those of the board's address. An unknown word in one is refused: a script should not act on more than it meant.
#[utoipa::path(
    get,
    path = "/api/floor",
    tag = "views",
    operation_id = "floor",
    params(
        ("q" = Option<String>, Query, description = "Looked for in name, number, device and the other party"),
        ("state" = Option<String>, Query, description = "States, separated by commas", example = "ready,not-ready"),
        ("team" = Option<String>, Query, description = "A team's name"),
        ("sort" = Option<String>, Query, description = "agent, name, state, time, team, device, call or trouble (what is past its threshold first); - before it turns it round"),
    ),
    responses((status = 200, description = "The agents", body = FloorAnswer), ReadProblems),
)]
pub async fn floor(Of(console): Of<Arc<Console>>, caller: Caller, uri: Uri) -> Answer {
    let params = params(&uri)?;
    only(&params, "state", |word| State::from_code(word).is_some())?;
    only(&params, "sort", |word| Sort::from_code(word).is_some())?;
    let query = BoardQuery::from_params(pairs(&params));
    let snapshot = console.floor.floor_snapshot(query, caller.visibility).await?;
    Ok(fresh(Json(FloorAnswer::from(snapshot)).into_response()))
}

/// The live calls, longest first.
#[utoipa::path(
    get,
    path = "/api/calls",
    tag = "views",
    operation_id = "calls",
    params(
        ("q" = Option<String>, Query, description = "Looked for in the parties' numbers and the queue"),
        ("team" = Option<String>, Query, description = "A team with an agent in the call"),
        ("queue" = Option<String>, Query, description = "A queue's name"),
        ("direction" = Option<String>, Query, description = "inbound, outbound, internal or unknown"),
        ("state" = Option<String>, Query, description = "talking, on-hold, conference, ringing, dialling; separated by commas"),
    ),
    responses((status = 200, description = "The calls", body = CallsAnswer), ReadProblems),
)]
pub async fn calls(Of(console): Of<Arc<Console>>, caller: Caller, uri: Uri) -> Answer {
    let params = params(&uri)?;
    only(&params, "state", is_call_state)?;
    only(&params, "direction", |word| Direction::from_code(word).is_some())?;
    let query = CallQuery::from_params(pairs(&params));
    let snapshot = console.floor.calls_snapshot(query, caller.visibility).await?;
    Ok(fresh(Json(CallsAnswer::from(snapshot)).into_response()))
}

/// One agent, and the calls of the agent's device.
#[utoipa::path(
    get,
    path = "/api/agents/{id}",
    tag = "views",
    operation_id = "agent",
    params(("id" = String, Path, description = "The agent's id or number, percent-encoded", example = "5001@test.cc")),
    responses((status = 200, description = "The agent", body = AgentAnswer), ReadProblems),
)]
pub async fn agent(Of(console): Of<Arc<Console>>, caller: Caller, id: Result<Path<String>, PathRejection>) -> Answer {
    let Path(text) = id.map_err(|_| Problem::bad("id", "could not be read"))?;
    let unknown = || not_found("the floor knows no such agent");
    let agent = AgentId::named(&text, &console.config.namespace).map_err(|error| Problem::bad("id", &error.to_string()))?;
    let snapshot = console.floor.agent_snapshot(agent.ok_or_else(unknown)?, caller.visibility).await?.ok_or_else(unknown)?;
    Ok(fresh(Json(AgentAnswer::from(snapshot)).into_response()))
}

/// One intervention: under way, or from the audit log.
#[utoipa::path(
    get,
    path = "/api/interventions/{id}",
    tag = "views",
    operation_id = "intervention",
    params(("id" = i64, Path, description = "As the operation answered it")),
    responses((status = 200, description = "The intervention", body = InterventionView), ReadProblems),
)]
pub async fn intervention(Of(console): Of<Arc<Console>>, caller: Caller, id: Result<Path<i64>, PathRejection>) -> Answer {
    let Path(id) = id.map_err(|_| Problem::bad("id", "a whole number, as the operation answered it"))?;
    let filter = console.floor.number_filter(caller.visibility);
    let view = match console.floor.intervention(id).await? {
        Some(live) => InterventionView::of(filter.intervention(live)),
        None => match console.store.audited(id).await? {
            Some(audited) => InterventionView::audited(audited.seen_through(&filter)),
            None => return Err(not_found("there is no such intervention")),
        },
    };
    Ok(fresh(Json(view).into_response()))
}

/// The own phone: its calls, and what it can do now.
#[utoipa::path(
    get,
    path = "/api/phone",
    tag = "phone",
    operation_id = "phone",
    responses((status = 200, description = "The phone of the browser's session", body = PhoneAnswer), ReadProblems),
)]
pub async fn phone(Of(console): Of<Arc<Console>>, caller: Caller) -> Answer {
    let visibility = caller.visibility;
    let (session, phone) = own_phone(&console, &caller).await?;
    let filter = console.floor.number_filter(visibility);
    let is_offered = |operation| session.role == Role::Supervisor && console.config.offers(operation);
    let answer = PhoneAnswer::new(&phone, &session.device, &session.agent, is_offered, |id| filter.id(filter.call_id(id)));
    Ok(fresh(Json(answer).into_response()))
}

/// The data that travels with a call of the own phone.
#[utoipa::path(
    get,
    path = "/api/phone/data",
    tag = "phone",
    operation_id = "callData",
    params(("callId" = String, Query, description = "The call, by its present or a former id")),
    responses((status = 200, description = "All of it", body = CallDataAnswer), ReadProblems),
)]
pub async fn call_data(Of(console): Of<Arc<Console>>, caller: Caller, uri: Uri) -> Answer {
    let params = params(&uri)?;
    let filter = console.floor.number_filter(caller.visibility);
    let (_, phone) = own_phone(&console, &caller).await?;
    let supervisor = caller.supervisor(&console)?;
    let text = pairs(&params).find(|(name, _)| *name == "callId").map(|(_, id)| id).unwrap_or_default();
    let call = CallId::parse(text).map_err(|error| Problem::bad("callId", &error.to_string()))?;
    let ids = console.floor.call_ids(call).await?;
    let own = phone.calls.into_iter().map(|own| own.row).find(|row| ids.contains(&row.id));
    let call = own.ok_or_else(|| not_found("the own phone is in no such call"))?.id;
    let data = phone_service::data(&console, &supervisor.principal, &call).await?;
    // The page's bar shows it too.
    console.floor.call_data(call, data.clone()).await;
    let answer = CallDataAnswer::new(data.into_iter().map(|(key, value)| (filter.text(key), filter.text(value))));
    Ok(fresh(Json(answer).into_response()))
}

/// Returns the caller's phone, with the session that it is of.
async fn own_phone<'a>(console: &Console, caller: &'a Caller) -> Result<(&'a Session, OwnPhone), Problem> {
    let session = caller.session().ok_or_else(|| not_found("a token has no phone of its own"))?;
    let phone = console.floor.phone(session.device.clone(), session.agent.clone()).await?;
    Ok((session, phone))
}

pub(super) fn params(uri: &Uri) -> Result<Vec<(String, String)>, Problem> {
    let Query(params) = Query::try_from_uri(uri).map_err(|_| Problem::bad("query", "could not be read"))?;
    Ok(params)
}

fn pairs(params: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    params.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

/// Refuses words of `name` that mean nothing; the empty one means that the filter is not set.
fn only(params: &[(String, String)], name: &str, is_known: impl Fn(&str) -> bool) -> Result<(), Problem> {
    let mut words = pairs(params).filter(|(of, _)| *of == name).flat_map(|(_, value)| value.split(','));
    match words.all(|word| word.is_empty() || is_known(word)) {
        true => Ok(()),
        false => Err(Problem::bad(name, "not a word of this filter: GET /api/openapi.json lists them")),
    }
}
