//! The seven operations as a service: authorise, check, write down, send, follow.

use crate::api::ApiError;
use crate::floor::{AgentId, CallId, DeviceId, IdError, Intervention, Namespace, Operation, Outcome, Role, is_phone_number};
use crate::server::context::{self, Caller};
use crate::server::interventions::Answer;
use crate::server::now;
use crate::server::sdk::{CallError, requests::ForceRequest};
use crate::server::session::Session;
use std::sync::Arc;

/// The arguments as they came, unchecked.
#[derive(Debug, Default)]
pub struct Request {
    pub agent_id: Option<String>,
    pub device_id: Option<String>,
    pub call_id: Option<String>,
    pub phone_number: Option<String>,
}

/// Runs one operation for the caller of the server function. Returns once the platform has answered: accepted, or confirmed if the
/// event was faster.
pub async fn force(operation: Operation, request: Request) -> Result<Intervention, ApiError> {
    let caller = context::caller()?;
    let session = caller.session()?;
    if session.role != Role::Supervisor {
        return Err(caller.fail(ApiError::NotPermitted));
    }
    if caller.console.config.hidden.contains(&operation) {
        return Err(caller.fail(ApiError::NotPermitted));
    }
    let done = async {
        let (wanted, request) = plan(operation, request, &session, &caller.console.config.namespace)?;
        run(&caller, session, wanted, request).await
    };
    done.await.map_err(|error| caller.fail(error))
}

/// What is to be followed, and what is to be sent.
fn plan(
    operation: Operation,
    request: Request,
    session: &Session,
    namespace: &Namespace,
) -> Result<(Intervention, ForceRequest), ApiError> {
    let agent = request.agent_id.map(|text| own(AgentId::parse(&text), AgentId::namespace, "agentId", namespace)).transpose()?;
    let device = request.device_id.filter(|text| !text.is_empty());
    let device = device.map(|text| own(DeviceId::parse(&text), DeviceId::namespace, "deviceId", namespace)).transpose()?;
    let call = request.call_id.map(|text| CallId::parse(&text).map_err(|error| bad("callId", &error.to_string()))).transpose()?;
    let phone = match request.phone_number.filter(|text| !text.is_empty()) {
        Some(number) if !is_phone_number(&number) => return Err(bad("phoneNumber", "digits only, for example 8000")),
        Some(number) => DeviceId::of(&number, namespace).map_err(|error| bad("phoneNumber", &error.to_string()))?,
        None => session.device.clone(),
    };
    let missing = |field| bad(field, "is missing");
    let mut wanted = Intervention {
        id: 0,
        operation,
        agent: agent.clone(),
        device: device.clone(),
        call: call.clone(),
        by: session.agent.clone(),
        by_device: phone.clone(),
        requested_at: now(),
        answered_after: None,
        finished_after: None,
        outcome: Outcome::Requested,
        deferred: false,
        holder: None,
    };
    let device_of = || device.clone().ok_or_else(|| missing("deviceId"));
    let call_of = || call.clone().ok_or_else(|| missing("callId"));
    let agent_of = || agent.clone().ok_or_else(|| missing("agentId"));
    let request = match operation {
        Operation::Drop => ForceRequest::drop(&device_of()?, &call_of()?),
        Operation::Join => ForceRequest::join(&device_of()?, &call_of()?, phone.number()),
        Operation::Take => ForceRequest::take(&device_of()?, &call_of()?, phone.number()),
        Operation::Listen => {
            // The device is the listener's here; whose call it is, the owner finds out.
            wanted.by_device = device.clone().unwrap_or_else(|| session.device.clone());
            wanted.device = None;
            ForceRequest::listen(&wanted.by_device, &call_of()?)
        }
        Operation::Ready => ForceRequest::set_mode(&agent_of()?, &device_of()?, "Ready"),
        Operation::NotReady => ForceRequest::set_mode(&agent_of()?, &device_of()?, "NotReady"),
        Operation::Logout => ForceRequest::logout(&agent_of()?, &device_of()?, namespace),
    };
    Ok((wanted, request))
}

async fn run(caller: &Caller, session: Arc<Session>, wanted: Intervention, request: ForceRequest) -> Result<Intervention, ApiError> {
    let console = caller.console.clone();
    let begun = console.owner.begin(wanted, session.role).await?;
    if let Err(error) = console.store.audit_request(begun.clone()).await {
        tracing::error!(%error, "an operation was not sent because the audit log could not be written");
        console.owner.withdraw(begun.id).await;
        return Err(ApiError::AuditFailed);
    }
    // A task of its own: a browser that goes away must not leave the operation without its outcome.
    let sending = tokio::spawn(async move {
        let (answer, error): (Answer, Option<ApiError>) = match console.platform.force(&session.platform, &request).await {
            Ok(deferred) => (Answer { deferred, ..Outcome::Accepted.into() }, None),
            Err(CallError::Refused { status, holder }) => {
                (Answer { holder: holder.clone(), ..Outcome::Refused(status).into() }, Some(ApiError::Refused { status, holder }))
            }
            Err(CallError::Unreachable) => (Outcome::Refused(0).into(), Some(ApiError::Unreachable)),
            Err(CallError::Broken | CallError::NotUnderstood) => (Outcome::Unknown.into(), Some(ApiError::OutcomeUnknown)),
        };
        let outcome = answer.outcome;
        let followed = console.owner.answered(begun.id, answer).await.unwrap_or(Intervention { outcome, ..begun });
        if outcome == Outcome::Refused(426) {
            // The platform has forgotten the session: so do we.
            console.sessions.end(&session);
        }
        match error {
            Some(error) if followed.outcome != Outcome::Confirmed => Err(error),
            _ => Ok(followed),
        }
    });
    sending.await.unwrap_or(Err(ApiError::OutcomeUnknown))
}

/// Of our own tenant, or refused.
fn own<T>(id: Result<T, IdError>, namespace_of: impl Fn(&T) -> &str, field: &str, namespace: &Namespace) -> Result<T, ApiError> {
    let id = id.map_err(|error| bad(field, &error.to_string()))?;
    if namespace_of(&id) == namespace.as_str() { Ok(id) } else { Err(bad(field, &format!("not of this console's domain {namespace}"))) }
}

fn bad(field: &str, problem: &str) -> ApiError {
    ApiError::BadArgument { field: field.to_owned(), problem: problem.to_owned() }
}
