//! The pages, rendered with the board as it is now; and the choice of language and theme.

use crate::address::agent;
use crate::api::ApiError;
use crate::app;
use crate::floor::{BoardQuery, CallQuery, PhoneOperation, Sort};
use crate::live::InitialState;
use crate::page::{FormError, Language, PageContext};
use crate::server::actor::{Reader, Subject};
use crate::server::auth::session::{Session, cookie_value};
use crate::server::console::Console;
use crate::server::http::assets;
use crate::server::http::day;
use crate::server::http::policy;
use crate::server::http::preferences;
use crate::server::http::zone::{self, Zones};
use crate::server::service;
use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use leptos::nonce::Nonce;
use leptos::prelude::provide_context;
use leptos::server_fn::error::ServerFnUrlError;
use std::sync::Arc;

pub const SIGN_IN: &str = "/sign-in";

/// Everything that is no route of its own: a file of `public/`, or a page.
pub async fn page(State(console): State<Arc<Console>>, request: Request<Body>) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    if let Some(file) = assets::serve(&console.site, uri.path(), false, &headers) {
        return file;
    }
    let session = console.sessions.of(&headers).await;
    match (&session, uri.path()) {
        (None, path) if path != SIGN_IN => return Redirect::to(&sign_in_address(&uri)).into_response(),
        (Some(_), SIGN_IN) => return Redirect::to("/").into_response(),
        _ => {}
    }
    let uri = as_remembered(uri, &headers);
    let initial = match &session {
        Some(session) => match initial_state(&console, session, &uri, &headers).await {
            Some(initial) => Some(initial),
            None => return (StatusCode::SERVICE_UNAVAILABLE, "the console is stopping: try again in a moment\n").into_response(),
        },
        None => None,
    };
    let unknown_agent = initial.as_ref().is_some_and(|initial| initial.rows.is_empty() && agent::asked_by(uri.path()).is_some());
    let context = PageContext {
        language: preferences::language(&headers),
        theme: preferences::theme(&headers),
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        namespace: console.config.namespace.clone(),
        form_error: form_error(&uri, preferences::language(&headers)),
        initial,
    };
    let (provided, addresses) = (context.clone(), console.site.addresses.clone());
    let is_engineer = session.as_ref().is_some_and(|session| service::diagnostics::may(&console, session));
    let logs_on = console.config.offers(PhoneOperation::Login);
    // Leptos writes scripts into the document, and gives them this.
    let nonce = Nonce::new();
    let policy = policy::of_document(&nonce);
    let render = leptos_axum::render_app_async_with_context(
        move || {
            provide_context(provided.clone());
            provide_context(nonce.clone());
        },
        move || app::shell(context.clone(), addresses.clone(), is_engineer, logs_on),
    );
    let mut response = render(request).await;
    if unknown_agent {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(policy) = policy {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// A file of the browser's half.
pub async fn package(State(console): State<Arc<Console>>, uri: Uri, headers: HeaderMap) -> Response {
    let versioned = uri.query().is_some_and(|query| query.starts_with("v="));
    assets::serve(&console.site, uri.path(), versioned, &headers).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

/// The floor in the order that this browser remembers (the cookie `sort`), where its address names none. The page then stands at the
/// address that names it.
fn as_remembered(uri: Uri, headers: &HeaderMap) -> Uri {
    let query = uri.query().unwrap_or_default();
    let named = query.split('&').any(|pair| pair == "sort" || pair.starts_with("sort="));
    let sort = cookie_value(headers, "sort").and_then(|code| Sort::from_code(&code)).unwrap_or_default();
    if uri.path() != "/" || named || sort == Sort::default() {
        return uri;
    }
    let joint = if query.is_empty() { "" } else { "&" };
    format!("/?{query}{joint}sort={}", sort.code()).parse().unwrap_or(uri)
}

/// What the page at `uri` shows first; none while the console stops.
async fn initial_state(console: &Console, session: &Session, uri: &Uri, headers: &HeaderMap) -> Option<InitialState> {
    let Query(params) = Query::<Vec<(String, String)>>::try_from_uri(uri).unwrap_or_default();
    let params = || params.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let asked = agent::asked_by(uri.path());
    let agent = asked.map(|asked| agent::named(&asked, &console.config.namespace).unwrap_or_else(agent::nobody));
    let subject = match (uri.path(), agent) {
        (_, Some(agent)) => Subject::Agent(agent),
        ("/calls", None) => Subject::Calls(CallQuery::from_params(params())),
        _ => Subject::Board(BoardQuery::from_params(params())),
    };
    let visibility = console.config.visibility(session.role);
    let filter = console.floor.number_filter(visibility);
    let day = match &subject {
        Subject::Agent(agent) => {
            let day = service::day::day(console, agent).await.ok()?;
            let zones = Zones::of(headers, &console.config.time_zone);
            day.map(|day| day::render(agent, &day, preferences::language(headers), &filter, zones)).unwrap_or_default()
        }
        _ => String::new(),
    };
    let reader = Reader { visibility, device: session.device.clone() };
    let floor = console.floor.page_floor(subject, reader).await.ok()?;
    Some(InitialState {
        version: console.site.version.clone(),
        me: session.me(&console.config.namespace),
        own_device: filter.device(session.device.clone()),
        header: floor.header,
        counts: floor.counts,
        teams: floor.teams,
        matching: floor.matching,
        rows: floor.rows,
        hidden: console.config.hidden.clone(),
        calls: floor.calls,
        matching_calls: floor.matching_calls,
        queues: floor.queues,
        day,
        time_zone: zone::name(&console.config.time_zone).to_owned(),
    })
}

/// What a server function said of a form of a browser without scripts stands in the address.
fn form_error(uri: &Uri, language: Language) -> Option<FormError> {
    let Query(params) = Query::<Vec<(String, String)>>::try_from_uri(uri).ok()?;
    let (_, error) = params.into_iter().find(|(name, _)| name == "__err")?;
    Some(FormError::of(&ServerFnUrlError::<ApiError>::decode_err(&error), language.texts()))
}

/// The sign-in page, from which one comes back to `uri`.
pub fn sign_in_address(uri: &Uri) -> String {
    match uri.path_and_query().map(|page| page.as_str()) {
        None | Some("/") => SIGN_IN.to_owned(),
        Some(page) => {
            let escaped: String = page.bytes().map(escape).collect();
            format!("{SIGN_IN}?next={escaped}")
        }
    }
}

fn escape(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wanted_page_survives_the_sign_in() {
        assert_eq!(sign_in_address(&Uri::from_static("/")), "/sign-in");
        assert_eq!(sign_in_address(&Uri::from_static("/?q=a%20b&sort=-time")), "/sign-in?next=/%3Fq%3Da%2520b%26sort%3D-time");
    }

    #[test]
    fn what_is_remembered_completes_the_address_of_the_floor_and_no_other() {
        for (cookie, address, completed) in [
            ("sort=trouble", "/", "/?sort=trouble"),
            ("lang=en; sort=-time", "/?state=ready&q=a%20b", "/?state=ready&q=a%20b&sort=-time"),
            ("sort=trouble", "/?sort=agent", "/?sort=agent"),
            ("sort=trouble", "/?sort=", "/?sort="),
            ("sort=trouble", "/calls", "/calls"),
            ("sort=trouble", "/agents/5001", "/agents/5001"),
            ("sort=agent", "/", "/"),
            ("sort=chaos", "/", "/"),
            ("sort=time&x=1", "/", "/"),
            ("", "/", "/"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_static(cookie));
            assert_eq!(as_remembered(Uri::from_static(address), &headers).to_string(), completed, "{cookie} {address}");
        }
    }
}
