//! Sessions.

use crate::api::ApiError;

pub async fn sign_in(_number: String, _password: String, _domain: String, _extension: String) -> Result<(), ApiError> {
    Err(ApiError::Unreachable)
}

pub async fn sign_out() -> Result<(), ApiError> {
    Err(ApiError::SignedOut)
}
