//! The seven operations as a service: authorise, check, write down, send, follow. Whoever asks is an [`Principal`]: a signed-in
//! supervisor, a script with a token, or the console itself carrying out a scheduled action.

use crate::api::ApiError;
use crate::floor::bulk::MOST_MINUTES;
use crate::floor::{
    AgentId, CallId, DeviceId, Effect, IdError, Intervention, Namespace, NotSent, Operation, Outcome, Role, is_phone_number,
};
use crate::server::actor::PlatformAnswer;
use crate::server::actor::{Begun, InterventionRequest};
use crate::server::auth::session::Session;
use crate::server::clock::now;
use crate::server::console::Console;
use crate::server::sdk::{CallError, PlatformSession, Taken, requests::PlatformRequest};
use crate::server::service::arguments::Arguments;
use crate::server::service::error::of_operation;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long the audit log may take to know of an operation; then it is not sent.
const WRITTEN_WITHIN: Duration = Duration::from_secs(10);

/// What the name of a script's token stands after, where it asked.
const SCRIPT: &str = "token:";

/// Who asks for an operation.
#[derive(Debug, Clone)]
pub struct Principal {
    /// What the audit log and the rows name.
    pub by: AgentId,
    /// The own phone; none for scripts, which name one.
    pub device: Option<DeviceId>,
    pub role: Role,
    /// With what the platform is asked.
    pub platform: PlatformSession,
    /// The console's session, which ends when the platform has forgotten its own.
    pub session: Arc<Session>,
}

impl Principal {
    pub fn of(session: Arc<Session>) -> Principal {
        Principal {
            by: session.agent.clone(),
            device: Some(session.device.clone()),
            role: session.role,
            platform: session.platform.clone(),
            session,
        }
    }

    /// The script with the token of that name, with the session of the supervisor who signed in last; none where nobody is signed in.
    pub fn of_script(name: &str, role: Role, console: &Console) -> Option<Principal> {
        let session = console.sessions.latest_supervisor()?;
        let by = AgentId::trusted(format!("{SCRIPT}{name}"));
        Some(Principal { by, device: None, role, platform: session.platform.clone(), session })
    }

    /// Whoever asked for something earlier, as far as they are still signed in.
    pub fn again(by: &AgentId, console: &Console) -> Option<Principal> {
        match by.as_str().strip_prefix(SCRIPT) {
            Some(name) => Principal::of_script(name, Role::Supervisor, console),
            None => console.sessions.supervisors().into_iter().find(|session| session.agent == *by).map(Principal::of),
        }
    }

    /// Returns whether there still is a session to ask the platform with: one's own, or for a script that of the supervisor who signed
    /// in last.
    pub fn renew(&mut self, console: &Console) -> bool {
        if !self.session.ended.is_cancelled() {
            return true;
        }
        let is_script = self.device.is_none();
        let Some(session) = console.sessions.latest_supervisor().filter(|_| is_script) else { return false };
        (self.platform, self.session) = (session.platform.clone(), session);
        true
    }
}

/// Carries one operation out. Returns once the platform has answered: accepted, or confirmed if the event was faster. From here on the
/// operation is the console's own: whoever asked may go, it comes to its end all the same.
pub async fn run(console: Arc<Console>, actor: Principal, operation: Operation, request: Arguments) -> Result<Intervention, ApiError> {
    if actor.role != Role::Supervisor || console.config.hidden.contains(&operation) {
        return Err(ApiError::NotPermitted);
    }
    let request = plan(operation, request, &actor, &console.config.namespace)?;
    let carried_out = console.under_way.spawn(carry_out(console.clone(), actor, request));
    carried_out.await.unwrap_or(Err(ApiError::OutcomeUnknown))
}

/// Takes the operation up, has it written down, and sends it.
async fn carry_out(console: Arc<Console>, actor: Principal, request: InterventionRequest) -> Result<Intervention, ApiError> {
    let operation = request.intervention.operation;
    let begun = console.floor.begin(request).await;
    let begun = begun.map_err(|error| of_operation(operation, error))?;
    let deferred = begun.intervention.deferred;
    let id = written_down(&console, begun).await?;
    if deferred {
        // A log-out waits here for the end of the call; the platform would refuse it now.
        return console.floor.waits(id).await.ok_or(ApiError::AuditFailed);
    }
    match console.floor.sends(id).await {
        Some(sent) => send(&console, actor, sent).await,
        None => Err(ApiError::AuditFailed),
    }
}

/// Waits until the audit log knows of what was taken up, and returns its id; what it does not learn in time is not sent.
pub async fn written_down(console: &Console, begun: Begun) -> Result<i64, ApiError> {
    let Begun { intervention, written } = begun;
    let id = intervention.id;
    if !matches!(timeout(WRITTEN_WITHIN, written).await, Ok(Ok(()))) {
        tracing::error!(id, "an operation was not sent because the audit log could not be written in time");
        console.floor.not_sent(id, NotSent::Unwritten).await;
        return Err(ApiError::AuditFailed);
    }
    Ok(id)
}

/// Sends what was begun and written down, and follows the platform's answer.
pub async fn send(console: &Console, actor: Principal, begun: Intervention) -> Result<Intervention, ApiError> {
    let request = request_of(&begun, &console.config.namespace)?;
    let answer = console.platform.carry_out(&actor.platform, &request).await;
    answered(console, &actor, begun, answer).await
}

/// Follows the platform's answer to what was sent.
pub async fn answered(
    console: &Console,
    actor: &Principal,
    sent: Intervention,
    answer: Result<Taken, CallError>,
) -> Result<Intervention, ApiError> {
    let (answer, error): (PlatformAnswer, Option<ApiError>) = match answer {
        Ok(Taken { deferred, call }) => (PlatformAnswer { deferred, call, ..Outcome::Accepted.into() }, None),
        Err(CallError::Refused { status, holder }) => {
            (PlatformAnswer { holder: holder.clone(), ..Outcome::Refused(status).into() }, Some(ApiError::Refused { status, holder }))
        }
        Err(CallError::Unreachable) => (Outcome::NotSent(NotSent::Unreachable).into(), Some(ApiError::Unreachable)),
        Err(CallError::Broken | CallError::NotUnderstood) => (Outcome::Unknown.into(), Some(ApiError::OutcomeUnknown)),
    };
    let outcome = answer.outcome;
    let followed = console.floor.answered(sent.id, answer).await.unwrap_or(Intervention { outcome, ..sent });
    if outcome == Outcome::Refused(426) {
        // The platform has forgotten the session: so do we.
        console.sessions.forgotten(&actor.platform);
    }
    match error {
        Some(error) if followed.outcome != Outcome::Confirmed => Err(error),
        _ => Ok(followed),
    }
}

/// What is to be followed.
fn plan(operation: Operation, request: Arguments, actor: &Principal, namespace: &Namespace) -> Result<InterventionRequest, ApiError> {
    let agent = request.agent_id.map(|text| own(AgentId::own(&text, namespace), "agentId", namespace)).transpose()?;
    let device = request.device_id.filter(|text| !text.is_empty());
    let device = device.map(|text| own(DeviceId::own(&text, namespace), "deviceId", namespace)).transpose()?;
    let call = call_of(request.call_id.as_deref(), "callId")?;
    let expect = effect_of(request.expect.as_deref())?;
    let minutes = request.minutes.filter(|_| operation == Operation::NotReady);
    if minutes.is_some_and(|minutes| minutes == 0 || minutes > MOST_MINUTES) {
        return Err(bad("minutes", &format!("1 to {MOST_MINUTES}")));
    }
    let phone = match request.phone_number.filter(|text| !text.is_empty()) {
        Some(number) if !is_phone_number(&number) => return Err(bad("phoneNumber", "digits only, for example 8000")),
        Some(number) => Some(DeviceId::of(&number, namespace).map_err(|error| bad("phoneNumber", &error.to_string()))?),
        None => actor.device.clone(),
    };
    let missing = |field| bad(field, "is missing");
    // For listening the device is the listener's; whose call it is, the owner finds out.
    let (device, phone, phone_field) = match operation {
        Operation::Listen => (None, device.or(phone), "deviceId"),
        _ => (device, phone, "phoneNumber"),
    };
    if operation.uses_own_phone() && phone.is_none() {
        return Err(missing(phone_field));
    }
    if operation != Operation::Listen && device.is_none() {
        return Err(missing("deviceId"));
    }
    if operation.on_call() && call.is_none() {
        return Err(missing("callId"));
    }
    if !operation.on_call() && agent.is_none() {
        return Err(missing("agentId"));
    }
    let by_device = phone.unwrap_or_else(|| DeviceId::trusted(""));
    let intervention = Intervention { agent, device, call, ..Intervention::requested(operation, actor.by.clone(), by_device, now()) };
    Ok(InterventionRequest { intervention, role: actor.role, expect, minutes, item: request.item })
}

/// Reads the id of a call, where one is given.
pub fn call_of(text: Option<&str>, field: &str) -> Result<Option<CallId>, ApiError> {
    text.map(|text| CallId::parse(text).map_err(|error| bad(field, &error.to_string()))).transpose()
}

/// Reads the effect that the one who asks was shown, where one is given.
pub fn effect_of(text: Option<&str>) -> Result<Option<Effect>, ApiError> {
    let given = text.filter(|text| !text.is_empty());
    given.map(|text| text.parse().map_err(|_| bad("expect", "not an effect, for example now or ends-call"))).transpose()
}

/// What is to be sent, for a call under the id that the platform knows it by now.
fn request_of(begun: &Intervention, namespace: &Namespace) -> Result<PlatformRequest, ApiError> {
    let missing = |field| bad(field, "is missing");
    let device = || begun.device.as_ref().ok_or_else(|| missing("deviceId"));
    let call = || begun.call.as_ref().ok_or_else(|| missing("callId"));
    let agent = || begun.agent.as_ref().ok_or_else(|| missing("agentId"));
    Ok(match begun.operation {
        Operation::Drop => PlatformRequest::drop(device()?, call()?),
        Operation::Join => PlatformRequest::join(device()?, call()?, begun.by_device.number()),
        Operation::Take => PlatformRequest::take(device()?, call()?, begun.by_device.number()),
        Operation::Listen => PlatformRequest::listen(&begun.by_device, call()?),
        Operation::Ready => PlatformRequest::set_mode(agent()?, device()?, "Ready"),
        Operation::NotReady => PlatformRequest::set_mode(agent()?, device()?, "NotReady"),
        Operation::Logout => PlatformRequest::logout(agent()?, device()?, namespace),
        // Made by `service::phone`, which knows more of it.
        Operation::Phone(_) => return Err(bad("request", "it is done with the own phone")),
    })
}

/// Of our own tenant, or refused.
pub fn own<T>(id: Result<Option<T>, IdError>, field: &str, namespace: &Namespace) -> Result<T, ApiError> {
    let id = id.map_err(|error| bad(field, &error.to_string()))?;
    id.ok_or_else(|| bad(field, &format!("not of this console's domain {namespace}")))
}

pub fn bad(field: &str, problem: &str) -> ApiError {
    ApiError::BadArgument { field: field.to_owned(), problem: problem.to_owned() }
}
