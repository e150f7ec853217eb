//! The errors of the server functions, and their HTTP statuses. Pages have their own words for them (`i18n`).

use crate::floor::{Effect, NotSent, Obstacle};
use strum::{EnumCount, EnumDiscriminants, EnumString, IntoStaticStr, VariantNames};
#[cfg(feature = "ssr")]
use {
    super::problem::ProblemJson,
    leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr},
};

/// Why a server function did not do what it was asked for. [`ApiErrorKind`] names the `code` of each on the wire.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, EnumDiscriminants)]
#[strum_discriminants(
    name(ApiErrorKind),
    derive(EnumCount, EnumString, Hash, IntoStaticStr, VariantNames),
    strum(serialize_all = "kebab-case"),
    doc = "Which error it is. Its name in kebab case is the `code` on the wire, which never changes."
)]
pub enum ApiError {
    /// There is no session and no token, or none that is known.
    #[error("not signed in: sign in and try again")]
    SignedOut,
    /// The role does not permit it, or the console does not offer it (`--hide-action`, `--hide-button`).
    #[error("the role of this user does not permit it, or the console does not offer it")]
    NotPermitted,
    /// A page of another origin sent the request.
    #[error("the request came from another origin")]
    WrongOrigin,
    /// An argument is missing or not valid.
    #[error("{field}: {problem}")]
    BadArgument {
        /// The argument's name on the wire, for example `callId`; `request` if the body as a whole could not be read.
        field: String,
        /// What is wrong with it or what it should look like, in English.
        problem: String,
    },
    /// The operation cannot work here and now: nothing was sent.
    #[error("{obstacle}")]
    Obstacle {
        /// What stands in the way.
        obstacle: Obstacle,
    },
    /// The floor has changed, so that the effect would not be the expected one: nothing was sent.
    #[error("the floor has changed meanwhile: it would do something else now ({})", effect.code())]
    Changed {
        /// What the operation would do now.
        effect: Effect,
    },
    /// The platform's login refused the number, password or domain.
    #[error("number, password or domain is wrong")]
    WrongCredentials,
    /// The platform refused an operation.
    #[error("the platform refused it with status {status}")]
    Refused {
        /// The platform's HTTP status (protocol, section 1).
        status: u16,
        /// The agent or device that the platform named as the one in the way (455, 459); `None` if it named none.
        holder: Option<String>,
    },
    /// The platform could not be reached: nothing was sent.
    #[error("the platform cannot be reached")]
    Unreachable,
    /// The operation was sent and the platform's answer did not come: it may or may not have taken effect.
    #[error("the platform's answer did not come: it may or may not have taken effect")]
    OutcomeUnknown,
    /// The platform's answer to signing in is not in its protocol.
    #[error("the platform's answer was not understood (status {status})")]
    NotUnderstood {
        /// The platform's HTTP status.
        status: u16,
    },
    /// A token's operation is sent with the platform session of a supervisor who is signed in, and nobody is.
    #[error("no supervisor is signed in: operations go to the platform with a signed-in supervisor's session")]
    NoPlatformSession,
    /// There are too many requests, sign-in attempts or operations at once; a later attempt may succeed.
    #[error("too many requests: try again in a moment")]
    Busy,
    /// The audit log could not be written, so nothing was sent.
    #[error("the audit log could not be written, so nothing was sent")]
    AuditFailed,
    /// The database file was deleted or replaced, so nothing was sent: it could not be audited.
    #[error("the console's database file was deleted or replaced, so nothing was sent")]
    DatabaseLost,
    /// The console's database cannot be reached, so nobody can sign in.
    #[error("the console's database cannot be reached, so nobody can sign in")]
    DatabaseAway,
    /// The console is stopping: nothing was sent.
    #[error("the console is stopping, so nothing was sent")]
    Stopping,
    /// In the browser: the console gave no answer that can be read. On the server: the framework failed.
    #[error("the console cannot be reached: {detail}")]
    Transport {
        /// What failed, in English; may be empty.
        detail: String,
    },
}

impl ApiError {
    /// Returns the HTTP status with which the server answers this error.
    pub fn status(&self) -> u16 {
        match self {
            ApiError::SignedOut | ApiError::WrongCredentials => 401,
            ApiError::NotPermitted | ApiError::WrongOrigin => 403,
            ApiError::BadArgument { .. } => 400,
            ApiError::Obstacle { .. } | ApiError::Changed { .. } | ApiError::Refused { .. } => 409,
            ApiError::Busy => 429,
            ApiError::AuditFailed | ApiError::Transport { .. } => 500,
            ApiError::NoPlatformSession | ApiError::DatabaseLost | ApiError::DatabaseAway | ApiError::Stopping => 503,
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
