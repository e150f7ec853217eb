//! Bulk runs: one operation at many agents. Pages follow a run on the live channel, scripts each agent's intervention in the JSON views.

use super::ApiError;
use super::arguments::{BulkArguments, BulkCancelArguments};
use super::body::JsonBody;
use crate::server::http::functions;
use crate::server::http::json::{BulkRunView, OperationProblems};
use leptos::prelude::*;

/// Starts a bulk run. The answer is the run as it begins.
///
/// # Errors
///
/// `bad-argument` for an operation, number of minutes or agent id that is not valid, or too many agents; `busy` if too many runs are under
/// way. What goes wrong with one agent is told in the run.
#[utoipa::path(
    post,
    path = "/api/bulk/start",
    tag = "operations",
    operation_id = "bulkStart",
    request_body = BulkArguments,
    responses((status = 200, description = "It has begun", body = BulkRunView), OperationProblems),
)]
#[server(prefix = "/api", endpoint = "bulk/start", input = JsonBody)]
#[allow(missing_docs, reason = "the macro makes a struct of the arguments, whose member cannot be documented")]
pub async fn bulk_start(arguments: BulkArguments) -> Result<BulkRunView, ApiError> {
    functions::bulk_start(arguments).await
}

/// Cancels a bulk run: agents whose turn has not come are left out, and what was sent is not taken back. The answer is the run.
///
/// # Errors
///
/// `bad-argument` if there is no such run.
#[utoipa::path(
    post,
    path = "/api/bulk/cancel",
    tag = "operations",
    operation_id = "bulkCancel",
    request_body = BulkCancelArguments,
    responses((status = 200, description = "Nothing waits in it any more", body = BulkRunView), OperationProblems),
)]
#[server(prefix = "/api", endpoint = "bulk/cancel", input = JsonBody)]
#[allow(missing_docs, reason = "the macro makes a struct of the arguments, whose member cannot be documented")]
pub async fn bulk_cancel(arguments: BulkCancelArguments) -> Result<BulkRunView, ApiError> {
    functions::bulk_cancel(arguments.id).await
}
