//! For those who watch the watcher: `/healthz`, `/readyz`, `/metrics`.

use crate::live::LinkState;
use crate::server::{Console, telemetry};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use std::sync::Arc;

/// The process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// The board is live: 503 while the link to the platform is down.
pub async fn ready(State(console): State<Arc<Console>>) -> Response {
    match console.owner.link_now().state {
        LinkState::Live => "ready\n".into_response(),
        LinkState::Down => (StatusCode::SERVICE_UNAVAILABLE, "not ready: the link to the platform's events is down\n").into_response(),
    }
}

/// Every figure in Prometheus' text format.
pub async fn metrics() -> Response {
    match telemetry::recorder() {
        Some(recorder) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], recorder.render()).into_response(),
        None => (StatusCode::SERVICE_UNAVAILABLE, "no metrics: another recorder is installed\n").into_response(),
    }
}
