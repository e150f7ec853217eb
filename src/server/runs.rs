//! Bulk runs: one operation at many agents, at a pace that the platform bears.

use crate::api::ApiError;
use crate::floor::Run;
use crate::server::context;

/// The service behind `POST /api/bulk/start`.
pub async fn start(_operation: &str, _agents: &str, _minutes: Option<u32>) -> Result<Run, ApiError> {
    let caller = context::caller()?;
    caller.session()?;
    Err(caller.fail(ApiError::NotPermitted))
}

/// The service behind `POST /api/bulk/cancel`.
pub async fn cancel(_id: u64) -> Result<Run, ApiError> {
    let caller = context::caller()?;
    caller.session()?;
    Err(caller.fail(ApiError::NotPermitted))
}
