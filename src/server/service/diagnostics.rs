//! What an engineer may see of the console's inside: the session with the broker, what went over the wire lately, what the floor holds, the
//! log. Nothing secret, and numbers of outside parties masked whoever asks: it is made to be passed on.

mod bundle;
mod masking;
mod view;

pub use bundle::bundle;
pub use view::{BrokerView, Diagnostics, Exchange, ExchangeLine, OddView};

use crate::api::ApiError;
use crate::floor::visibility::Visibility;
use crate::floor::{AgentId, CallId, Role};
use crate::server::actor::MemoryOf;
use crate::server::auth::session::Session;
use crate::server::clock::now;
use crate::server::console::Console;
use crate::server::telemetry::log;
use masking::Teller;
use serde_json::Value;
use std::time::Duration;

/// The longest that the log may be in detail, in minutes.
pub const MOST_MINUTES: u32 = 60;
/// The longest note in the log, in characters.
pub const LONGEST_NOTE: usize = 200;

/// Returns whether somebody may see this: a supervisor whom `--diagnostics` names.
pub fn may(console: &Console, session: &Session) -> bool {
    let number = session.agent.number();
    session.role == Role::Supervisor && console.config.diagnostics.iter().any(|pattern| pattern.names(number))
}

/// Returns everything as it is now, but the bodies.
pub fn diagnostics(console: &Console) -> Diagnostics {
    Diagnostics::of(console, &teller(console))
}

/// Returns a frame or request that is kept, whole; none where it is not kept any more.
pub fn exchange(console: &Console, id: u64) -> Option<Exchange> {
    Exchange::of(console, id, &teller(console))
}

/// Returns what the floor holds of a call or an agent (the SDK's `getCallMemory`), its times in milliseconds since 1970; none where it
/// holds nothing.
pub async fn memory(console: &Console, of: MemoryOf) -> Result<Option<Value>, ApiError> {
    let held = console.floor.memory(of).await?;
    Ok(held.map(|held| teller(console).value(held, masking::Numbers::Stay)))
}

/// Whose memory is asked for.
pub fn memory_of(console: &Console, call: Option<&str>, agent: Option<&str>) -> Result<MemoryOf, ApiError> {
    let bad = |field: &str, problem: &str| ApiError::BadArgument { field: field.to_owned(), problem: problem.to_owned() };
    match (call, agent) {
        (Some(call), None) => CallId::parse(call).map(MemoryOf::Call).map_err(|error| bad("call", &error.to_string())),
        (None, Some(agent)) => match AgentId::named(agent, &console.config.namespace) {
            Ok(Some(agent)) => Ok(MemoryOf::Agent(agent)),
            Ok(None) => Err(bad("agent", "is of another tenant")),
            Err(error) => Err(bad("agent", &error.to_string())),
        },
        _ => Err(bad("call", "give either call= or agent=")),
    }
}

/// Logs in detail from now on for so many minutes, or not any more where there are none (the SDK's `setDebug`).
pub fn log_in_detail(by: &AgentId, minutes: u32) -> Result<(), ApiError> {
    if minutes > MOST_MINUTES {
        let problem = format!("a whole number from 0 to {MOST_MINUTES}");
        return Err(ApiError::BadArgument { field: "minutes".to_owned(), problem });
    }
    let until = (minutes > 0).then(|| now() + Duration::from_secs(60 * u64::from(minutes)));
    if !log::set_detailed(until) {
        return Err(ApiError::Transport { detail: "the log of this process cannot be switched".to_owned() });
    }
    tracing::info!(by = by.as_str(), minutes, "the log is in detail for so long");
    Ok(())
}

/// Writes a note into the log (the SDK's `log` and `error`), so that what is done at a telephone is found again there.
pub fn note(console: &Console, by: &AgentId, text: &str, is_error: bool) -> Result<(), ApiError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_NOTE || text.chars().any(char::is_control) {
        let problem = format!("1 to {LONGEST_NOTE} characters on one line");
        return Err(ApiError::BadArgument { field: "text".to_owned(), problem });
    }
    let text = teller(console).text(text);
    if is_error {
        tracing::error!(target: "note", by = by.as_str(), text, "note");
    } else {
        tracing::info!(target: "note", by = by.as_str(), text, "note");
    }
    Ok(())
}

fn teller(console: &Console) -> Teller {
    let sessions = console.sessions.platform_ids();
    let secrets = console.config.secrets().into_iter().chain(sessions).collect();
    Teller { filter: console.floor.number_filter(Visibility::Masked), secrets }
}
