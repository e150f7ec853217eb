//! Errors on the wire: problem+json (RFC 9457), for pages and scripts alike. Programs go by the `code`, which never changes; the `detail`
//! is for people.

use super::client::Object;
use super::{ApiError, ApiErrorKind};
use axum::body::Bytes;
use http::StatusCode;
use leptos::server_fn::{ContentType, Decodes, Encodes, Format, FormatType};
use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

/// The content type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A problem that comes from outside the server functions and has no [`ApiError`]. Its name in kebab case is the `code` on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum HttpProblem {
    /// There is nothing at the address, or no agent, call or intervention of that id (404).
    NotFound,
    /// The address does not take this method (405).
    MethodNotAllowed,
    /// The body is not JSON (400).
    MalformedJson,
    /// The body is too long (413).
    TooLarge,
    /// The body is of another content type than the address takes (415).
    UnsupportedMediaType,
    /// The database could not be read (503).
    Database,
    /// The console failed; its log says why (500).
    Internal,
}

/// What went wrong. Only the first five members are always there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub struct Members {
    /// Always `about:blank`: `code` tells problems apart.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What went wrong, in English, for people.
    pub detail: String,
    /// Which problem it is, for programs; never changes.
    #[schema(schema_with = codes)]
    pub code: &'static str,
    /// Of `bad-argument`: the argument's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Of `obstacle`: what stands in the way, for example `on-hold`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub obstacle: Option<&'static str>,
    /// Of `changed`: what the operation would do now, for example `ends-call`.
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<&'static str>,
    /// Of `refused` and `not-understood`: the platform's HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    platform_status: Option<u16>,
    /// Of `refused`: the agent or device that the platform named as the one in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    holder: Option<String>,
}

/// The body of an answer that is an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem(
    /// The members of the JSON object.
    pub Box<Members>,
);

/// Iterates over every code that a problem can have.
pub fn all_codes() -> impl Iterator<Item = &'static str> {
    ApiErrorKind::VARIANTS.iter().chain(HttpProblem::VARIANTS).copied()
}

/// Returns the schema of a code, for the OpenAPI document.
fn codes() -> impl Into<RefOr<Schema>> {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(all_codes()))
}

impl Problem {
    /// Makes a problem without the members that only some codes have.
    pub fn new(status: StatusCode, code: impl Into<&'static str>, detail: impl Into<String>) -> Problem {
        Problem(Box::new(Members {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            code: code.into(),
            field: None,
            obstacle: None,
            effect: None,
            platform_status: None,
            holder: None,
        }))
    }

    /// Makes the problem of an argument that is not valid: `problem` says what is wrong with it, in English.
    pub fn bad(field: &str, problem: &str) -> Problem {
        ApiError::BadArgument { field: field.to_owned(), problem: problem.to_owned() }.into()
    }

    /// Returns the problem as JSON.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&self.0).unwrap_or_default()
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Problem {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut problem = Problem::new(status, ApiErrorKind::from(&error), error.to_string());
        match error {
            ApiError::BadArgument { field, .. } => problem.0.field = Some(field),
            ApiError::Obstacle { obstacle } => problem.0.obstacle = Some(obstacle.into()),
            ApiError::Changed { effect } => problem.0.effect = Some(effect.into()),
            ApiError::Refused { status, holder } => (problem.0.platform_status, problem.0.holder) = (Some(status), holder),
            ApiError::NotUnderstood { status } => problem.0.platform_status = Some(status),
            ApiError::Transport { detail } => problem.0.detail = detail,
            ApiError::SignedOut
            | ApiError::NotPermitted
            | ApiError::WrongOrigin
            | ApiError::WrongCredentials
            | ApiError::NoPlatformSession
            | ApiError::Unreachable
            | ApiError::OutcomeUnknown
            | ApiError::Busy
            | ApiError::AuditFailed
            | ApiError::DatabaseLost
            | ApiError::DatabaseAway
            | ApiError::Stopping => {}
        }
        problem
    }
}

/// The encoding of the server functions' errors.
pub struct ProblemJson;

impl ContentType for ProblemJson {
    const CONTENT_TYPE: &'static str = PROBLEM_JSON;
}

impl FormatType for ProblemJson {
    const FORMAT_TYPE: Format = Format::Text;
}

impl Encodes<ApiError> for ProblemJson {
    type Error = serde_json::Error;

    fn encode(error: &ApiError) -> Result<Bytes, serde_json::Error> {
        serde_json::to_vec(&Problem::from(error.clone()).0).map(Bytes::from)
    }
}

impl Decodes<ApiError> for ProblemJson {
    type Error = serde_json::Error;

    fn decode(bytes: Bytes) -> Result<ApiError, serde_json::Error> {
        serde_json::from_slice::<serde_json::Value>(&bytes).map(|problem| problem.error(0))
    }
}
