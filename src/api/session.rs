//! Signing in and out. The session lives on the server; the browser holds an HttpOnly cookie and nothing else.

use super::ApiError;
use crate::server::http::functions;
use crate::server::service::sign_in::Credentials;
use leptos::prelude::*;

/// Signs in through the platform's login. `extension` is the supervisor's own phone, digits only. Answers the cookie; a browser
/// without scripts goes on to `next`, a path of ours.
#[server(prefix = "/api", endpoint = "sign-in")]
pub async fn sign_in(
    number: String,
    password: String,
    domain: String,
    extension: String,
    #[server(default)] next: String,
) -> Result<(), ApiError> {
    functions::sign_in(Credentials { number, password: password.into(), domain, extension }, &next).await
}

/// Ends the session on the server and removes the cookie.
#[server(prefix = "/api", endpoint = "sign-out")]
pub async fn sign_out() -> Result<(), ApiError> {
    functions::sign_out().await
}
