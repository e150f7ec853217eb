//! The two ways in to the server functions: a JSON body for what changes the floor, from pages and scripts alike; a plain form for
//! signing in and out, which works without a program in the page.

use super::caller::{Caller, Supervisor};
use super::json::fresh;
use super::pages::SIGN_IN;
use crate::address::local::{local_path, without_error};
use crate::api::problem::{HttpProblem, PROBLEM_JSON, Problem};
use crate::server::auth::token;
use crate::server::console::Console;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use leptos::prelude::provide_context;
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::sync::Arc;

/// Returns whether the body says that it is JSON.
fn says_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// Calls a server function that takes JSON. Who may not ask is not told what is wrong with the question.
pub async fn json(State(console): State<Arc<Console>>, request: Request<Body>) -> Response {
    let (mut head, body) = request.into_parts();
    let (supervisor, body) = match admitted(&console, &head.headers, body).await {
        Ok(admitted) => admitted,
        Err(problem) => return problem.into_response(),
    };
    // Whatever it says it takes, it gets JSON and is sent nowhere.
    head.headers.remove(header::ACCEPT);
    let request = Request::from_parts(head, Body::from(body));
    let context = move || {
        provide_context(console.clone());
        provide_context(supervisor.clone());
    };
    fresh(answered(leptos_axum::handle_server_fns_with_context(context, request).await.into_response()).await)
}

/// Calls a server function that takes a form.
pub async fn form(State(console): State<Arc<Console>>, request: Request<Body>) -> Response {
    if says_json(request.headers()) || token::bearer(request.headers()).is_some() {
        let detail = "this address takes a form, as a browser sends it";
        return Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, HttpProblem::UnsupportedMediaType, detail).into_response();
    }
    let (mut head, body) = request.into_parts();
    // The framework leads a plain form that was refused back to where its request says that it came from. That is let be one of our pages.
    if let Ok(page) = HeaderValue::from_str(&format!("{OURS}{}", page_of(&head.headers))) {
        head.headers.insert(header::REFERER, page);
    }
    let context = move || provide_context(console.clone());
    let request = Request::from_parts(head, body);
    let mut response = answered(leptos_axum::handle_server_fns_with_context(context, request).await.into_response()).await;
    let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()?.strip_prefix(OURS));
    if let Some(to) = to.and_then(|to| HeaderValue::from_str(to).ok()) {
        response.headers_mut().insert(header::LOCATION, to);
    }
    response
}

/// Stands for this console in addresses that the framework wants whole; it leaves none of them.
const OURS: &str = "http://console.invalid";

/// Returns the page of ours on which a form stood, without what was said there before; the sign-in page where that is not known.
fn page_of(headers: &HeaderMap) -> String {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let whole = text(header::REFERER).and_then(|referer| referer.split_once("://"));
    let page = whole.and_then(|(_, place)| place.strip_prefix(text(header::HOST)?)).map(without_error);
    page.filter(|page| page.starts_with('/') && local_path(page) == page.as_str()).unwrap_or_else(|| SIGN_IN.to_owned())
}

/// Who asks comes first: each function is for supervisors.
async fn admitted(console: &Console, headers: &HeaderMap, body: Body) -> Result<(Supervisor, Bytes), Problem> {
    let supervisor = Caller::of(console, headers).await?.supervisor(console)?;
    Ok((supervisor, checked(headers, body).await?))
}

/// Takes in a JSON body, as far as it can be judged without knowing the function.
pub async fn checked(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    if !says_json(headers) {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Problem::new(status, HttpProblem::UnsupportedMediaType, "send the body as application/json"));
    }
    // Its length was looked at before (`middleware`).
    let body = to_bytes(body, usize::MAX).await.map_err(|_| Problem::bad("request", "the body did not come whole"))?;
    match serde_json::from_slice::<IgnoredAny>(&body) {
        // What decodes the arguments would take a list of them as well.
        Ok(_) if body.trim_ascii_start().first() != Some(&b'{') => Err(Problem::bad("request", "the body must be a JSON object")),
        Ok(_) => Ok(body),
        Err(error) => Err(Problem::new(StatusCode::BAD_REQUEST, HttpProblem::MalformedJson, format!("the body is not JSON: {error}"))),
    }
}

/// Gives an error the status that stands in it: the framework makes a 500 of each.
async fn answered(response: Response) -> Response {
    #[derive(Deserialize)]
    struct Said {
        status: u16,
    }
    let is_error = response.headers().contains_key(SERVER_FN_ERROR_HEADER) && !response.status().is_redirection();
    if !is_error {
        return response;
    }
    let (mut head, body) = response.into_parts();
    head.headers.remove(SERVER_FN_ERROR_HEADER);
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let said = serde_json::from_slice::<Said>(&body).ok().and_then(|said| StatusCode::from_u16(said.status).ok());
    head.status = said.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    head.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    Response::from_parts(head, Body::from(body))
}
