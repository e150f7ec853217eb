//! What the console will do at an agent later (`Row.scheduled`), taken back.

use super::ApiError;
use super::arguments::ScheduledCancelArguments;
use super::body::JsonBody;
use crate::server::http::functions;
use crate::server::http::json::OperationProblems;
use leptos::prelude::*;

/// Takes back what the console would do at this agent by itself: make ready again, or log out after the call.
#[utoipa::path(
    post,
    path = "/api/scheduled/cancel",
    tag = "operations",
    operation_id = "scheduledCancel",
    request_body = ScheduledCancelArguments,
    responses((status = 200, description = "It will not be done", body = ()), OperationProblems),
)]
#[server(prefix = "/api", endpoint = "scheduled/cancel", input = JsonBody)]
pub async fn scheduled_cancel(arguments: ScheduledCancelArguments) -> Result<(), ApiError> {
    functions::scheduled_cancel(&arguments.agent_id).await
}
