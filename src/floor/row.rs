//! What the board shows of one agent: the unit that is published, sent, sorted and shown. What most rows do not have takes no room in them: a
//! browser may hold fifty thousand.

use super::{AgentId, CallId, DeviceId, Intervention, PlatformTime, Scheduled};
use serde::{Deserialize, Serialize};
use strum::EnumCount;

/// What an agent is doing, as the board shows it (`data-state`): the mode, or what the device does in a call. Sorted in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, EnumCount)]
pub enum State {
    /// The device holds its call.
    OnHold,
    /// The device is connected in a call of three or more parties.
    Conference,
    /// The device is connected in a call, or listens to one.
    OnCall,
    /// The device rings.
    Ringing,
    /// The device is off the hook or has dialled, and nobody has answered.
    Dialling,
    /// Reserved by the platform for an outbound call.
    Allocated,
    /// After-call work.
    AfterCall,
    /// Logged on, and not to be given calls.
    NotReady,
    /// Waiting for a call.
    Ready,
    /// Bound to no device.
    LoggedOut,
    /// No event has told, or another agent has logged on at the device.
    Unknown,
}

impl State {
    /// Every state, in the order in which filters and counts show them.
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

    /// Returns the state's name in `data-state`, addresses and the JSON views.
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

    /// Reads what [`State::code`] writes, or returns `None` for another text.
    pub fn from_code(code: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Returns whether it is a state of an agent whose device is in a call.
    pub fn in_call(self) -> bool {
        matches!(self, State::OnHold | State::Conference | State::OnCall | State::Ringing | State::Dialling)
    }
}

/// Who called whom, seen from the floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumCount)]
pub enum Direction {
    /// An outside party called.
    Inbound,
    /// A device of ours, or the platform for an agent, called an outside party.
    Outbound,
    /// A device of ours called another.
    Internal,
    /// No event has told who called.
    Unknown,
}

impl Direction {
    /// Every direction, in the order of the variants.
    pub const ALL: [Direction; Direction::COUNT] = [Direction::Inbound, Direction::Outbound, Direction::Internal, Direction::Unknown];

    /// Returns the direction's name in addresses and the JSON views.
    pub fn code(self) -> &'static str {
        match self {
            Direction::Inbound => "inbound",
            Direction::Outbound => "outbound",
            Direction::Internal => "internal",
            Direction::Unknown => "unknown",
        }
    }

    /// Reads what [`Direction::code`] writes, or returns `None` for another text.
    pub fn from_code(code: &str) -> Option<Direction> {
        Direction::ALL.into_iter().find(|direction| direction.code() == code)
    }
}

/// What the board shows of one agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The agent.
    pub agent: AgentId,
    /// The name, from the roster or else a status event; empty if neither gave one.
    pub name: String,
    /// The team's name, from the roster; empty if it gave none.
    pub team: String,
    /// The device that the agent is bound to; absent if none is known.
    pub device: Option<DeviceId>,
    /// What the agent is doing.
    pub state: State,
    /// Since when the agent is in this state; absent if no event has told.
    pub since: Option<PlatformTime>,
    /// Whether the state is known only from before a restart of the console or a break of the link, and not confirmed since.
    pub remembered: bool,
    /// Why not ready, as the platform words it; absent in a call.
    pub reason: Option<String>,
    /// The call that the device is most busy with; absent if it is in none.
    pub call: Option<Box<CallView>>,
    /// The day's figures, by what the console heard; absent before the agent's first state has ended. The floor does not know them.
    pub figures: Option<Figures>,
    /// The latest intervention at this agent, while it is pending and for a short time after.
    pub intervention: Option<Box<Intervention>>,
    /// What the console will do at this agent by itself.
    pub scheduled: Option<Box<Scheduled>>,
}

/// The call in an agent's row: the one that the device is most busy with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallView {
    /// The id that the platform knows the call by now.
    pub id: CallId,
    /// Who called whom, seen from the floor.
    pub direction: Direction,
    /// The other party's number as people dial it, without the domain; empty if it is not known.
    pub other: String,
    /// The queue (`split`) that the call came through, if an event named one.
    pub queue: Option<String>,
    /// When the call began; absent if only its recording was heard of.
    pub started: Option<PlatformTime>,
    /// When it was first answered; absent while it was not.
    pub answered: Option<PlatformTime>,
    /// How often this device put the call on hold.
    pub holds: u32,
    /// How many parties are connected or hold the call, listeners not counted.
    pub parties: u32,
    /// How many others stay in the call or still ring there once this device has left, listeners not counted.
    pub stay: u32,
    /// The devices that listen silently.
    pub listeners: Vec<DeviceId>,
    /// The devices that joined by a conference.
    pub joined: Vec<DeviceId>,
    /// Whether the platform is recording it.
    pub recording: bool,
    /// How many further calls the same device is in (a consultation while the customer is on hold).
    pub others: u32,
}

/// The figures of an agent's day that the board shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// The calls of the day that the agent talked in and that are over.
    pub calls: u32,
    /// Average handling time in seconds: talking, holding and after-call work per call; absent if there were no calls.
    pub handling_seconds: Option<u32>,
}

impl Row {
    /// Returns the agent's name, or the number if there is none.
    pub fn called(&self) -> &str {
        if self.name.is_empty() { self.agent.number() } else { &self.name }
    }

    /// Makes the row of an agent of whom nothing is known.
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
