//! What the console was told to do later (`Row.order`), taken back.

use super::ApiError;
use leptos::prelude::*;

use crate::server::http::functions;

/// Takes back what the console would do at this agent by itself: to be ready again, or to be logged out after the call.
#[server(prefix = "/api", endpoint = "order/cancel")]
pub async fn cancel_scheduled(#[server(rename = "agentId")] agent_id: String) -> Result<(), ApiError> {
    functions::cancel_scheduled(&agent_id).await
}
