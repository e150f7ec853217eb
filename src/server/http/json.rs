//! The same operations and the same views for scripts, as JSON: with a token or with a browser's cookie. Every route stands in the
//! OpenAPI document, which is made from the routes themselves. Operations share their addresses with the server functions: what
//! comes as a form is theirs.

mod asker;
mod document;
mod interventions;
mod operations;
mod problem;
mod problems;
mod read;
mod schema;
mod views;

pub use document::routes;
pub use problem::Problem;

use crate::server::auth::token;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, header};

/// Whether a request is ours: everything below `/api` but the forms of the server functions. A form with a token is a script's
/// mistake, and told so as one.
pub fn is_json(request: &Request<Body>) -> bool {
    let path = request.uri().path();
    let below = path == "/api" || path.starts_with("/api/");
    below && (*request.method() != Method::POST || says_json(request.headers()) || token::bearer(request.headers()).is_some())
}

fn says_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// Sees to it that a JSON request gets its errors as problems, also those from before its route was found.
pub async fn problems(request: Request<Body>, next: Next) -> Response {
    let ours = is_json(&request);
    let response = next.run(request).await;
    let told = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == problem::PROBLEM_JSON);
    let status = response.status();
    if !ours || told || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (before, _) = response.into_parts();
    let mut response = Problem::of_status(status).into_response();
    // What the address does take.
    if let Some(allowed) = before.headers.get(header::ALLOW) {
        response.headers_mut().insert(header::ALLOW, allowed.clone());
    }
    response
}

/// There is nothing here.
pub async fn nowhere() -> Problem {
    Problem::of_status(http::StatusCode::NOT_FOUND)
}

/// An answer that is true only now.
fn fresh(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
