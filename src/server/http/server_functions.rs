//! The two ways in to the server functions: a JSON body for what changes the floor, from pages and scripts alike; a plain form for
//! signing in and out, which works without a program in the page.

use super::caller::{Caller, Supervisor};
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

/// The functions that take a form.
const FORMS: [&str; 2] = ["/api/sign-in", "/api/sign-out"];

/// Returns whether `path` takes a form.
pub fn is_form(path: &str) -> bool {
    FORMS.contains(&path)
}

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
    let mut response = answered(leptos_axum::handle_server_fns_with_context(context, request).await.into_response()).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Calls a server function that takes a form.
pub async fn form(State(console): State<Arc<Console>>, request: Request<Body>) -> Response {
    if says_json(request.headers()) || token::bearer(request.headers()).is_some() {
        let detail = "this address takes a form, as a browser sends it";
        return Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, HttpProblem::UnsupportedMediaType, detail).into_response();
    }
    let context = move || provide_context(console.clone());
    answered(leptos_axum::handle_server_fns_with_context(context, request).await.into_response()).await
}

/// Who asks comes first: each function is for supervisors.
async fn admitted(console: &Console, headers: &HeaderMap, body: Body) -> Result<(Supervisor, Bytes), Problem> {
    let supervisor = Caller::of(console, headers).await?.supervisor(console)?;
    Ok((supervisor, checked(headers, body).await?))
}

/// Takes in a JSON body, as far as it can be judged without knowing the function.
async fn checked(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    if !says_json(headers) {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Problem::new(status, HttpProblem::UnsupportedMediaType, "send the body as application/json"));
    }
    // Its length was looked at before (`middleware`).
    let body = to_bytes(body, usize::MAX).await.map_err(|_| Problem::bad("request", "the body did not come whole"))?;
    match serde_json::from_slice::<IgnoredAny>(&body) {
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
