//! Errors as problem+json (RFC 9457). `code` is what a program looks at and never changes; `detail` is for people.

use super::schema::kebab;
use crate::api::ApiError;
use crate::server::actor::Stopped;
use crate::server::store::StoreError;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

pub const PROBLEM_JSON: &str = "application/problem+json";

/// Every code there is.
pub const CODES: [&str; 24] = [
    "signed-out",
    "not-permitted",
    "wrong-origin",
    "bad-argument",
    "obstacle",
    "changed",
    "refused",
    "unreachable",
    "outcome-unknown",
    "not-understood",
    "busy",
    "audit-failed",
    "database-lost",
    "transport",
    "wrong-credentials",
    "not-found",
    "method-not-allowed",
    "malformed-json",
    "too-large",
    "unsupported-media-type",
    "no-platform-session",
    "stopping",
    "database",
    "internal",
];

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem(Box<Said>);

/// What went wrong. Only the first five members are always there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub struct Said {
    /// Always `about:blank`: `code` tells problems apart.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    status: u16,
    /// For people.
    detail: String,
    /// For programs; never changes.
    #[schema(schema_with = codes)]
    code: &'static str,
    /// Of `bad-argument`: which one.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// Of `obstacle`: what stands in the way, for example `on-hold`.
    #[serde(skip_serializing_if = "Option::is_none")]
    obstacle: Option<String>,
    /// Of `changed`: what would happen now.
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<&'static str>,
    /// Of `refused` and `not-understood`: the platform's status.
    #[serde(skip_serializing_if = "Option::is_none")]
    platform_status: Option<u16>,
    /// Of `refused`: the agent or device that the platform named as the one in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    holder: Option<String>,
}

fn codes() -> impl Into<RefOr<Schema>> {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(CODES))
}

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Problem {
        Problem(Box::new(Said {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            code,
            field: None,
            obstacle: None,
            effect: None,
            platform_status: None,
            holder: None,
        }))
    }

    pub fn bad(field: &str, problem: &str) -> Problem {
        ApiError::BadArgument { field: field.to_owned(), problem: problem.to_owned() }.into()
    }

    pub fn not_found(what: &str) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not-found", what)
    }

    /// The token that came is none of ours; the problem is the same as without any.
    pub fn wrong_token() -> Problem {
        let mut problem = Problem::from(ApiError::SignedOut);
        problem.0.detail = "the token is not known: it may have been taken back".to_owned();
        problem
    }

    /// What a status says that was decided before any of our routes was asked.
    pub fn of_status(status: StatusCode) -> Problem {
        let (code, detail) = match status {
            StatusCode::NOT_FOUND => ("not-found", "there is no such address: GET /api/openapi.json lists them"),
            StatusCode::METHOD_NOT_ALLOWED => ("method-not-allowed", "the address does not take this method"),
            StatusCode::PAYLOAD_TOO_LARGE => ("too-large", "the body is too large"),
            StatusCode::FORBIDDEN => ("wrong-origin", "the request came from another origin"),
            StatusCode::UNAUTHORIZED => ("signed-out", "not signed in: sign in and try again"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ("unsupported-media-type", "this address takes no application/json"),
            status if status.is_client_error() => ("bad-argument", "the request could not be read"),
            _ => ("internal", "the console failed: its log says why"),
        };
        Problem::new(status, code, detail)
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Problem {
        let code = match &error {
            ApiError::SignedOut => "signed-out",
            ApiError::NotPermitted => "not-permitted",
            ApiError::WrongOrigin => "wrong-origin",
            ApiError::BadArgument { .. } => "bad-argument",
            ApiError::Obstacle { .. } => "obstacle",
            ApiError::Changed { .. } => "changed",
            ApiError::WrongCredentials => "wrong-credentials",
            ApiError::Refused { .. } => "refused",
            ApiError::Unreachable => "unreachable",
            ApiError::OutcomeUnknown => "outcome-unknown",
            ApiError::NotUnderstood { .. } => "not-understood",
            ApiError::Busy => "busy",
            ApiError::AuditFailed => "audit-failed",
            ApiError::DatabaseLost => "database-lost",
            ApiError::Stopping => "stopping",
            ApiError::Transport { .. } => "transport",
        };
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut problem = Problem::new(status, code, error.to_string());
        match error {
            ApiError::BadArgument { field, .. } => problem.0.field = Some(field),
            ApiError::Obstacle { obstacle } => problem.0.obstacle = Some(kebab(&format!("{obstacle:?}"))),
            ApiError::Changed { effect } => problem.0.effect = Some(effect.code()),
            ApiError::Refused { status, holder } => (problem.0.platform_status, problem.0.holder) = (Some(status), holder),
            ApiError::NotUnderstood { status } => problem.0.platform_status = Some(status),
            _ => {}
        }
        problem
    }
}

impl From<Stopped> for Problem {
    fn from(stopped: Stopped) -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", stopped.to_string())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        tracing::error!(%error, "a JSON request was not answered");
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "database", "the database could not be asked: try again in a moment")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, PROBLEM_JSON), (header::CACHE_CONTROL, "no-store")], body).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::{Effect, Obstacle};

    #[test]
    fn the_codes_are_those_of_the_server_functions() {
        for error in [
            ApiError::SignedOut,
            ApiError::NotPermitted,
            ApiError::WrongOrigin,
            ApiError::BadArgument { field: "callId".to_owned(), problem: "is missing".to_owned() },
            ApiError::Obstacle { obstacle: Obstacle::NotInThatCall },
            ApiError::Changed { effect: Effect::AfterCall },
            ApiError::WrongCredentials,
            ApiError::Refused { status: 460, holder: Some("8001@test.cc".to_owned()) },
            ApiError::Unreachable,
            ApiError::OutcomeUnknown,
            ApiError::NotUnderstood { status: 302 },
            ApiError::Busy,
            ApiError::AuditFailed,
            ApiError::DatabaseLost,
            ApiError::Stopping,
            ApiError::Transport { detail: String::new() },
        ] {
            let (told, status) = (serde_json::to_value(&error).unwrap(), error.status());
            let problem = Problem::from(error);
            assert_eq!((told["error"].as_str(), status), (Some(problem.0.code), problem.0.status));
            assert!(CODES.contains(&problem.0.code), "{}", problem.0.code);
        }
        let problem = Problem::from(ApiError::Obstacle { obstacle: Obstacle::NotInThatCall });
        assert_eq!(problem.0.obstacle.as_deref(), Some("not-in-that-call"));
    }
}
