//! Who asks: a script by its token, or a signed-in browser by its cookie. A token that came decides alone.

use super::problem::Problem;
use crate::api::ApiError;
use crate::floor::visibility::Visibility;
use crate::floor::{AgentId, Role};
use crate::server::auth::session::Session;
use crate::server::auth::token;
use crate::server::console::Console;
use crate::server::service::intervene::Principal;
use axum::extract::FromRequestParts;
use http::{HeaderMap, StatusCode, request::Parts};
use std::sync::Arc;

pub struct Asker {
    who: Who,
    role: Role,
    pub visibility: Visibility,
}

enum Who {
    Browser(Arc<Session>),
    /// The token's name.
    Script(String),
}

impl Asker {
    pub async fn of(console: &Console, headers: &HeaderMap) -> Result<Asker, Problem> {
        let (who, role) = match token::bearer(headers) {
            Some(token) => {
                let (name, role) = token::known(&console.store, token).await?.ok_or_else(Problem::wrong_token)?;
                (Who::Script(name), role)
            }
            None => {
                let session = console.sessions.of(headers).ok_or(ApiError::SignedOut)?;
                let role = session.role;
                (Who::Browser(session), role)
            }
        };
        Ok(Asker { who, role, visibility: console.config.visibility(role) })
    }

    /// With what the platform is asked. The console has no account of its own there: a script's operation goes out with the session
    /// of the supervisor who signed in last.
    pub fn actor(self, console: &Console) -> Result<Principal, Problem> {
        if self.role != Role::Supervisor {
            return Err(ApiError::NotPermitted.into());
        }
        let name = match self.who {
            Who::Browser(session) => return Ok(Principal::of(session)),
            Who::Script(name) => name,
        };
        let Some(session) = console.sessions.latest_supervisor() else {
            return Err(Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "no-platform-session",
                "no supervisor is signed in: operations go to the platform with a signed-in supervisor's session",
            ));
        };
        let by = AgentId::trusted(format!("token:{name}"));
        Ok(Principal { by, device: None, role: self.role, platform: session.platform.clone(), session })
    }
}

impl FromRequestParts<Arc<Console>> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, console: &Arc<Console>) -> Result<Asker, Problem> {
        Asker::of(console, &parts.headers).await
    }
}
