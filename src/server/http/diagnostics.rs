//! `/diagnostics`: the console's inside as a page of plain HTML, which works where nothing else does any more.

mod page;

use crate::api::ApiError;
use crate::floor::Role;
use crate::server::actor::MemoryOf;
use crate::server::console::Console;
use crate::server::http::caller::{Caller, Engineer};
use crate::server::http::pages::sign_in_address;
use crate::server::http::policy;
use crate::server::http::preferences;
use crate::server::http::zone::Zones;
use crate::server::service::diagnostics;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode, Uri, header};
use leptos::nonce::Nonce;
use page::{Found, Opened, Page};
use serde::Deserialize;
use std::sync::Arc;

const STYLE: &str = include_str!("diagnostics/page.css");

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// The frame or request that is opened.
    #[serde(default)]
    open: String,
    #[serde(default)]
    call: String,
    #[serde(default)]
    agent: String,
}

/// `GET /diagnostics?open=&call=&agent=`.
pub async fn page(State(console): State<Arc<Console>>, headers: HeaderMap, uri: Uri) -> Response {
    let Ok(caller) = Caller::of(&console, &headers).await else {
        return Redirect::to(&sign_in_address(&uri)).into_response();
    };
    let mut page = page_for(&console, &headers);
    page.has_phone = caller.session().is_some_and(|session| session.role == Role::Supervisor);
    if !caller.session().is_some_and(|session| diagnostics::may(&console, session)) {
        return (StatusCode::FORBIDDEN, document(page.refused())).into_response();
    }
    let Query(asked) = Query::<Asked>::try_from_uri(&uri).unwrap_or_default();
    let open = match asked.open.parse().ok().map(|id| diagnostics::exchange(&console, id)) {
        None => Opened::Nothing,
        Some(None) => Opened::Gone,
        Some(Some(exchange)) => Opened::Whole(Box::new(exchange)),
    };
    let found = match found(&console, &asked).await {
        Ok(found) => found,
        Err(ApiError::Stopping) => {
            return (StatusCode::SERVICE_UNAVAILABLE, "the console is stopping: try again in a moment\n").into_response();
        }
        Err(_) => Found::Unreadable,
    };
    let now = diagnostics::diagnostics(&console);
    ([(header::CACHE_CONTROL, "no-store")], document(page.render(&now, open, &asked.call, &asked.agent, &found))).into_response()
}

/// What the floor holds of whom the page asks for.
async fn found(console: &Console, asked: &Asked) -> Result<Found, ApiError> {
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let (call, agent) = (given(&asked.call), given(&asked.agent));
    if call.is_none() && agent.is_none() {
        return Ok(Found::NotAsked);
    }
    let of: MemoryOf = diagnostics::memory_of(console, call.as_deref(), agent.as_deref())?;
    Ok(diagnostics::memory(console, of).await?.map_or(Found::Nothing, Found::Held))
}

fn document(html: String) -> Response {
    let mut response = Html(html).into_response();
    if let Some(policy) = policy::of_document(&Nonce::new()) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

#[derive(Debug, Deserialize)]
pub struct Detail {
    minutes: u32,
}

/// `POST /diagnostics/log`: the log in detail for a while, or as usual again.
pub async fn log(
    State(console): State<Arc<Console>>,
    engineer: Engineer,
    headers: HeaderMap,
    form: Result<Form<Detail>, FormRejection>,
) -> Response {
    let done = form.is_ok_and(|Form(Detail { minutes })| diagnostics::log_in_detail(&engineer.agent, minutes).is_ok());
    back(&console, &headers, done)
}

#[derive(Debug, Deserialize)]
pub struct Note {
    text: String,
}

/// `POST /diagnostics/note`: a note in the log.
pub async fn note(
    State(console): State<Arc<Console>>,
    engineer: Engineer,
    headers: HeaderMap,
    form: Result<Form<Note>, FormRejection>,
) -> Response {
    let done = form.is_ok_and(|Form(Note { text })| diagnostics::note(&console, &engineer.agent, &text, false).is_ok());
    back(&console, &headers, done)
}

fn back(console: &Console, headers: &HeaderMap, done: bool) -> Response {
    if done {
        return Redirect::to("/diagnostics#log").into_response();
    }
    (StatusCode::BAD_REQUEST, document(page_for(console, headers).bad_input())).into_response()
}

/// The page for who sent these headers.
fn page_for<'a>(console: &'a Console, headers: &HeaderMap) -> Page<'a> {
    Page {
        language: preferences::language(headers),
        theme: preferences::theme(headers),
        css: &console.site.addresses.css,
        zones: Zones::of(headers, &console.config.time_zone),
        has_phone: false,
    }
}

/// The style of this page alone.
pub async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], STYLE).into_response()
}
