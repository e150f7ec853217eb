//! For those who watch the watcher: `/healthz`, `/readyz`, `/metrics`.

use crate::live::LinkState;
use crate::server::console::Console;
use crate::server::telemetry;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use std::sync::Arc;

/// The process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// The board is live and operations can be sent: 503 while the link to the platform is down, or the audit log cannot be written.
pub async fn ready(State(console): State<Arc<Console>>) -> Response {
    let not_ready = |why: &str| (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n")).into_response();
    if let Some(trouble) = console.store.trouble() {
        return not_ready(&trouble.to_string());
    }
    match console.floor.link_now().state {
        LinkState::Live => "ready\n".into_response(),
        LinkState::Down => not_ready("the link to the platform's events is down"),
    }
}

/// Every figure in Prometheus' text format.
pub async fn metrics() -> Response {
    match telemetry::recorder() {
        Some(recorder) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], recorder.render()).into_response(),
        None => (StatusCode::SERVICE_UNAVAILABLE, "no metrics: another recorder is installed\n").into_response(),
    }
}
