//! The kinds of events, by the protocol's names, and the series of serials that each belongs to.

use serde::{Deserialize, Serialize};
use strum::{EnumString, VariantNames};

/// What an event tells, by its `eventName` (protocol, section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, VariantNames, Serialize, Deserialize)]
#[strum(serialize_all = "camelCase")]
pub enum EventKind {
    /// `agentLoggedOn`: an agent was bound to a device.
    AgentLoggedOn,
    /// `agentLoggedOff`: an agent's binding to a device ended.
    AgentLoggedOff,
    /// `agentReady`: an agent waits for calls.
    AgentReady,
    /// `agentNotReady`: an agent is not to be given calls; may carry a reason.
    AgentNotReady,
    /// `agentAllocated`: the platform reserved an agent for an outbound call.
    AgentAllocated,
    /// `agentWorkingAfterCall`: an agent is in after-call work.
    AgentWorkingAfterCall,
    /// `serviceInitiated`: a device went off the hook; only that device gets a copy.
    ServiceInitiated,
    /// `originated`: a device dials; only that device gets a copy.
    Originated,
    /// `delivered`: a device rings.
    Delivered,
    /// `established`: a device answered.
    Established,
    /// `held`: a party put the call on hold.
    Held,
    /// `retrieved`: a party took the call off hold.
    Retrieved,
    /// `conferenced`: a party joined; calls may become one and change their id.
    Conferenced,
    /// `transferred`: the call left one device for another, under `newCall`.
    Transferred,
    /// `connectionCleared`: a party left.
    ConnectionCleared,
    /// `failed`: an outbound call failed.
    Failed,
    /// `recordStarted`: a recording began.
    RecordStarted,
    /// `recordStopped`: a recording ended.
    RecordStopped,
    /// `AgentStatusEvent`: an agent's status and the day's figures.
    #[strum(serialize = "AgentStatusEvent")]
    AgentStatus,
    /// `CallEndEvent`: one finished call, whole.
    #[strum(serialize = "CallEndEvent")]
    CallEnd,
    /// A name that the console does not know: the event is kept, and changes nothing on the floor.
    #[strum(disabled)]
    Other,
}

impl EventKind {
    /// Returns the series that this kind's serials belong to.
    pub fn series(self) -> Series {
        match self {
            EventKind::AgentLoggedOn
            | EventKind::AgentLoggedOff
            | EventKind::AgentReady
            | EventKind::AgentNotReady
            | EventKind::AgentAllocated
            | EventKind::AgentWorkingAfterCall => Series::Agent,
            EventKind::AgentStatus | EventKind::CallEnd => Series::Report,
            EventKind::ServiceInitiated
            | EventKind::Originated
            | EventKind::Delivered
            | EventKind::Established
            | EventKind::Held
            | EventKind::Retrieved
            | EventKind::Conferenced
            | EventKind::Transferred
            | EventKind::ConnectionCleared
            | EventKind::Failed
            | EventKind::RecordStarted
            | EventKind::RecordStopped
            | EventKind::Other => Series::Call,
        }
    }

    /// Returns the kind with this `eventName`.
    pub(super) fn from_name(name: &str) -> EventKind {
        name.parse().unwrap_or(EventKind::Other)
    }

    /// Returns the `eventName` of this kind, or `None` if it is [`EventKind::Other`].
    pub(super) fn name(self) -> Option<&'static str> {
        Self::VARIANTS.get(self as usize).copied().filter(|_| self != EventKind::Other)
    }
}

/// Which of a component's counters an event's serial belongs to (protocol, section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Series {
    /// Agent events: agentReady and its like.
    Agent,
    /// Events of calls and recordings, and those of unknown kind.
    Call,
    /// AgentStatusEvent and CallEndEvent.
    Report,
}
