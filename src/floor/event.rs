//! One platform event, decoded leniently (protocol, section 3): every field is optional, a field of an unexpected type counts as
//! absent, unknown fields are kept, an unknown name is [`EventKind::Other`]. Only what is not a JSON object is refused.

mod decode;
mod kind;
mod time;

pub use kind::{EventKind, Series};
pub use time::{Instant, LocalTime, ToUtc};

use super::time::PlatformTime;
use super::{AgentId, CallId, DeviceId, Namespace};
use serde_json::{Map, Value};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    #[error("not JSON: {0}")]
    NotJson(String),
    #[error("not a JSON object")]
    NotObject,
    #[error("no eventName")]
    NoName,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub kind: EventKind,
    pub name: String,
    /// The platform gives whole seconds. Of an hour that occurs twice it is
    /// the first reading until [`super::Floor::settle`] has chosen.
    pub time: Option<PlatformTime>,
    /// The time as the event gives it.
    pub said: Option<Instant>,
    /// `time` is not the event's own word: it stands for when it arrived.
    pub untimed: bool,
    /// When it arrived, by the platform's clock; none where nobody said.
    pub arrived: Option<PlatformTime>,
    /// Counts separately for each component, and there for each [`Series`].
    pub serial: Option<i64>,
    /// The part of the platform that wrote it, as `topics` names it: `CtiRouter_x`, `CtiWorker_y`.
    pub component: Option<String>,
    pub namespace: Option<Namespace>,
    /// Whose copy this is.
    pub source: Option<DeviceId>,
    /// Whose state changed.
    pub device: Option<DeviceId>,
    /// `agentId`, or `params.agent`: the agent at the source device.
    pub agent: Option<AgentId>,
    pub call: Option<CallId>,
    pub mode: Option<String>,
    pub reason: Option<String>,
    pub initiated: Option<DeviceId>,
    pub calling: Option<DeviceId>,
    pub called: Option<DeviceId>,
    pub alerting: Option<DeviceId>,
    pub answering: Option<DeviceId>,
    pub holding: Option<DeviceId>,
    pub retrieving: Option<DeviceId>,
    pub conferencing: Option<DeviceId>,
    pub added: Option<DeviceId>,
    pub transferring: Option<DeviceId>,
    pub transferred_to: Option<DeviceId>,
    pub releasing: Option<DeviceId>,
    pub primary_old: Option<CallId>,
    pub secondary_old: Option<CallId>,
    pub new_call: Option<CallId>,
    pub call_type: Option<String>,
    /// The queue.
    pub split: Option<String>,
    /// What recordStopped names instead of its call.
    pub record: Option<String>,
    pub status: Option<Status>,
    /// Every field that is not above, as it came.
    pub rest: Map<String, Value>,
}

/// What an AgentStatusEvent says of its agent.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    pub agent: AgentId,
    pub device: Option<DeviceId>,
    pub name: Option<String>,
    /// One of the protocol's agentStatus words.
    pub word: String,
    pub since: Option<Instant>,
    /// Calls of the day, and the seconds spent talking and in after-call work.
    pub calls: Option<u32>,
    pub talk_seconds: Option<u32>,
    pub after_call_seconds: Option<u32>,
}
