//! What the board says of one agent: the unit that is published, sent, sorted and shown.

use super::{AgentId, CallId, DeviceId, Intervention, PlatformTime, Scheduled};
use serde::{Deserialize, Serialize};
use strum::EnumCount;

/// What an agent is doing, as the board names it (`data-state`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, EnumCount)]
pub enum State {
    OnHold,
    Conference,
    OnCall,
    Ringing,
    Dialling,
    Allocated,
    AfterCall,
    NotReady,
    Ready,
    LoggedOut,
    Unknown,
}

impl State {
    pub const ALL: [State; State::COUNT] = [
        State::Ready,
        State::OnCall,
        State::Conference,
        State::OnHold,
        State::Ringing,
        State::Dialling,
        State::Allocated,
        State::AfterCall,
        State::NotReady,
        State::LoggedOut,
        State::Unknown,
    ];

    /// The contract's name: what `data-state` and URLs carry.
    pub fn code(self) -> &'static str {
        match self {
            State::Ready => "ready",
            State::NotReady => "not-ready",
            State::AfterCall => "after-call",
            State::Allocated => "allocated",
            State::Dialling => "dialling",
            State::Ringing => "ringing",
            State::OnCall => "on-call",
            State::OnHold => "on-hold",
            State::Conference => "conference",
            State::LoggedOut => "logged-out",
            State::Unknown => "unknown",
        }
    }

    pub fn from_code(code: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.code() == code)
    }

    /// The agent's device has a part in a call.
    pub fn in_call(self) -> bool {
        matches!(self, State::OnHold | State::Conference | State::OnCall | State::Ringing | State::Dialling)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumCount)]
pub enum Direction {
    Inbound,
    Outbound,
    Internal,
    Unknown,
}

impl Direction {
    pub const ALL: [Direction; Direction::COUNT] = [Direction::Inbound, Direction::Outbound, Direction::Internal, Direction::Unknown];

    /// What URLs and the JSON views carry.
    pub fn code(self) -> &'static str {
        match self {
            Direction::Inbound => "inbound",
            Direction::Outbound => "outbound",
            Direction::Internal => "internal",
            Direction::Unknown => "unknown",
        }
    }

    pub fn from_code(code: &str) -> Option<Direction> {
        Direction::ALL.into_iter().find(|direction| direction.code() == code)
    }
}

/// One agent's line on the board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub agent: AgentId,
    /// From the roster; empty where it gives none.
    pub name: String,
    /// The team's name from the roster; empty where it gives none.
    pub team: String,
    /// Bound between log-on and log-off; none otherwise.
    pub device: Option<DeviceId>,
    pub state: State,
    /// Since when in this state; none where no event has said so.
    pub since: Option<PlatformTime>,
    /// Known from before a restart of the console or a break of the link to the platform, not confirmed since.
    pub remembered: bool,
    /// Why not ready, as the platform words it.
    pub reason: Option<String>,
    pub call: Option<CallView>,
    pub figures: Option<Figures>,
    /// The latest intervention at this agent, while it runs and for a short time after.
    pub intervention: Option<Intervention>,
    /// What the console will do here by itself.
    pub scheduled: Option<Scheduled>,
}

/// The call that an agent's row is about: the one the device is most busy with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallView {
    pub id: CallId,
    pub direction: Direction,
    /// The other party's number as people dial it; empty where unknown.
    pub other: String,
    /// The queue (`split`) that the call came through.
    pub queue: Option<String>,
    pub started: Option<PlatformTime>,
    pub answered: Option<PlatformTime>,
    /// How often this device put the call on hold.
    pub holds: u32,
    /// Every device connected or held in the call, silent listeners left out.
    pub parties: u32,
    /// Devices that listen silently.
    pub listeners: Vec<DeviceId>,
    /// Devices that joined by a conference.
    pub joined: Vec<DeviceId>,
    /// The platform records it.
    pub recording: bool,
    /// Further calls of the same device (a consultation while the customer holds).
    pub others: u32,
}

/// One agent's day, as AgentStatusEvent counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    pub calls: u32,
    /// Average handling time: talking, holding and after-call work per call, in seconds.
    pub handling_seconds: Option<u32>,
}

impl Row {
    /// The name, or the number where there is none.
    pub fn called(&self) -> &str {
        if self.name.is_empty() { self.agent.number() } else { &self.name }
    }

    /// A row of which nothing but the agent is known.
    pub fn unknown(agent: AgentId) -> Self {
        Row {
            agent,
            name: String::new(),
            team: String::new(),
            device: None,
            state: State::Unknown,
            since: None,
            remembered: false,
            reason: None,
            call: None,
            figures: None,
            intervention: None,
            scheduled: None,
        }
    }
}
