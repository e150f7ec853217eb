//! Errors on the wire: problem+json (RFC 9457), for pages and scripts alike. `code` is what a program looks at and never changes;
//! `detail` is for people.

use super::client::Object;
use super::{ApiError, ApiErrorKind};
use axum::body::Bytes;
use http::StatusCode;
use leptos::server_fn::{ContentType, Decodes, Encodes, Format, FormatType};
use serde::Serialize;
use strum::{EnumCount, IntoStaticStr, VariantNames};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

pub const PROBLEM_JSON: &str = "application/problem+json";

/// What is refused before any server function is asked, or has no [`ApiError`]: views, addresses, bodies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumCount, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum HttpProblem {
    NotFound,
    MethodNotAllowed,
    MalformedJson,
    TooLarge,
    UnsupportedMediaType,
    Database,
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
    pub status: u16,
    /// For people.
    pub detail: String,
    /// For programs; never changes.
    #[schema(schema_with = codes)]
    pub code: &'static str,
    /// Of `bad-argument`: which one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Of `obstacle`: what stands in the way, for example `on-hold`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub obstacle: Option<&'static str>,
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

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem(pub Box<Members>);

/// Every code there is.
pub fn all_codes() -> impl Iterator<Item = &'static str> {
    ApiErrorKind::VARIANTS.iter().chain(HttpProblem::VARIANTS).copied()
}

fn codes() -> impl Into<RefOr<Schema>> {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(all_codes()))
}

impl Problem {
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

    pub fn bad(field: &str, problem: &str) -> Problem {
        ApiError::BadArgument { field: field.to_owned(), problem: problem.to_owned() }.into()
    }

    /// The JSON object.
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
            | ApiError::Stopping => {}
        }
        problem
    }
}

/// The encoding of a server function's error.
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
