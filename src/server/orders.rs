//! What the console does by itself at an agent, later: ready again after so many minutes, logged out after the call.

use crate::api::ApiError;
use crate::server::context;

/// The service behind `POST /api/order/cancel`.
pub async fn cancel(_agent: &str) -> Result<(), ApiError> {
    let caller = context::caller()?;
    caller.session()?;
    Err(caller.fail(ApiError::NotPermitted))
}
