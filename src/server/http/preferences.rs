//! The reader's language and theme: the choice, and what is known of it at each page.

use crate::address::local::local_path;
use crate::page::{Language, Theme};
use crate::server::auth::session::cookie_value;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use cookie::time::Duration;
use cookie::{Cookie, SameSite};
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct Preferences {
    lang: Option<String>,
    theme: Option<String>,
    next: Option<String>,
}

/// `GET /preferences?lang=&theme=&next=`: keeps the choice in a cookie and goes back. Works without scripts.
pub async fn choose(Query(request): Query<Preferences>) -> Response {
    let mut response = Redirect::to(local_path(request.next.as_deref().unwrap_or_default())).into_response();
    let lang = request.lang.as_deref().and_then(Language::from_code).map(|language| ("lang", language.code()));
    let theme = request.theme.as_deref().and_then(Theme::from_code).map(|theme| ("theme", theme.code()));
    for (name, value) in [lang, theme].into_iter().flatten() {
        let cookie = Cookie::build((name, value)).path("/").same_site(SameSite::Lax).max_age(Duration::days(365));
        if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

pub fn language(headers: &HeaderMap) -> Language {
    let chosen = cookie_value(headers, "lang").and_then(|code| Language::from_code(&code));
    chosen.or_else(|| preferred(headers)).unwrap_or_default()
}

/// The language of the page that asks, as it says itself (`public/boot.js`): a WebSocket does not always say what its reader reads.
pub fn page_language(headers: &HeaderMap) -> Language {
    let page = cookie_value(headers, "page-lang").and_then(|code| Language::from_code(&code));
    page.unwrap_or_else(|| language(headers))
}

/// The first language of `Accept-Language` that we speak; browsers list them by preference.
fn preferred(headers: &HeaderMap) -> Option<Language> {
    let accepted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    accepted.split(',').filter_map(|part| part.split(';').next()).find_map(|code| Language::from_code(code.trim()))
}

pub fn theme(headers: &HeaderMap) -> Theme {
    cookie_value(headers, "theme").and_then(|code| Theme::from_code(&code)).unwrap_or_default()
}
