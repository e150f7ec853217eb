//! Every address of the console.

use crate::server::{Console, day, health, live, middleware, pages};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::StatusCode;
use leptos::prelude::provide_context;
use leptos::server_fn::axum::server_fn_paths;
use std::sync::Arc;

pub fn router(console: Arc<Console>) -> Router {
    let routes = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/live", get(live::upgrade))
        .route("/api/{*function}", post(server_function))
        .route("/agents/{id}/day", get(day::fragment))
        .route("/preferences", get(pages::preferences))
        .route("/pkg/{*file}", get(pages::package))
        .fallback(pages::page)
        .with_state(console);
    middleware::around(routes)
}

async fn server_function(State(console): State<Arc<Console>>, request: Request<Body>) -> Response {
    if !server_fn_paths().any(|(path, _)| path == request.uri().path()) {
        return (StatusCode::NOT_FOUND, "there is no such operation\n").into_response();
    }
    leptos_axum::handle_server_fns_with_context(move || provide_context(console.clone()), request).await.into_response()
}
