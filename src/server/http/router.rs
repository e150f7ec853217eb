//! Every address of the console.

use crate::server::console::Console;
use crate::server::http::day;
use crate::server::http::health;
use crate::server::http::json;
use crate::server::http::live;
use crate::server::http::middleware;
use crate::server::http::pages;
use crate::server::http::preferences;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use http::{Method, StatusCode, header};
use leptos::prelude::provide_context;
use leptos::server_fn::axum::server_fn_paths;
use std::sync::Arc;

pub fn router(console: Arc<Console>) -> Router {
    let routes = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/live", get(live::upgrade))
        .merge(json::routes())
        .route("/api", any(json::nowhere))
        .route("/api/", any(json::nowhere))
        .route("/api/{*function}", any(other_function))
        .route("/agents/{id}/day", get(day::fragment))
        .route("/preferences", get(preferences::choose))
        .route("/pkg/{*file}", get(pages::package))
        .fallback(pages::page)
        .with_state(console.clone());
    let lists = Router::new().route("/api/bulk/start", any(other_function)).with_state(console);
    middleware::around(routes, lists)
}

/// A server function that is no JSON operation as well.
async fn other_function(console: State<Arc<Console>>, request: Request<Body>) -> Response {
    let known = server_fn_paths().any(|(path, _)| path == request.uri().path());
    match (known, json::is_json(&request)) {
        (true, false) => server_function(console, request).await,
        (true, true) if *request.method() == Method::POST => StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response(),
        (true, true) => (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")]).into_response(),
        (false, _) => (StatusCode::NOT_FOUND, "there is no such operation\n").into_response(),
    }
}

/// A server function, as a form.
pub async fn server_function(State(console): State<Arc<Console>>, request: Request<Body>) -> Response {
    leptos_axum::handle_server_fns_with_context(move || provide_context(console.clone()), request).await.into_response()
}
