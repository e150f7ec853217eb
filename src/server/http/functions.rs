//! What stands behind the server functions (`crate::api`): who asks, the use case, and the answer's status, cookie and way on.

use crate::address::local::local_path;
use crate::api::ApiError;
use crate::floor::{BulkRun, Intervention, Operation};
use crate::server::auth::session::COOKIE;
use crate::server::http::context::{Caller, caller};
use crate::server::service::error::masked;
use crate::server::service::intervene::{self, Arguments, Principal};
use crate::server::service::sign_in::{self, Credentials, SignInError};
use crate::server::service::{bulk, scheduled};
use cookie::{Cookie, SameSite};

/// Carries one operation out for the caller. Returns once the platform has answered: accepted, or confirmed if the event was faster.
pub async fn force(operation: Operation, request: Arguments) -> Result<Intervention, ApiError> {
    let caller = caller()?;
    let session = caller.session()?;
    let visibility = caller.console.config.visibility(session.role);
    let done = intervene::run(caller.console.clone(), Principal::of(session), operation, request).await;
    let filter = caller.console.floor.number_filter(visibility).await;
    done.map(|done| filter.intervention(done)).map_err(|error| caller.fail(masked(&filter, error)))
}

/// Starts a bulk run for the caller.
pub async fn bulk_start(operation: &str, agents: &str, minutes: Option<u32>) -> Result<BulkRun, ApiError> {
    let caller = caller()?;
    let actor = Principal::of(caller.session()?);
    bulk::start(&caller.console, actor, operation, agents, minutes).await.map_err(|error| caller.fail(error))
}

/// Stops what still waits in a bulk run.
pub async fn bulk_cancel(id: u64) -> Result<BulkRun, ApiError> {
    let caller = caller()?;
    let session = caller.session()?;
    bulk::cancel(&caller.console, &session, id).await.map_err(|error| caller.fail(error))
}

/// Takes back what the console would do at an agent later.
pub async fn cancel_scheduled(agent: &str) -> Result<(), ApiError> {
    let caller = caller()?;
    let session = caller.session()?;
    scheduled::cancel(&caller.console, &session, agent).await.map_err(|error| caller.fail(error))
}

/// Signs the caller in, in the place of whoever this browser was.
pub async fn sign_in(given: Credentials, next: &str) -> Result<(), ApiError> {
    let caller = caller()?;
    let id = match sign_in::sign_in(&caller.console, caller.address, given).await {
        Ok(id) => id,
        Err(SignInError::Failed(error)) => return Err(caller.fail(error)),
        Err(SignInError::Wait(wait)) => {
            caller.retry_after(wait);
            return Err(caller.fail(ApiError::Busy));
        }
    };
    if let Some(old) = caller.old_session() {
        caller.console.sessions.end(&old);
    }
    caller.set_cookie(&cookie_of(&caller, &id, false));
    caller.redirect_form(local_path(next));
    Ok(())
}

/// Ends the caller's session.
#[expect(clippy::unused_async, reason = "as the body of every server function")]
pub async fn sign_out() -> Result<(), ApiError> {
    let caller = caller()?;
    let session = caller.session()?;
    caller.console.sessions.end(&session);
    tracing::info!(agent = session.agent.as_str(), "signed out");
    caller.set_cookie(&cookie_of(&caller, "", true));
    caller.redirect_form("/sign-in");
    Ok(())
}

fn cookie_of(caller: &Caller, id: &str, remove: bool) -> Cookie<'static> {
    let mut cookie =
        Cookie::build((COOKIE, id.to_owned())).path("/").http_only(true).same_site(SameSite::Lax).secure(caller.over_tls()).build();
    if remove {
        cookie.make_removal();
    }
    cookie
}
