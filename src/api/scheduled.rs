//! Cancelling the scheduled action at an agent (`Row.scheduled`).

use super::ApiError;
use super::arguments::ScheduledCancelArguments;
use super::body::JsonBody;
use crate::server::http::functions;
use crate::server::http::json::OperationProblems;
use leptos::prelude::*;

/// Cancels the scheduled action at the agent: to be made ready again, or logged out after the call.
///
/// # Errors
///
/// `bad-argument` if nothing is scheduled at the agent.
#[utoipa::path(
    post,
    path = "/api/scheduled/cancel",
    tag = "operations",
    operation_id = "scheduledCancel",
    request_body = ScheduledCancelArguments,
    responses((status = 200, description = "It will not be done", body = ()), OperationProblems),
)]
#[server(prefix = "/api", endpoint = "scheduled/cancel", input = JsonBody)]
#[allow(missing_docs, reason = "the macro makes a struct of the arguments, whose member cannot be documented")]
pub async fn scheduled_cancel(arguments: ScheduledCancelArguments) -> Result<(), ApiError> {
    functions::scheduled_cancel(&arguments.agent_id).await
}
