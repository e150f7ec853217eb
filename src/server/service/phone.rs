//! What the own phone does, as a service: authorise, check, write down, send, follow, as for the seven (`intervene`).

use crate::api::ApiError;
use crate::api::arguments::phone::{
    ConferenceArguments, ConsultationArguments, DataArguments, DataEntry, LoginArguments, ModeArguments, OwnCallArguments, RecordArguments,
};
use crate::floor::{AgentId, CallId, DeviceId, Effect, Intervention, Obstacle, Operation, Outcome, PhoneOperation, Role, is_phone_number};
use crate::server::actor::{PhoneBegun, PhoneRequest, PlatformAnswer};
use crate::server::auth::session::Session;
use crate::server::clock::now;
use crate::server::console::Console;
use crate::server::sdk::requests::PlatformRequest;
use crate::server::sdk::{CallError, Taken};
use crate::server::service::arguments::Arguments;
use crate::server::service::intervene::{self, Principal, answered, bad, call_of, effect_of, own, written_down};
use secrecy::SecretString;
use std::collections::HashSet;
use std::sync::Arc;

const LONGEST_REASON: usize = 100;
const MOST_ENTRIES: usize = 50;
const LONGEST_KEY: usize = 100;
const LONGEST_VALUE: usize = 1000;

/// What to do where agent or phone is logged on elsewhere (the SDK's document, 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LoginMode {
    /// The refusal says who is in the way, and the page asks what then.
    Ask,
    /// Log that out first.
    Force,
    /// The refusal says who is in the way, and that is all.
    Stop,
}

/// What is asked for, as it came.
#[derive(Debug)]
pub struct Ask {
    operation: PhoneOperation,
    call: Option<String>,
    consult: Option<String>,
    number: Option<String>,
    expect: Option<String>,
    detail: Detail,
}

/// What only some operations have.
#[derive(Debug)]
enum Detail {
    None,
    Login {
        password: SecretString,
        mode: LoginMode,
        agent_mode: &'static str,
    },
    Reason(String),
    /// How somebody takes part who is brought in.
    Kind(&'static str),
    Data(Vec<(String, String)>),
}

impl Ask {
    pub fn new(operation: PhoneOperation) -> Ask {
        Ask { operation, call: None, consult: None, number: None, expect: None, detail: Detail::None }
    }

    pub fn about(operation: PhoneOperation, OwnCallArguments { call_id, expect }: OwnCallArguments) -> Ask {
        Ask { call: Some(call_id), expect, ..Ask::new(operation) }
    }

    pub fn dialling(operation: PhoneOperation, call: Option<String>, number: String) -> Ask {
        Ask { call, number: Some(number), ..Ask::new(operation) }
    }

    pub fn ending(operation: PhoneOperation, ConsultationArguments { hold_call_id, consult_call_id }: ConsultationArguments) -> Ask {
        Ask { call: Some(hold_call_id), consult: Some(consult_call_id), ..Ask::new(operation) }
    }

    pub fn login(LoginArguments { password, login_mode, agent_mode }: LoginArguments) -> Result<Ask, ApiError> {
        let mode = match login_mode.as_deref() {
            None | Some("" | "ask") => LoginMode::Ask,
            Some("force") => LoginMode::Force,
            Some("stop") => LoginMode::Stop,
            Some(_) => return Err(bad("loginMode", "ask, force or stop")),
        };
        if password.is_empty() {
            return Err(bad("password", "is missing"));
        }
        let agent_mode = match agent_mode.as_deref() {
            None | Some("") => "NotReady",
            Some(mode) => mode_of(mode, "agentMode")?.1,
        };
        let detail = Detail::Login { password: password.into(), mode, agent_mode };
        Ok(Ask { detail, ..Ask::new(PhoneOperation::Login) })
    }

    pub fn mode(ModeArguments { mode, reason, expect }: ModeArguments) -> Result<Ask, ApiError> {
        let (operation, _) = mode_of(&mode, "mode")?;
        let reason = reason.unwrap_or_default();
        if reason.chars().count() > LONGEST_REASON || reason.chars().any(char::is_control) {
            return Err(bad("reason", &format!("at most {LONGEST_REASON} characters on one line")));
        }
        Ok(Ask { expect, detail: Detail::Reason(reason), ..Ask::new(operation) })
    }

    pub fn conference(ConferenceArguments { call_id, phone_number, kind }: ConferenceArguments) -> Result<Ask, ApiError> {
        let kind = match kind.as_deref() {
            None | Some("" | "Active") => "Active",
            Some("Silent") => "Silent",
            Some(_) => return Err(bad("type", "Active or Silent")),
        };
        Ok(Ask { detail: Detail::Kind(kind), ..Ask::dialling(PhoneOperation::Conference, Some(call_id), phone_number) })
    }

    pub fn record(RecordArguments { call_id, on }: RecordArguments) -> Result<Ask, ApiError> {
        let operation = if on { PhoneOperation::StartRecording } else { PhoneOperation::StopRecording };
        Ok(Ask { call: Some(call_id), ..Ask::new(operation) })
    }

    pub fn data(DataArguments { call_id, entries }: DataArguments) -> Result<Ask, ApiError> {
        if !(1..=MOST_ENTRIES).contains(&entries.len()) {
            return Err(bad("entries", &format!("1 to {MOST_ENTRIES} keys with their values")));
        }
        let is_plain = |text: &str, most: usize| text.chars().count() <= most && !text.chars().any(char::is_control);
        let fits = |DataEntry { key, value }: &DataEntry| {
            !key.trim().is_empty() && !key.contains('/') && is_plain(key, LONGEST_KEY) && is_plain(value, LONGEST_VALUE)
        };
        if !entries.iter().all(fits) {
            return Err(bad(
                "entries",
                &format!("a key of at most {LONGEST_KEY} characters without /, a value of at most {LONGEST_VALUE}"),
            ));
        }
        if entries.iter().map(|entry| &entry.key).collect::<HashSet<_>>().len() < entries.len() {
            return Err(bad("entries", "each key once"));
        }
        let entries = entries.into_iter().map(|DataEntry { key, value }| (key, value)).collect();
        Ok(Ask { call: Some(call_id), detail: Detail::Data(entries), ..Ask::new(PhoneOperation::SetData) })
    }
}

fn mode_of(mode: &str, field: &str) -> Result<(PhoneOperation, &'static str), ApiError> {
    match mode {
        "Ready" => Ok((PhoneOperation::Ready, "Ready")),
        "NotReady" => Ok((PhoneOperation::NotReady, "NotReady")),
        _ => Err(bad(field, "Ready or NotReady")),
    }
}

/// Carries it out. Returns once the platform has answered: accepted, or confirmed if the event was faster. It comes to its end even if whoever
/// asked goes.
pub async fn run(console: Arc<Console>, actor: Principal, ask: Ask) -> Result<Intervention, ApiError> {
    if actor.role != Role::Supervisor || !console.config.offers(ask.operation) {
        return Err(ApiError::NotPermitted);
    }
    // A script has no phone of its own.
    let own_device = actor.device.clone().ok_or(ApiError::Obstacle { obstacle: Obstacle::NoDevice })?;
    let namespace = &console.config.namespace;
    let call_field = if ask.operation.ends_consultation() { "holdCallId" } else { "callId" };
    let (held, consult) = (call_of(ask.call.as_deref(), call_field)?, call_of(ask.consult.as_deref(), "consultCallId")?);
    let dialled = match &ask.number {
        Some(number) if !is_phone_number(number) => return Err(bad("phoneNumber", "digits only, for example 8000")),
        Some(number) => Some(own(DeviceId::of(number, namespace).map(Some), "phoneNumber", namespace)?),
        None => None,
    };
    let expect = effect_of(ask.expect.as_deref())?;
    let is_about_agent = !ask.operation.on_call() && !ask.operation.dials();
    let operation = Operation::Phone(ask.operation);
    let intervention = Intervention {
        agent: is_about_agent.then(|| actor.by.clone()),
        device: if is_about_agent { Some(own_device.clone()) } else { dialled },
        call: held,
        ..Intervention::requested(operation, actor.by.clone(), own_device, now())
    };
    let silent = matches!(ask.detail, Detail::Kind("Silent"));
    let reason = if let Detail::Reason(reason) = &ask.detail { Some(reason.clone()).filter(|reason| !reason.is_empty()) } else { None };
    let asks = !matches!(ask.detail, Detail::Login { mode: LoginMode::Stop, .. });
    let request = PhoneRequest { intervention, operation: ask.operation, role: actor.role, consult, reason, silent, asks, expect };
    let carried_out = console.under_way.spawn(carry_out(console.clone(), actor, request, ask.detail));
    carried_out.await.unwrap_or(Err(ApiError::OutcomeUnknown))
}

/// Logs the phone of somebody on who has just signed in, which the sign-in does not wait for.
pub fn log_on_beside(console: Arc<Console>, session: Arc<Session>, password: SecretString) {
    let mode = LoginMode::Ask;
    let ask = Ask { detail: Detail::Login { password, mode, agent_mode: "NotReady" }, ..Ask::new(PhoneOperation::Login) };
    let under_way = console.under_way.clone();
    under_way.spawn(async move {
        if let Err(error) = run(console, Principal::of(session), ask).await {
            tracing::info!(%error, "a phone was not logged on at the sign-in");
        }
    });
}

/// The data that travels with a call, as the platform has it.
pub async fn data(console: &Console, actor: &Principal, call: &CallId) -> Result<Vec<(String, String)>, ApiError> {
    match console.platform.call_data(&actor.platform, call).await {
        Ok(data) => Ok(data),
        Err(CallError::Refused { status, holder }) => Err(ApiError::Refused { status, holder }),
        Err(CallError::Unreachable | CallError::Broken) => Err(ApiError::Unreachable),
        Err(CallError::NotUnderstood) => Err(ApiError::NotUnderstood { status: 200 }),
    }
}

/// Takes it up, has it written down, and sends it.
async fn carry_out(console: Arc<Console>, actor: Principal, request: PhoneRequest, detail: Detail) -> Result<Intervention, ApiError> {
    let operation = request.operation;
    let PhoneBegun { begun, consult } = console.floor.begin_phone(request).await?;
    let id = written_down(&console, begun).await?;
    let sent = console.floor.sends(id).await.ok_or(ApiError::AuditFailed)?;
    let answer = match (&detail, operation) {
        (Detail::Login { password, mode, agent_mode }, _) => log_on(&console, &actor, &sent, password, *mode, agent_mode).await,
        _ => {
            let request = request_of(operation, &sent, consult.as_ref(), &detail, &console)?;
            console.platform.carry_out(&actor.platform, &request).await
        }
    };
    if let (Ok(_), Detail::Data(entries), Some(call)) = (&answer, &detail, &sent.call) {
        // No event tells of it: what the platform has is the proof.
        let there = console.platform.call_data(&actor.platform, call).await.unwrap_or_default();
        if entries.iter().all(|entry| there.contains(entry)) {
            console.floor.call_data(call.clone(), there).await;
            let confirmed = PlatformAnswer::from(Outcome::Confirmed);
            return Ok(console.floor.answered(id, confirmed).await.unwrap_or(Intervention { outcome: Outcome::Confirmed, ..sent }));
        }
    }
    answered(&console, &actor, sent, answer).await
}

/// Logs on; where somebody else is in the way and that is wanted, logs that out first.
async fn log_on(
    console: &Arc<Console>,
    actor: &Principal,
    sent: &Intervention,
    password: &SecretString,
    mode: LoginMode,
    agent_mode: &str,
) -> Result<Taken, CallError> {
    let (agent, device) = (&sent.by, &sent.by_device);
    let login = PlatformRequest::log_on(agent, device, password, agent_mode, &actor.platform);
    let refused = match console.platform.carry_out(&actor.platform, &login).await {
        Err(refused @ CallError::Refused { status: 454 | 455 | 459, .. }) if mode == LoginMode::Force => refused,
        other => return other,
    };
    match &refused {
        // Another agent sits at this phone: that is a step-in of its own, written down and followed as such.
        CallError::Refused { status: 459, holder } => {
            let named = holder.as_ref().map(|holder| AgentId::named(holder, &console.config.namespace));
            let Some(Ok(Some(holder))) = named else { return Err(refused) };
            // Who is in a call would be logged out after it, when nobody waits for the phone any more.
            let (agent_id, expect) = (Some(holder.to_string()), Some(Effect::Now.code().to_owned()));
            let whom = Arguments { agent_id, device_id: Some(device.to_string()), expect, ..Arguments::default() };
            let logged_out = intervene::run(console.clone(), actor.clone(), Operation::Logout, whom).await;
            if logged_out.is_ok_and(|done| !done.deferred) { Ok(Taken::default()) } else { Err(refused) }
        }
        // This agent sits at this phone or another one.
        _ => console.platform.carry_out(&actor.platform, &PlatformRequest::log_off(agent)).await,
    }?;
    console.platform.carry_out(&actor.platform, &login).await
}

/// What is to be sent.
fn request_of(
    operation: PhoneOperation,
    sent: &Intervention,
    consult: Option<&CallId>,
    detail: &Detail,
    console: &Console,
) -> Result<PlatformRequest, ApiError> {
    let own = &sent.by_device;
    let call = || sent.call.as_ref().ok_or_else(|| bad("callId", "is missing"));
    let number = || sent.device.as_ref().map(DeviceId::number).ok_or_else(|| bad("phoneNumber", "is missing"));
    let consult = || consult.ok_or_else(|| bad("consultCallId", "is missing"));
    let reason = if let Detail::Reason(reason) = detail { reason.as_str() } else { "" };
    let mode = |mode| PlatformRequest::set_own_mode(&sent.by, own, mode, reason, &console.config.namespace);
    let end = |end| Ok::<_, ApiError>(PlatformRequest::end_consultation(own, call()?, consult()?, end));
    Ok(match operation {
        PhoneOperation::Login => return Err(bad("password", "is missing")),
        PhoneOperation::Logout => PlatformRequest::log_off(&sent.by),
        PhoneOperation::Ready => mode("Ready"),
        PhoneOperation::NotReady => mode("NotReady"),
        PhoneOperation::Call => PlatformRequest::make_call(own, number()?),
        PhoneOperation::Answer => PlatformRequest::operate(own, call()?, "answer"),
        PhoneOperation::Hold => PlatformRequest::operate(own, call()?, "hold"),
        PhoneOperation::Retrieve => PlatformRequest::operate(own, call()?, "retrieve"),
        PhoneOperation::Drop => PlatformRequest::drop(own, call()?),
        PhoneOperation::Transfer => PlatformRequest::take(own, call()?, number()?),
        PhoneOperation::Conference => {
            let kind = if let Detail::Kind(kind) = detail { kind } else { "Active" };
            PlatformRequest::conference(own, call()?, number()?, kind)
        }
        PhoneOperation::Consult => PlatformRequest::consult(own, call()?, number()?),
        PhoneOperation::ConsultConference => end("conference")?,
        PhoneOperation::ConsultCancel => end("cancelConsult")?,
        PhoneOperation::ConsultTransfer => end("transfer")?,
        PhoneOperation::StartRecording => PlatformRequest::record(own, "Start"),
        PhoneOperation::StopRecording => PlatformRequest::record(own, "Stop"),
        PhoneOperation::SetData => match detail {
            Detail::Data(entries) => PlatformRequest::set_data(call()?, entries),
            _ => return Err(bad("entries", "is missing")),
        },
    })
}
