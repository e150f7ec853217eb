//! The seven operations as JSON. The answer is the intervention as far as it has come: 200 where its event came already, 202 where it is
//! still to be followed at `GET /api/interventions/{id}`. What comes as a form belongs to the server function of the same address.

use super::asker::Asker;
use super::interventions::InterventionView;
use super::problem::Problem;
use super::problems::OperationProblems;
use super::{fresh, is_json, says_json};
use crate::floor::{Operation, Outcome};
use crate::server::console::Console;
use crate::server::http::router;
use crate::server::service::error::masked;
use crate::server::service::intervene::{self, Arguments};
use axum::Json;
use axum::body::Body;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use utoipa::ToSchema;

/// Whom to drop from which call.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DropRequest {
    #[serde(default)]
    #[schema(required, example = "8001@test.cc")]
    device_id: String,
    #[serde(default)]
    #[schema(required)]
    call_id: String,
    /// The effect that is expected (`ends-call`, `leaves`): with another one nothing is sent.
    expect: Option<String>,
}

/// Which call to join or take, and with which phone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PhoneRequest {
    /// The device in the call.
    #[serde(default)]
    #[schema(required, example = "8001@test.cc")]
    device_id: String,
    #[serde(default)]
    #[schema(required)]
    call_id: String,
    /// The phone that joins or takes: a browser's session has its own, a token must name one.
    #[schema(example = "8000")]
    phone_number: Option<String>,
    /// The effect that is expected (`joins`, `listener-joins`, `takes`): with another one nothing is sent.
    expect: Option<String>,
}

/// Which call to listen to, and with which phone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListenRequest {
    #[serde(default)]
    #[schema(required)]
    call_id: String,
    /// The device that listens: a browser's session has its own, a token must name one.
    #[schema(example = "8000@test.cc")]
    device_id: Option<String>,
    /// The effect that is expected (`listens`): with another one nothing is sent.
    expect: Option<String>,
}

/// Whom to make ready or to log out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AgentRequest {
    #[serde(default)]
    #[schema(required, example = "5001@test.cc")]
    agent_id: String,
    #[serde(default)]
    #[schema(required, example = "8001@test.cc")]
    device_id: String,
    /// The effect that is expected (`now`, `after-call`): with another one nothing is sent.
    expect: Option<String>,
}

/// Whom to make not ready, and for how long.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NotReadyRequest {
    #[serde(default)]
    #[schema(required, example = "5001@test.cc")]
    agent_id: String,
    #[serde(default)]
    #[schema(required, example = "8001@test.cc")]
    device_id: String,
    /// Ready again after so many minutes.
    #[schema(minimum = 1, maximum = 480)]
    minutes: Option<u32>,
    /// The effect that is expected (`now`, `after-call`): with another one nothing is sent.
    expect: Option<String>,
}

impl From<DropRequest> for Arguments {
    fn from(DropRequest { device_id, call_id, expect }: DropRequest) -> Arguments {
        Arguments { device_id: Some(device_id), call_id: Some(call_id), expect, ..Default::default() }
    }
}

impl From<PhoneRequest> for Arguments {
    fn from(PhoneRequest { device_id, call_id, phone_number, expect }: PhoneRequest) -> Arguments {
        Arguments { device_id: Some(device_id), call_id: Some(call_id), phone_number, expect, ..Default::default() }
    }
}

impl From<ListenRequest> for Arguments {
    fn from(ListenRequest { call_id, device_id, expect }: ListenRequest) -> Arguments {
        Arguments { device_id, call_id: Some(call_id), expect, ..Default::default() }
    }
}

impl From<AgentRequest> for Arguments {
    fn from(AgentRequest { agent_id, device_id, expect }: AgentRequest) -> Arguments {
        Arguments { agent_id: Some(agent_id), device_id: Some(device_id), expect, ..Default::default() }
    }
}

impl From<NotReadyRequest> for Arguments {
    fn from(NotReadyRequest { agent_id, device_id, minutes, expect }: NotReadyRequest) -> Arguments {
        Arguments { agent_id: Some(agent_id), device_id: Some(device_id), minutes, expect, ..Default::default() }
    }
}

macro_rules! operation {
    ($(#[$doc:meta])* $name:ident, $path:literal, $id:literal, $operation:expr, $body:ty) => {
        $(#[$doc])*
        #[utoipa::path(
            post,
            path = $path,
            tag = "operations",
            operation_id = $id,
            request_body = $body,
            responses(
                (status = 200, description = "Its event came already: confirmed", body = InterventionView),
                (status = 202, description = "Under way: the platform took it and its event is still to come, or it waits for the end of a call (`deferred`)", body = InterventionView,
                    headers(("Location" = String, description = "Where it can be followed"))),
                OperationProblems,
            ),
        )]
        pub async fn $name(console: State<Arc<Console>>, request: Request<Body>) -> Response {
            answer::<$body>(console, $operation, request).await
        }
    };
}

operation!(
    /// Drops the device's connection from the call.
    drop, "/api/force/drop", "forceDrop", Operation::Drop, DropRequest
);
operation!(
    /// Joins the call with a phone.
    join, "/api/force/join", "forceJoin", Operation::Join, PhoneRequest
);
operation!(
    /// Takes the call away from the device to a phone.
    take, "/api/force/take", "forceTake", Operation::Take, PhoneRequest
);
operation!(
    /// Listens silently to the call with a phone.
    listen, "/api/force/listen", "forceListen", Operation::Listen, ListenRequest
);
operation!(
    /// Makes the agent ready.
    ready, "/api/force/ready", "forceReady", Operation::Ready, AgentRequest
);
operation!(
    /// Makes the agent not ready; with `minutes`, ready again after so many.
    not_ready, "/api/force/not-ready", "forceNotReady", Operation::NotReady, NotReadyRequest
);
operation!(
    /// Logs the agent out; where the agent is in a call, after it.
    logout, "/api/force/logout", "forceLogout", Operation::Logout, AgentRequest
);

async fn answer<T: DeserializeOwned + Into<Arguments>>(
    console: State<Arc<Console>>,
    operation: Operation,
    request: Request<Body>,
) -> Response {
    if !is_json(&request) {
        return router::server_function(console, request).await;
    }
    carry_out::<T>(console.0, operation, request).await.unwrap_or_else(IntoResponse::into_response)
}

async fn carry_out<T: DeserializeOwned + Into<Arguments>>(
    console: Arc<Console>,
    operation: Operation,
    request: Request<Body>,
) -> Result<Response, Problem> {
    // Who may not ask is not told what is wrong with the question.
    let asker = Asker::of(&console, request.headers()).await?;
    let (visibility, floor) = (asker.visibility, console.floor.clone());
    let actor = asker.actor(&console)?;
    let wanted: T = body(request).await?;
    let done = intervene::run(console, actor, operation, wanted.into()).await;
    let filter = floor.number_filter(visibility).await;
    let done = done.map_err(|error| masked(&filter, error))?;
    let status = if done.outcome == Outcome::Confirmed { StatusCode::OK } else { StatusCode::ACCEPTED };
    let location = HeaderValue::from_str(&format!("/api/interventions/{}", done.id));
    let mut response = fresh((status, Json(InterventionView::of(filter.intervention(done)))).into_response());
    if let (StatusCode::ACCEPTED, Ok(location)) = (status, location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn body<T: DeserializeOwned>(request: Request<Body>) -> Result<T, Problem> {
    if !says_json(request.headers()) {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Problem::new(status, "unsupported-media-type", "with a token, send the body as application/json"));
    }
    let bytes = axum::body::Bytes::from_request(request, &()).await;
    let bytes = bytes.map_err(|rejection: BytesRejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE),
        _ => Problem::bad("request", "the body did not come whole"),
    })?;
    serde_json::from_slice(&bytes).map_err(|error| match error.is_data() {
        true => Problem::bad("request", &error.to_string()),
        false => Problem::new(StatusCode::BAD_REQUEST, "malformed-json", format!("the body is not JSON: {error}")),
    })
}
