//! One operation at many agents. How a run gets on is told by the live channel; scripts follow each agent's intervention in the views.

use super::ApiError;
use super::arguments::{BulkArguments, BulkCancelArguments};
use super::body::JsonBody;
use crate::server::http::functions;
use crate::server::http::json::{BulkRunView, OperationProblems};
use leptos::prelude::*;

/// Starts a bulk run. The answer is the run as it begins.
#[utoipa::path(
    post,
    path = "/api/bulk/start",
    tag = "operations",
    operation_id = "bulkStart",
    request_body = BulkArguments,
    responses((status = 200, description = "It has begun", body = BulkRunView), OperationProblems),
)]
#[server(prefix = "/api", endpoint = "bulk/start", input = JsonBody)]
pub async fn bulk_start(arguments: BulkArguments) -> Result<BulkRunView, ApiError> {
    functions::bulk_start(arguments).await
}

/// Stops what still waits in a bulk run; what was sent goes on.
#[utoipa::path(
    post,
    path = "/api/bulk/cancel",
    tag = "operations",
    operation_id = "bulkCancel",
    request_body = BulkCancelArguments,
    responses((status = 200, description = "Nothing waits in it any more", body = BulkRunView), OperationProblems),
)]
#[server(prefix = "/api", endpoint = "bulk/cancel", input = JsonBody)]
pub async fn bulk_cancel(arguments: BulkCancelArguments) -> Result<BulkRunView, ApiError> {
    functions::bulk_cancel(arguments.id).await
}
