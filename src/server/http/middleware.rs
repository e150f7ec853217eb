//! What every request passes through, outermost last.

use crate::api::ApiError;
use crate::api::problem::Problem;
use crate::server::http::json;
use crate::server::http::policy;
use crate::server::http::request_log;
use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use std::time::Duration;
use tokio::time::timeout;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

/// No form of ours is longer.
const LONGEST_BODY: usize = 64 << 10;
/// But the one that names a thousand agents, each with an id of 256 bytes, percent-encoded.
const LONGEST_LIST: usize = 1 << 20;

/// A body that is too long is read to its end all the same, up to this length: a client that is still sending when the connection closes
/// may never see why it was refused.
const HEARD_OUT: usize = 1 << 20;
const HEARD_OUT_FOR: Duration = Duration::from_secs(5);
/// How long a body may take.
const BODY: Duration = Duration::from_secs(20);

/// `lists` are the routes that take a long list.
pub fn around(routes: Router, lists: Router) -> Router {
    routes
        .layer(from_fn(|request, next| take_in(LONGEST_BODY, request, next)))
        .merge(lists.layer(from_fn(|request, next| take_in(LONGEST_LIST, request, next))))
        .layer(from_fn(same_origin))
        .layer(DefaultBodyLimit::disable())
        .layer(CatchPanicLayer::new())
        .layer(from_fn(json::problems))
        // Pages and views; the browser's files come compressed already.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(from_fn(protect))
        .layer(from_fn(request_log::tell))
}

/// Takes in the whole body, of `most` bytes at most, before anything is done with it: what comes slowly keeps nothing waiting but itself.
async fn take_in(most: usize, request: Request<Body>, next: Next) -> Response {
    let (head, body) = request.into_parts();
    if body.is_end_stream() {
        return next.run(Request::from_parts(head, body)).await;
    }
    let length = head.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if let Some(length) = length.filter(|length| *length > most) {
        if length <= HEARD_OUT {
            timeout(HEARD_OUT_FOR, whole(body, most)).await.ok();
        }
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    match timeout(BODY, whole(body, most)).await {
        Ok(Ok(body)) => next.run(Request::from_parts(head, Body::from(body))).await,
        Ok(Err(status)) => status.into_response(),
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}

async fn whole(body: Body, most: usize) -> Result<Vec<u8>, StatusCode> {
    let mut taken = Vec::new();
    let mut heard = 0;
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| StatusCode::BAD_REQUEST)?;
        heard += chunk.len();
        if heard <= most {
            taken.extend_from_slice(&chunk);
        } else if heard > most.max(HEARD_OUT) {
            break;
        }
    }
    if heard <= most { Ok(taken) } else { Err(StatusCode::PAYLOAD_TOO_LARGE) }
}

/// Whatever changes something, and the live channel, answers only to our own pages. Requests without an origin do not come from a
/// page: scripts may do what their session permits.
async fn same_origin(request: Request<Body>, next: Next) -> Response {
    let guarded = !matches!(*request.method(), Method::GET | Method::HEAD) || request.uri().path() == "/live";
    if guarded && !is_ours(request.headers()) {
        return Problem::from(ApiError::WrongOrigin).into_response();
    }
    next.run(request).await
}

fn is_ours(headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    if headers.contains_key(header::ORIGIN) {
        let authority = text(&header::ORIGIN).and_then(|origin| origin.split_once("://")).map(|(_, authority)| authority);
        return authority.is_some() && authority == text(&header::HOST);
    }
    site.is_none_or(|site| matches!(site, "same-origin" | "none"))
}

async fn protect(request: Request<Body>, next: Next) -> Response {
    let mut response = next.run(request).await;
    policy::protect(response.headers_mut());
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn only_our_own_pages_count_as_ours() {
        let ours = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            is_ours(&headers)
        };
        assert!(ours(&[("host", "console.example"), ("origin", "https://console.example")]));
        assert!(ours(&[("host", "localhost:3000")]));
        assert!(!ours(&[("host", "localhost:3000"), ("origin", "http://localhost:4000")]));
        assert!(!ours(&[("host", "localhost:3000"), ("origin", "null")]));
        assert!(!ours(&[("origin", "http://localhost:3000")]));
        assert!(!ours(&[("host", "localhost:3000"), ("sec-fetch-site", "cross-site")]));
    }
}
