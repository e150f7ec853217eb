//! What a server function knows of its caller, and how it answers beyond its result.

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

/// The request that a server function runs for.
pub struct Caller {
    pub console: Arc<Console>,
    /// Where the request comes from.
    pub address: IpAddr,
    headers: HeaderMap,
    response: ResponseOptions,
}

/// The caller of the server function that runs now.
pub fn caller() -> Result<Caller, ApiError> {
    let lost = || ApiError::Transport { detail: "the request's context is missing".to_owned() };
    let console = use_context::<Arc<Console>>().ok_or_else(lost)?;
    let request = use_context::<Parts>().ok_or_else(lost)?;
    let Peer(peer) = request.extensions.get::<Peer>().copied().ok_or_else(lost)?;
    Ok(Caller {
        address: visitor::address(peer, &request.headers, &console.config.trusted_proxies),
        console,
        headers: request.headers,
        response: use_context::<ResponseOptions>().ok_or_else(lost)?,
    })
}

impl Caller {
    /// Who asks; the error is already the answer.
    pub fn session(&self) -> Result<Arc<Session>, ApiError> {
        self.console.sessions.of(&self.headers).ok_or_else(|| self.fail(ApiError::SignedOut))
    }

    /// The session that this browser has had so far, if any.
    pub fn old_session(&self) -> Option<Arc<Session>> {
        self.console.sessions.of(&self.headers)
    }

    /// Says how long to wait before the next attempt, in whole seconds.
    pub fn retry_after(&self, wait: Duration) {
        let seconds = (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1);
        self.response.insert_header(header::RETRY_AFTER, HeaderValue::from(seconds));
    }

    /// Gives the answer the error's status. A plain form is sent back to its page instead, with the error in the address.
    pub fn fail(&self, error: ApiError) -> ApiError {
        if !self.is_plain_form() {
            self.response.set_status(StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        }
        error
    }

    pub fn set_cookie(&self, cookie: &Cookie) {
        if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
            self.response.append_header(header::SET_COOKIE, value);
        }
    }

    /// Where a browser without scripts goes after this form.
    pub fn redirect_form(&self, path: &str) {
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

/// A request that could not be decoded is the caller's mistake, not the server's.
pub fn note_bad_request(status: u16) {
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
        response.set_status(status);
    }
}

/// `next` where it is a path of ours (one slash at its beginning: two would be another host; nothing that a header could not hold),
/// else the floor.
pub fn local_path(next: &str) -> &str {
    let local = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
    if local && next.len() <= 2000 && next.bytes().all(|b| (0x21..0x7f).contains(&b)) { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_on_only_to_a_local_path() {
        for good in ["/", "/?q=5001&state=ready", "/sign-in?next=%2F"] {
            assert_eq!(local_path(good), good);
        }
        for bad in ["", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "/中"] {
            assert_eq!(local_path(bad), "/", "{bad}");
        }
    }
}
