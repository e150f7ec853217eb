//! Who asks: a script by its token, or a signed-in browser by its cookie. A token that came decides alone.

use crate::api::ApiError;
use crate::api::problem::Problem;
use crate::floor::visibility::Visibility;
use crate::floor::{AgentId, Role};
use crate::server::auth::session::Session;
use crate::server::auth::token;
use crate::server::console::Console;
use crate::server::service::diagnostics;
use crate::server::service::intervene::Principal;
use axum::extract::FromRequestParts;
use http::{HeaderMap, request::Parts};
use std::sync::Arc;

/// Who asks, and what they may see.
pub struct Caller {
    who: Who,
    role: Role,
    pub visibility: Visibility,
}

/// A supervisor who asks for something to be done.
#[derive(Clone)]
pub struct Supervisor {
    pub principal: Principal,
    pub visibility: Visibility,
}

enum Who {
    Browser(Arc<Session>),
    /// The token's name.
    Script(String),
}

impl Caller {
    /// Returns who sent these headers.
    pub async fn of(console: &Console, headers: &HeaderMap) -> Result<Caller, Problem> {
        let (who, role) = match token::bearer(headers) {
            Some(token) => {
                let (name, role) = token::known(&console.store, token).await?.ok_or_else(wrong_token)?;
                (Who::Script(name), role)
            }
            None => {
                let session = console.sessions.of(headers).await.ok_or(ApiError::SignedOut)?;
                let role = session.role;
                (Who::Browser(session), role)
            }
        };
        Ok(Caller { who, role, visibility: console.config.visibility(role) })
    }

    /// Returns the browser's session; none of a script.
    pub fn session(&self) -> Option<&Arc<Session>> {
        match &self.who {
            Who::Browser(session) => Some(session),
            Who::Script(_) => None,
        }
    }

    /// Returns the supervisor who asks, with what the platform is asked. The console has no account of its own there: a script's operation goes out with the
    /// session of the supervisor who signed in last.
    pub fn supervisor(self, console: &Console) -> Result<Supervisor, ApiError> {
        if self.role != Role::Supervisor {
            return Err(ApiError::NotPermitted);
        }
        let principal = match self.who {
            Who::Browser(session) => Principal::of(session),
            Who::Script(name) => Principal::of_script(&name, self.role, console).ok_or(ApiError::NoPlatformSession)?,
        };
        Ok(Supervisor { principal, visibility: self.visibility })
    }
}

/// The token that came is none of ours; the problem is the same as without any.
fn wrong_token() -> Problem {
    let mut problem = Problem::from(ApiError::SignedOut);
    problem.0.detail = "the token is not known: it may have been taken back".to_owned();
    problem
}

/// Somebody who may see the console's inside (`--diagnostics`). A token is nobody whom a pattern names.
pub struct Engineer {
    pub agent: AgentId,
}

impl FromRequestParts<Arc<Console>> for Engineer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, console: &Arc<Console>) -> Result<Engineer, Problem> {
        let caller = Caller::of(console, &parts.headers).await?;
        let session = caller.session().filter(|session| diagnostics::may(console, session)).ok_or(ApiError::NotPermitted)?;
        Ok(Engineer { agent: session.agent.clone() })
    }
}

impl FromRequestParts<Arc<Console>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, console: &Arc<Console>) -> Result<Caller, Problem> {
        Caller::of(console, &parts.headers).await
    }
}
