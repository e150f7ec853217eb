//! The seven operations as a service.

use crate::api::ApiError;
use crate::floor::{Intervention, Operation};

/// The arguments as they came, unchecked.
#[derive(Debug, Default)]
pub struct Request {
    pub agent_id: Option<String>,
    pub device_id: Option<String>,
    pub call_id: Option<String>,
    pub phone_number: Option<String>,
}

pub async fn force(_operation: Operation, _request: Request) -> Result<Intervention, ApiError> {
    Err(ApiError::SignedOut)
}
