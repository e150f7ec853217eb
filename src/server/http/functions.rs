//! What stands behind the server functions (`crate::api`): who asks, the use case, and the answer's status, cookie and way on.

use super::caller::Supervisor;
use super::form::{Form, form};
use super::json::{BulkRunView, InterventionView};
use crate::address::local::local_path;
use crate::api::ApiError;
use crate::api::arguments::BulkArguments;
use crate::floor::visibility::Visibility;
use crate::floor::{Intervention, Operation, Outcome};
use crate::server::auth::session::COOKIE;
use crate::server::console::Console;
use crate::server::service::arguments::Arguments;
use crate::server::service::error::masked;
use crate::server::service::intervene;
use crate::server::service::sign_in::{self, Credentials, SignInError};
use crate::server::service::{bulk, phone, scheduled};
use cookie::{Cookie, SameSite};
use http::{HeaderValue, StatusCode, header};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use std::sync::Arc;

/// Returns the console, and the supervisor who asks.
fn asked() -> Result<(Arc<Console>, Supervisor), ApiError> {
    let console =
        use_context::<Arc<Console>>().ok_or_else(|| ApiError::Transport { detail: "the request's context is missing".to_owned() })?;
    let supervisor = use_context::<Supervisor>().ok_or(ApiError::SignedOut)?;
    Ok((console, supervisor))
}

/// Carries one operation out for the caller. Returns once the platform has answered: accepted, or confirmed if the event was faster.
pub async fn force(operation: Operation, arguments: Arguments) -> Result<InterventionView, ApiError> {
    let (console, Supervisor { principal, visibility }) = asked()?;
    let done = intervene::run(console.clone(), principal, operation, arguments).await;
    told(&console, visibility, done)
}

/// Does something with the caller's own phone.
pub async fn phone(ask: phone::Ask) -> Result<InterventionView, ApiError> {
    let (console, Supervisor { principal, visibility }) = asked()?;
    let done = phone::run(console.clone(), principal, ask).await;
    told(&console, visibility, done)
}

/// Answers with an intervention as it is so far, with the numbers that the caller may see.
fn told(console: &Console, visibility: Visibility, done: Result<Intervention, ApiError>) -> Result<InterventionView, ApiError> {
    let filter = console.floor.number_filter(visibility);
    let done = done.map_err(|error| masked(&filter, error))?;
    if done.outcome != Outcome::Confirmed {
        follow_at(&format!("/api/interventions/{}", done.id));
    }
    Ok(InterventionView::of(filter.intervention(done)))
}

/// Answers 202: what was asked for is under way, and can be followed at `address`.
fn follow_at(address: &str) {
    if let (Some(response), Ok(address)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(address)) {
        response.set_status(StatusCode::ACCEPTED);
        response.insert_header(header::LOCATION, address);
    }
}

/// Starts a bulk run for the caller.
pub async fn bulk_start(arguments: BulkArguments) -> Result<BulkRunView, ApiError> {
    let (console, Supervisor { principal, .. }) = asked()?;
    bulk::start(&console, principal, arguments).await.map(BulkRunView::of)
}

/// Stops what still waits in a bulk run.
pub async fn bulk_cancel(id: u64) -> Result<BulkRunView, ApiError> {
    let (console, Supervisor { principal, .. }) = asked()?;
    bulk::cancel(&console, &principal, id).await.map(BulkRunView::of)
}

/// Takes back what the console would do at an agent later.
pub async fn scheduled_cancel(agent: &str) -> Result<(), ApiError> {
    let (console, Supervisor { principal, .. }) = asked()?;
    scheduled::cancel(&console, &principal, agent).await
}

/// Signs somebody in, in the place of whoever this browser was.
pub async fn sign_in(given: Credentials, next: &str, with_phone: bool) -> Result<(), ApiError> {
    let form = form()?;
    let password = given.password.clone();
    let (id, session) = match sign_in::sign_in(&form.console, form.address, given).await {
        Ok(begun) => begun,
        Err(SignInError::Failed(error)) => return Err(error),
        Err(SignInError::Wait(wait)) => {
            form.retry_after(wait);
            return Err(ApiError::Busy);
        }
    };
    if let Some(old) = form.session().await {
        form.console.sessions.end(&old);
    }
    if with_phone {
        phone::log_on_beside(form.console.clone(), session, password);
    }
    form.set_cookie(&cookie_of(&form, &id, false));
    form.go_on_to(local_path(next));
    Ok(())
}

/// Ends the session of the browser that asks.
pub async fn sign_out() -> Result<(), ApiError> {
    let form = form()?;
    let session = form.session().await.ok_or(ApiError::SignedOut)?;
    form.console.sessions.end(&session);
    tracing::info!(agent = session.agent.as_str(), "signed out");
    form.set_cookie(&cookie_of(&form, "", true));
    form.go_on_to("/sign-in");
    Ok(())
}

fn cookie_of(form: &Form, id: &str, remove: bool) -> Cookie<'static> {
    let mut cookie =
        Cookie::build((COOKIE, id.to_owned())).path("/").http_only(true).same_site(SameSite::Lax).secure(form.over_tls()).build();
    if remove {
        cookie.make_removal();
    }
    cookie
}
