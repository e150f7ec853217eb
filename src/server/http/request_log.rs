//! One line of the log, and the figures of `/metrics`, for each request: its method, route, status, how long it took, and an id by which
//! it can be found again (`x-request-id` in the answer). The route is the pattern, not the address: an address holds numbers and names.

use crate::server::telemetry;
use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue, Method};
use leptos::server_fn::axum::server_fn_paths;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::time::Instant;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// What is asked for every few seconds, and the files of a page: told of in detail only.
const QUIET: [&str; 4] = ["/healthz", "/readyz", "/metrics", "/pkg/{*file}"];

/// What is told for a request whose client left before its answer; what it asked for may go on all the same.
const CLIENT_LEFT: u16 = 499;

/// Answers the request, and tells of it.
pub async fn tell(request: Request<Body>, next: Next) -> Response {
    let mut telling = Telling {
        method: method_name(request.method()),
        route: route_of(&request),
        id: next_id(),
        begun: Instant::now(),
        status: CLIENT_LEFT,
    };
    let mut response = next.run(request).await;
    telling.status = response.status().as_u16();
    if let Ok(value) = HeaderValue::from_str(&telling.id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Tells of its request when it is dropped: the future of a request whose client leaves goes no further.
struct Telling {
    method: &'static str,
    route: String,
    id: String,
    begun: Instant,
    status: u16,
}

impl Drop for Telling {
    fn drop(&mut self) {
        let Telling { method, route, id, status, .. } = self;
        let took = self.begun.elapsed();
        telemetry::request(method, route, *status, took);
        let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        if QUIET.contains(&route.as_str()) && *status < 400 {
            tracing::debug!(method, route, status, milliseconds, id, "request");
        } else {
            tracing::info!(method, route, status, milliseconds, id, "request");
        }
    }
}

/// The pattern of the route; a server function's own address, of which there are only so many; `page` for all the others.
fn route_of(request: &Request<Body>) -> String {
    let address = request.uri().path();
    match request.extensions().get::<MatchedPath>().map(MatchedPath::as_str) {
        Some("/api/{*function}") if server_fn_paths().any(|(path, _)| path == address) => address.to_owned(),
        Some(pattern) => pattern.to_owned(),
        None => "page".to_owned(),
    }
}

/// A method that nobody has named is told of under one word: a stranger's words make no figures.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}

/// Which start of the console, and which of its requests.
fn next_id() -> String {
    static START: std::sync::LazyLock<u32> = std::sync::LazyLock::new(rand::random);
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{:08x}-{}", *START, NEXT.fetch_add(1, Ordering::Relaxed))
}
