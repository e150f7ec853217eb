//! One operation at many agents. How far a run has come arrives over the live channel.

use super::ApiError;
use crate::floor::BulkRun;
use leptos::prelude::*;

use crate::server::http::functions;

/// Starts a run: `operation` is the SDK's name (forceReady, forceNotReady or forceLogout), `agents` their ids separated by commas.
/// With `minutes`, not ready for so many, then ready again. Answers the run as it begins.
#[server(prefix = "/api", endpoint = "bulk/start")]
pub async fn bulk_start(operation: String, agents: String, minutes: Option<u32>) -> Result<BulkRun, ApiError> {
    functions::bulk_start(&operation, &agents, minutes).await
}

/// Stops what still waits in the run `id`; what was sent goes on.
#[server(prefix = "/api", endpoint = "bulk/cancel")]
pub async fn bulk_cancel(id: u64) -> Result<BulkRun, ApiError> {
    functions::bulk_cancel(id).await
}
