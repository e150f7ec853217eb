//! What a server function can answer instead of a result. The page puts it in words (`i18n`); the HTTP status is decided here.

use crate::floor::{Effect, NotSent, Obstacle};
use strum::{EnumCount, EnumDiscriminants, EnumString, IntoStaticStr, VariantNames};
#[cfg(feature = "ssr")]
use {
    super::problem::ProblemJson,
    leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr},
};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, EnumDiscriminants)]
#[strum_discriminants(
    name(ApiErrorKind),
    derive(EnumCount, EnumString, Hash, IntoStaticStr, VariantNames),
    strum(serialize_all = "kebab-case"),
    doc = "Which error it is; its name is the `code` on the wire."
)]
pub enum ApiError {
    #[error("not signed in: sign in and try again")]
    SignedOut,
    #[error("the role of this user does not permit it")]
    NotPermitted,
    #[error("the request came from another origin")]
    WrongOrigin,
    /// `field` is the parameter's name, `problem` says what it should look like.
    #[error("{field}: {problem}")]
    BadArgument { field: String, problem: String },
    /// The precondition does not hold here and now.
    #[error("{obstacle}")]
    Obstacle { obstacle: Obstacle },
    /// The floor changed since the one who asks was shown what would happen: `effect` is what would happen now. Nothing was sent.
    #[error("the floor has changed meanwhile: it would do something else now ({})", effect.code())]
    Changed { effect: Effect },
    /// The platform's login refused number, password or domain.
    #[error("number, password or domain is wrong")]
    WrongCredentials,
    /// The platform answered an operation with this status; `holder` is the agent or device its answer named.
    #[error("the platform refused it with status {status}")]
    Refused { status: u16, holder: Option<String> },
    /// No connection to the platform: nothing was sent.
    #[error("the platform cannot be reached")]
    Unreachable,
    /// No answer of the platform's came after sending: it may or may not have taken effect.
    #[error("the platform's answer did not come: it may or may not have taken effect")]
    OutcomeUnknown,
    /// The platform answered something that is not in its protocol.
    #[error("the platform's answer was not understood (status {status})")]
    NotUnderstood { status: u16 },
    /// A token's operation goes to the platform with a signed-in supervisor's session, and there is none.
    #[error("no supervisor is signed in: operations go to the platform with a signed-in supervisor's session")]
    NoPlatformSession,
    /// Too many at once; try again in a moment.
    #[error("too many requests: try again in a moment")]
    Busy,
    /// The audit log could not be written, so nothing was sent.
    #[error("the audit log could not be written, so nothing was sent")]
    AuditFailed,
    /// The database file was deleted or replaced: nothing is sent that cannot be written down.
    #[error("the console's database file was deleted or replaced, so nothing was sent")]
    DatabaseLost,
    /// The console is stopping: nothing was sent.
    #[error("the console is stopping, so nothing was sent")]
    Stopping,
    /// The call never reached the console, or its answer never came back.
    #[error("the console cannot be reached: {detail}")]
    Transport { detail: String },
}

impl ApiError {
    /// The HTTP status of this answer.
    pub fn status(&self) -> u16 {
        match self {
            ApiError::SignedOut | ApiError::WrongCredentials => 401,
            ApiError::NotPermitted | ApiError::WrongOrigin => 403,
            ApiError::BadArgument { .. } => 400,
            ApiError::Obstacle { .. } | ApiError::Changed { .. } | ApiError::Refused { .. } => 409,
            ApiError::Busy => 429,
            ApiError::AuditFailed | ApiError::Transport { .. } => 500,
            ApiError::NoPlatformSession | ApiError::DatabaseLost | ApiError::Stopping => 503,
            ApiError::NotUnderstood { .. } | ApiError::Unreachable => 502,
            ApiError::OutcomeUnknown => 504,
        }
    }
}

impl From<NotSent> for ApiError {
    fn from(why: NotSent) -> ApiError {
        match why {
            NotSent::Unreachable => ApiError::Unreachable,
            NotSent::Unwritten => ApiError::AuditFailed,
            NotSent::Stopping => ApiError::Stopping,
        }
    }
}

#[cfg(feature = "ssr")]
impl FromServerFnError for ApiError {
    type Encoder = ProblemJson;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(problem) | ServerFnErrorErr::MissingArg(problem) | ServerFnErrorErr::Deserialization(problem) => {
                ApiError::BadArgument { field: "request".to_owned(), problem }
            }
            other => ApiError::Transport { detail: other.to_string() },
        }
    }
}
