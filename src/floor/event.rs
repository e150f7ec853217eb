//! One platform event, decoded leniently (protocol, section 3): every field but the name is optional, a field of an unexpected type
//! counts as absent, unknown fields are passed over, and an unknown name is [`EventKind::Other`].

mod decode;
mod fields;
mod kind;
mod read;
mod time;
mod values;

pub use kind::{EventKind, Series};
pub use time::{Instant, LocalTime, ToUtc};

use super::time::PlatformTime;
use super::{AgentId, CallId, DeviceId, Figure, Namespace};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Why a message body is not an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// The body is not JSON; with the parser's words.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// The body is JSON, but no object.
    #[error("not a JSON object")]
    NotObject,
    /// `eventName` is missing, empty, too long or neither text nor number.
    #[error("no eventName")]
    NoName,
}

/// One message of the platform about something that happened; a copy, if several devices get one each (protocol, section 3).
///
/// Every field that may be absent is so if the event does not have it, or has it with an unexpected type. Ids are as the platform wrote
/// them until [`Event::of_tenant`] has checked them.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The kind, by `eventName`.
    pub kind: EventKind,
    /// `eventName` as it came.
    pub name: Cow<'static, str>,
    /// When it happened, in whole seconds. If the local time occurs twice it is the first reading, until [`super::Floor::settle`] has
    /// chosen.
    pub time: Option<PlatformTime>,
    /// `eventTime` as the event has it, with both readings if its local time occurs twice.
    pub said: Option<Instant>,
    /// Whether `time` is the time of arrival, which the owner sets if the event has no time or an impossible one.
    pub untimed: bool,
    /// When it arrived, in platform time; absent until the owner sets it.
    pub arrived: Option<PlatformTime>,
    /// `serial`: counts separately for each component, and there for each [`Series`].
    pub serial: Option<i64>,
    /// The component that wrote it, as `topics` names it: `CtiRouter_x`, `CtiWorker_y`.
    pub component: Option<String>,
    /// `namespace`: the tenant.
    pub namespace: Option<Namespace>,
    /// `srcDeviceId`: whose copy this is.
    pub source: Option<DeviceId>,
    /// `deviceId`: whose state changed.
    pub device: Option<DeviceId>,
    /// `agentId`, or else `params.agent`: the agent at the source device; or else the agent that an AgentStatusEvent is about.
    pub agent: Option<AgentId>,
    /// `callId`, or else the id of the call that a CallEndEvent tells of.
    pub call: Option<CallId>,
    /// `agentMode`, in the platform's words.
    pub mode: Option<String>,
    /// `reason`: why the agent is not ready, in the platform's words.
    pub reason: Option<String>,
    /// `initiatedDevice`: which device went off the hook.
    pub initiated: Option<DeviceId>,
    /// `callingDevice`: which device calls.
    pub calling: Option<DeviceId>,
    /// `calledDevice`: which device is called.
    pub called: Option<DeviceId>,
    /// `alertingDevice`: which device rings.
    pub alerting: Option<DeviceId>,
    /// `answeringDevice`: which device answered.
    pub answering: Option<DeviceId>,
    /// `holdingDevice`: which device put the call on hold.
    pub holding: Option<DeviceId>,
    /// `retrievingDevice`: which device took the call off hold.
    pub retrieving: Option<DeviceId>,
    /// `conferencingDevice`: which device made the conference.
    pub conferencing: Option<DeviceId>,
    /// `addedParty`: which device joined by the conference.
    pub added: Option<DeviceId>,
    /// `transferringDevice`: which device transferred the call, and left it.
    pub transferring: Option<DeviceId>,
    /// `transferredToDevice`: which device the call was transferred to; may be a queue or an outside number.
    pub transferred_to: Option<DeviceId>,
    /// `releasingDevice`: which device left the call.
    pub releasing: Option<DeviceId>,
    /// `primaryOldCall`: the call that was held for the other when the two became one; absent also if the platform wrote `0`.
    pub primary_old: Option<CallId>,
    /// `secondaryOldCall`: the other of the two calls; absent also if the platform wrote `0`.
    pub secondary_old: Option<CallId>,
    /// `newCall`: the id under which the call goes on after a conference or transfer.
    pub new_call: Option<CallId>,
    /// `callType` (protocol, section 3: delivered).
    pub call_type: Option<String>,
    /// `split`: the queue that the call came through.
    pub split: Option<String>,
    /// `recordId`: the recording; recordStopped may name it instead of its call.
    pub record: Option<String>,
    /// `userData.data`: the call data; empty if there is none.
    pub data: Map<String, Value>,
    /// What an AgentStatusEvent says of its agent; absent from every other kind.
    pub status: Option<Status>,
    /// The day's figures in an AgentStatusEvent's `params`, those that it has, in the order of [`Figure::ALL`]; empty in every other kind.
    pub figures: Vec<(Figure, u32)>,
}

impl Event {
    /// Returns whose state changed: the device that this kind of event names, or else its `deviceId` (protocol, section 5). Of a conference that
    /// is who was added.
    pub fn subject(&self) -> Option<&DeviceId> {
        let named = match self.kind {
            EventKind::ServiceInitiated => &self.initiated,
            EventKind::Originated => &self.calling,
            EventKind::Delivered => &self.alerting,
            EventKind::Established => &self.answering,
            EventKind::Held => &self.holding,
            EventKind::Retrieved => &self.retrieving,
            EventKind::Conferenced => &self.added,
            EventKind::Transferred => &self.transferring,
            EventKind::ConnectionCleared => &self.releasing,
            EventKind::Failed => &self.called,
            _ => &None,
        };
        named.as_ref().or(self.device.as_ref())
    }
}

/// What an AgentStatusEvent says of its agent (protocol, section 3).
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// `agentId`: the agent that it is about.
    pub agent: AgentId,
    /// `extensionId`: the device that the agent is bound to.
    pub device: Option<DeviceId>,
    /// `agentName`: the agent's name.
    pub name: Option<String>,
    /// `namespace`: the agent's domain, as it came.
    pub namespace: Option<String>,
    /// One of the protocol's `agentStatus` words.
    pub word: String,
    /// `agentStatusTimestamp`: since when the agent has this status.
    pub since: Option<Instant>,
}
