//! The platform's HTTP side: one file a subject, and what all of them share.

mod agent;
mod call_control;
mod catalogue;
mod control;
mod login;
mod recording;

use super::engine::Engine;
use super::floor::Refusal;
use super::requests::{Request as Record, without_passwords};
use super::{Shared, net, stomp};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

/// Bodies are about a kilobyte.
const LARGEST_BODY: usize = 1 << 20;

const CALLS: &str = "/api/csta/callControl/calls";
const CONNECTION: &str = "/api/csta/callControl/calls/{call}/connections/{connection}";

pub fn router(shared: Arc<Shared>) -> Router {
    let platform = Router::new()
        .route("/login", post(login::login))
        .route("/agent/login", post(login::login))
        .route("/loginTrusted", post(login::login))
        .route("/api/csta/agent/state", post(agent::state))
        .route("/api/csta/agent/heartbeat/{agent}", post(agent::heartbeat))
        .route("/api/csta/agent/client-state", get(agent::client_state))
        .route("/api/csta/outbound/release/{agent}", post(agent::release))
        .route(CALLS, post(call_control::make))
        .route(CONNECTION, delete(call_control::drop_connection))
        .route(&format!("{CONNECTION}/{{operation}}"), post(call_control::operate))
        .route(&format!("{CALLS}/{{call}}/user-data"), post(call_control::set_data))
        .route(&format!("{CALLS}/{{call}}/user-data/"), get(call_control::all_data))
        .route(&format!("{CALLS}/{{call}}/user-data/{{key}}"), get(call_control::data))
        .route(&format!("{CALLS}/{{call}}/spy"), post(call_control::spy))
        .route("/api/csta/callControl/recording/{operation}", post(recording::record))
        .route("/api/operation/tenant/agents", get(catalogue::agents))
        .route("/api/operation/tenant/agents/snapshot", get(catalogue::snapshot))
        .route("/api/security/security/org/topOrg", get(catalogue::teams))
        .route("/api/operation/tenant/resources/queues", get(catalogue::queues))
        .route("/mvc/stomp/websocket", get(stomp::endpoint))
        .fallback(|| async { (StatusCode::NOT_FOUND, "the platform has no such call\n") })
        .layer(from_fn_with_state(shared.clone(), misbehave))
        .layer(cors())
        .layer(from_fn_with_state(shared.clone(), record));
    let control = Router::new()
        .route("/simulator/events", post(control::events))
        .route("/simulator/faults", post(control::faults))
        .route("/simulator/roster", post(control::roster))
        .route("/simulator/agents", post(control::agents))
        .route("/simulator/requests", get(control::requests))
        .route("/simulator/floor", get(control::floor))
        .route("/healthz", get(|| async { "ok\n" }));
    platform.merge(control).with_state(shared)
}

/// The vendor's client comes from another origin and sends headers of its own; the platform lets everybody in.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::mirror_request())
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
        .allow_credentials(true)
        .allow_private_network(true)
}

/// Keeps the request for tests to look at, and its answer's status.
#[expect(clippy::disallowed_methods, reason = "when a request came is for tests to read; the console's clock is not the platform's")]
async fn record(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let (connections, body) = request.into_parts();
    let upgrade = connections.headers.contains_key(header::UPGRADE);
    let bytes = if upgrade {
        Bytes::new()
    } else {
        match to_bytes(body, LARGEST_BODY).await {
            Ok(bytes) => bytes,
            Err(_) => return (StatusCode::PAYLOAD_TOO_LARGE, "the body is too large, or it broke off\n").into_response(),
        }
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let record = Record {
        at: jiff::Timestamp::now().to_string(),
        method: connections.method.to_string(),
        path: connections.uri.path_and_query().map_or_else(|| connections.uri.to_string(), |path| without_passwords(path.as_str())),
        headers: connections.headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect(),
        body: without_passwords(&text(&bytes)),
        status: None,
    };
    let number = shared.requests().push(record);
    let response = next.run(Request::from_parts(connections, Body::from(bytes))).await;
    shared.requests().answered(number, response.status().as_u16());
    response
}

/// Lets the armed faults happen. The event link has its own.
async fn misbehave(State(shared): State<Arc<Shared>>, ConnectInfo(line): ConnectInfo<net::Line>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if request.headers().contains_key(header::UPGRADE) {
        return next.run(request).await;
    }
    let verdict = shared.faults().judge(path);
    if !verdict.delay.is_zero() {
        tokio::select! {
            () = tokio::time::sleep(verdict.delay) => {}
            () = shared.stop.cancelled() => {}
        }
    }
    if verdict.drop {
        line.break_off();
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    match verdict.refuse {
        Some((status, body)) => (StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), body).into_response(),
        None => next.run(request).await,
    }
}

/// What an accepted call answers.
enum Answer {
    /// 204
    Nothing,
    /// 200
    Json(Value),
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        match self {
            Answer::Nothing => StatusCode::NO_CONTENT.into_response(),
            Answer::Json(value) => axum::Json(value).into_response(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match &self {
            Refusal::LoggedInElsewhere(device) => (status, axum::Json(json!({ "deviceId": &**device }))).into_response(),
            Refusal::DeviceInUse(agent) => (status, axum::Json(json!({ "agentId": &**agent }))).into_response(),
            _ => (status, format!("{self}\n")).into_response(),
        }
    }
}

/// Who calls: every call but login goes through here.
struct Caller {
    shared: Arc<Shared>,
    session: Option<String>,
}

impl FromRequestParts<Arc<Shared>> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(connections: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Infallible> {
        Ok(Caller { shared: shared.clone(), session: session(&connections.headers) })
    }
}

fn session(headers: &HeaderMap) -> Option<String> {
    headers.get("sessionId").and_then(|value| value.to_str().ok()).map(str::to_owned)
}

impl Caller {
    /// Lets `act` work on the engine for the agent whose session this is; 426 without one.
    async fn act(self, act: impl FnOnce(&mut Engine, &str) -> Result<Answer, Refusal> + Send + 'static) -> Response {
        let Caller { shared, session } = self;
        let done = shared.engine.with(move |engine| engine.enter(session.as_deref()).and_then(|agent| act(engine, &agent))).await;
        match done {
            Ok(answer) => answer.into_response(),
            Err(stopped) => (StatusCode::SERVICE_UNAVAILABLE, format!("{stopped}\n")).into_response(),
        }
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::BadRequest(error.to_string()))
}
