//! The problems of the JSON interface that no server function tells of, and how a problem is answered.

use crate::api::problem::{HttpProblem, PROBLEM_JSON, Problem};
use crate::api::{ApiError, ApiErrorKind};
use crate::server::actor::Stopped;
use crate::server::store::StoreError;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

/// Returns the problem of an address at which there is nothing of that name.
pub fn not_found(what: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, HttpProblem::NotFound, what)
}

/// Returns what a status says that was decided before any of our routes was asked.
pub fn of_status(status: StatusCode) -> Problem {
    use HttpProblem::{Internal, MethodNotAllowed, NotFound, TooLarge, UnsupportedMediaType};
    let (code, detail) = match status {
        StatusCode::NOT_FOUND => (NotFound, "there is no such address: GET /api/openapi.json lists them"),
        StatusCode::METHOD_NOT_ALLOWED => (MethodNotAllowed, "the address does not take this method"),
        StatusCode::PAYLOAD_TOO_LARGE => (TooLarge, "the body is too large"),
        StatusCode::FORBIDDEN => return ApiError::WrongOrigin.into(),
        StatusCode::UNAUTHORIZED => return ApiError::SignedOut.into(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => (UnsupportedMediaType, "send the body as application/json"),
        status if status.is_client_error() => return Problem::new(status, ApiErrorKind::BadArgument, "the request could not be read"),
        _ => (Internal, "the console failed: its log says why"),
    };
    Problem::new(status, code, detail)
}

impl From<Stopped> for Problem {
    fn from(stopped: Stopped) -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, ApiErrorKind::Stopping, stopped.to_string())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        tracing::error!(%error, "a JSON request was not answered");
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, HttpProblem::Database, "the database could not be asked: try again in a moment")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = self.to_bytes();
        let mut response = (status, [(header::CONTENT_TYPE, PROBLEM_JSON), (header::CACHE_CONTROL, "no-store")], body).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
