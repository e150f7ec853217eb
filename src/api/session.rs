//! Signing in and out. The session lives on the server; the browser holds an HttpOnly cookie and nothing else.

use super::ApiError;
use crate::server::http::functions;
use crate::server::service::sign_in::Credentials;
use leptos::prelude::*;

/// Signs in through the platform's login, and sets the session's cookie. `extension` is the supervisor's own phone, digits only. A browser
/// without scripts is redirected to `next`, a path of this console. If `phone` is not empty, that phone is logged on too, not ready; the phone
/// bar tells what becomes of it.
///
/// # Errors
///
/// [`ApiError::BadArgument`] for a field that is not valid; [`ApiError::WrongCredentials`] if the platform refuses them;
/// [`ApiError::NotPermitted`] if the person has no role here; [`ApiError::Busy`] after too many attempts; [`ApiError::Unreachable`] or
/// [`ApiError::NotUnderstood`] if the platform gives no usable answer.
#[server(prefix = "/api", endpoint = "sign-in")]
pub async fn sign_in(
    number: String,
    password: String,
    domain: String,
    extension: String,
    #[server(default)] next: String,
    #[server(default)] phone: String,
) -> Result<(), ApiError> {
    functions::sign_in(Credentials { number, password: password.into(), domain, extension }, &next, !phone.is_empty()).await
}

/// Ends the session on the server and removes the cookie.
///
/// # Errors
///
/// [`ApiError::SignedOut`] if there is no session.
#[server(prefix = "/api", endpoint = "sign-out")]
pub async fn sign_out() -> Result<(), ApiError> {
    functions::sign_out().await
}
