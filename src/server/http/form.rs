//! What signing in and out know of the form that a browser sent, and how they answer beyond their result.

use crate::api::ApiError;
use crate::server::auth::session::Session;
use crate::server::auth::visitor;
use crate::server::console::Console;
use crate::server::http::connections::Peer;
use cookie::Cookie;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// The form that a server function runs for.
pub struct Form {
    pub console: Arc<Console>,
    /// Where the request comes from.
    pub address: IpAddr,
    headers: HeaderMap,
    response: ResponseOptions,
}

/// Returns the form that the server function which runs now was sent.
pub fn form() -> Result<Form, ApiError> {
    let lost = || ApiError::Transport { detail: "the request's context is missing".to_owned() };
    let console = use_context::<Arc<Console>>().ok_or_else(lost)?;
    let request = use_context::<Parts>().ok_or_else(lost)?;
    let Peer(peer) = request.extensions.get::<Peer>().copied().ok_or_else(lost)?;
    Ok(Form {
        address: visitor::address(peer, &request.headers, &console.config.trusted_proxies),
        console,
        headers: request.headers,
        response: use_context::<ResponseOptions>().ok_or_else(lost)?,
    })
}

impl Form {
    /// Returns the session that this browser has had so far, if any.
    pub async fn session(&self) -> Option<Arc<Session>> {
        self.console.sessions.of(&self.headers).await
    }

    /// Says how long to wait before the next attempt, in whole seconds.
    pub fn retry_after(&self, wait: Duration) {
        let seconds = (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1);
        self.response.insert_header(header::RETRY_AFTER, HeaderValue::from(seconds));
    }

    pub fn set_cookie(&self, cookie: &Cookie) {
        if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
            self.response.append_header(header::SET_COOKIE, value);
        }
    }

    /// Sends a browser without scripts on to `path`.
    pub fn go_on_to(&self, path: &str) {
        if let (true, Ok(path)) = (self.is_plain_form(), HeaderValue::from_str(path)) {
            self.response.set_status(StatusCode::SEE_OTHER);
            self.response.insert_header(header::LOCATION, path);
        }
    }

    /// The page was served over TLS: the browser says so itself, whatever stands between.
    pub fn over_tls(&self) -> bool {
        self.text(&header::ORIGIN).is_some_and(|origin| origin.starts_with("https://"))
    }

    fn is_plain_form(&self) -> bool {
        self.text(&header::ACCEPT).is_some_and(|accepts| accepts.contains("text/html"))
    }

    fn text(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
