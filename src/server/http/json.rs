//! Views and operations as JSON, for pages and scripts alike: with a token or with a browser's cookie. Every route stands in the OpenAPI
//! document, which is made from the routes themselves. The operations are the server functions (`crate::api`).

mod bulk;
mod diagnostics;
mod document;
mod events;
mod interventions;
mod problem;
mod problems;
mod read;
mod schema;
mod told;
mod views;
#[expect(clippy::disallowed_methods, reason = "here events are posted")]
pub mod webhooks;

pub use bulk::BulkRunView;
pub use document::{LONG_BODY, function_paths, routes};
pub use interventions::InterventionView;
pub use problem::of_status;
pub use problems::OperationProblems;

use crate::api::problem::{PROBLEM_JSON, Problem};
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};

/// Returns whether a request's errors are problems: everything below `/api`.
fn is_ours(request: &Request<Body>) -> bool {
    let path = request.uri().path();
    path == "/api" || path.starts_with("/api/")
}

/// Sees to it that a JSON request gets its errors as problems, also those from before its route was found.
pub async fn problems(request: Request<Body>, next: Next) -> Response {
    let ours = is_ours(&request);
    let response = next.run(request).await;
    let told = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == PROBLEM_JSON);
    let status = response.status();
    if !ours || told || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (before, _) = response.into_parts();
    let mut response = of_status(status).into_response();
    // What the address does take.
    if let Some(allowed) = before.headers.get(header::ALLOW) {
        response.headers_mut().insert(header::ALLOW, allowed.clone());
    }
    response
}

/// There is nothing here.
pub async fn nowhere() -> Problem {
    of_status(http::StatusCode::NOT_FOUND)
}

/// Marks an answer that is true only now.
pub fn fresh(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
