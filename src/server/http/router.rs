//! Every address of the console.

use crate::server::console::Console;
use crate::server::http::day;
use crate::server::http::diagnostics;
use crate::server::http::health;
use crate::server::http::json;
use crate::server::http::live;
use crate::server::http::middleware;
use crate::server::http::pages;
use crate::server::http::phone;
use crate::server::http::preferences;
use crate::server::http::server_functions;
use axum::Router;
use axum::routing::{any, get, post};
use std::sync::Arc;

/// Returns every address of the console.
pub fn router(console: Arc<Console>) -> Router {
    let mut routes = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/live", get(live::upgrade))
        .merge(json::routes())
        .route("/api/sign-in", post(server_functions::form))
        .route("/api/sign-out", post(server_functions::form))
        .route("/api", any(json::nowhere))
        .route("/api/", any(json::nowhere))
        .route("/api/{*function}", any(json::nowhere))
        .route("/agents/{id}/day", get(day::fragment))
        .route("/phone", post(phone::act))
        .route("/phone/now", get(phone::now))
        .route("/phone/targets", get(phone::targets))
        .route("/preferences", get(preferences::choose))
        .route("/diagnostics", get(diagnostics::page))
        .route("/diagnostics/log", post(diagnostics::log))
        .route("/diagnostics/note", post(diagnostics::note))
        .route("/diagnostics.css", get(diagnostics::style))
        .route("/pkg/{*file}", get(pages::package))
        .fallback(pages::page);
    let mut lists = Router::new();
    for path in json::function_paths() {
        let function = post(server_functions::json);
        if path == json::LONG_BODY {
            lists = lists.route(&path, function);
        } else {
            routes = routes.route(&path, function);
        }
    }
    middleware::around(routes.with_state(console.clone()), lists.with_state(console))
}
