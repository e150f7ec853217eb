//! The console's inside, for engineers (the SDK's document, section 5).

use super::fresh;
use super::problem::{not_found, of_status};
use super::problems::{OperationProblems, ReadProblems};
use super::read::params;
use super::told::of;
use crate::api::problem::{HttpProblem, Problem};
use crate::server::console::Console;
use crate::server::http::caller::Engineer;
use crate::server::http::server_functions::checked;
use crate::server::service::diagnostics::{self, Diagnostics, Exchange};
use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State as Of};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, Uri, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use tokio::task::spawn_blocking;
use utoipa::ToSchema;

type Answer = Result<Response, Problem>;

/// How the console is connected, what waits, what was odd, the latest frames, requests and lines of the log.
///
/// Nothing in it is secret, and outside numbers are masked for everybody.
#[utoipa::path(
    get,
    path = "/api/diagnostics",
    tag = "diagnostics",
    security(("session" = [])),
    operation_id = "diagnostics",
    responses((status = 200, description = "Everything at a glance", body = Diagnostics), ReadProblems),
)]
pub async fn overview(Of(console): Of<Arc<Console>>, _engineer: Engineer) -> Answer {
    let now = aside(move || diagnostics::diagnostics(&console)).await?;
    Ok(fresh(Json(now).into_response()))
}

/// One of the latest frames or requests, with its bodies.
#[utoipa::path(
    get,
    path = "/api/diagnostics/exchanges/{id}",
    tag = "diagnostics",
    security(("session" = [])),
    operation_id = "exchange",
    params(("id" = u64, Path, description = "As the list has it")),
    responses((status = 200, description = "The frame or request", body = Exchange), ReadProblems),
)]
pub async fn exchange(Of(console): Of<Arc<Console>>, _engineer: Engineer, id: Result<Path<u64>, PathRejection>) -> Answer {
    let Path(id) = id.map_err(|_| Problem::bad("id", "a whole number, as the list has it"))?;
    let exchange = diagnostics::exchange(&console, id).ok_or_else(|| not_found("it is not kept any more: only the latest are"))?;
    Ok(fresh(Json(exchange).into_response()))
}

/// All that the floor holds of a call or an agent (the SDK's `getCallMemory`).
///
/// Its form is the floor's own and changes with the version. Times are milliseconds since 1970 on the platform's clock.
#[utoipa::path(
    get,
    path = "/api/diagnostics/memory",
    tag = "diagnostics",
    security(("session" = [])),
    operation_id = "memory",
    params(
        ("call" = Option<String>, Query, description = "A call, by its present id or a former one"),
        ("agent" = Option<String>, Query, description = "Or an agent, by id or number", example = "5001@test.cc"),
    ),
    responses((status = 200, description = "What is held", content_type = "application/json"), ReadProblems),
)]
pub async fn memory(Of(console): Of<Arc<Console>>, _engineer: Engineer, uri: Uri) -> Answer {
    let params = params(&uri)?;
    let asked = diagnostics::memory_of(&console, of(&params, "call").next(), of(&params, "agent").next())?;
    let held = diagnostics::memory(&console, asked).await?.ok_or_else(|| not_found("the floor holds nothing of it"))?;
    Ok(fresh(Json(held).into_response()))
}

/// A support bundle: all of this in one zip, to be passed on.
#[utoipa::path(
    get,
    path = "/api/diagnostics/bundle",
    tag = "diagnostics",
    security(("session" = [])),
    operation_id = "bundle",
    responses((status = 200, description = "The zip", content_type = "application/zip", body = Vec<u8>), ReadProblems),
)]
pub async fn bundle(Of(console): Of<Arc<Console>>, _engineer: Engineer) -> Answer {
    let zip = aside(move || diagnostics::bundle(&console)).await?.map_err(|error| {
        tracing::error!(%error, "the support bundle could not be made");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, HttpProblem::Internal, "the bundle could not be made: the log says why")
    })?;
    let name = format!("attachment; filename=\"supervisor-console-{}.zip\"", crate::server::clock::now().as_millis() / 1000);
    Ok(fresh(([(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, name)], zip).into_response()))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct LogArguments {
    /// For how many minutes the log is in detail, at most 60; 0 ends it.
    minutes: u32,
}

/// Logs in detail for a while (the SDK's `setDebug`).
#[utoipa::path(
    post,
    path = "/api/diagnostics/log",
    tag = "diagnostics",
    security(("session" = [])),
    operation_id = "log",
    request_body = LogArguments,
    responses((status = 204, description = "It does"), OperationProblems),
)]
pub async fn log(engineer: Engineer, headers: HeaderMap, body: Body) -> Answer {
    let LogArguments { minutes } = arguments(&headers, body).await?;
    diagnostics::log_in_detail(&engineer.agent, minutes)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct NoteArguments {
    /// 1 to 200 characters on one line.
    text: String,
    /// Whether it is logged as an error.
    #[serde(default)]
    error: bool,
}

/// Writes a note into the log (the SDK's `log` and `error`).
#[utoipa::path(
    post,
    path = "/api/diagnostics/note",
    tag = "diagnostics",
    security(("session" = [])),
    operation_id = "note",
    request_body = NoteArguments,
    responses((status = 204, description = "It is written"), OperationProblems),
)]
pub async fn note(Of(console): Of<Arc<Console>>, engineer: Engineer, headers: HeaderMap, body: Body) -> Answer {
    let NoteArguments { text, error } = arguments(&headers, body).await?;
    diagnostics::note(&console, &engineer.agent, &text, error)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What takes a while to put together keeps nobody else waiting.
async fn aside<T: Send + 'static>(made: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    spawn_blocking(made).await.map_err(|_| of_status(StatusCode::INTERNAL_SERVER_ERROR))
}

async fn arguments<T: DeserializeOwned>(headers: &HeaderMap, body: Body) -> Result<T, Problem> {
    let body = checked(headers, body).await?;
    serde_json::from_slice(&body).map_err(|error| Problem::bad("request", &error.to_string()))
}
