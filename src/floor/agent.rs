//! What is known of one agent, by source: the agent's own events, the status events, the roster. Each source fills a register of
//! its own, so that the sources commute; what the board says is worked out from them when asked.

use super::event::{Event, EventKind, Status};
use super::stamp::Stamp;
use super::{DeviceId, Figures, State};

/// An agent's mode (CSTA agent state), apart from any call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Ready,
    NotReady,
    AfterCall,
    Allocated,
    LoggedOut,
    Unknown,
}

impl Mode {
    /// From the platform's `agentMode` and `agentStatus` words; none for a word that says nothing of the mode.
    pub fn from_word(word: &str) -> Option<Mode> {
        match word {
            "Ready" | "Idle" => Some(Mode::Ready),
            "NotReady" => Some(Mode::NotReady),
            "WorkNotReady" => Some(Mode::AfterCall),
            "Allocated" => Some(Mode::Allocated),
            "Logout" => Some(Mode::LoggedOut),
            _ => None,
        }
    }

    /// The platform's `agentMode` word; none for unknown.
    pub fn word(self) -> Option<&'static str> {
        Some(match self {
            Mode::Ready => "Ready",
            Mode::NotReady => "NotReady",
            Mode::AfterCall => "WorkNotReady",
            Mode::Allocated => "Allocated",
            Mode::LoggedOut => "Logout",
            Mode::Unknown => return None,
        })
    }

    pub fn state(self) -> State {
        match self {
            Mode::Ready => State::Ready,
            Mode::NotReady => State::NotReady,
            Mode::AfterCall => State::AfterCall,
            Mode::Allocated => State::Allocated,
            Mode::LoggedOut => State::LoggedOut,
            Mode::Unknown => State::Unknown,
        }
    }
}

/// The state that an `agentStatus` word stands for where nothing better is known.
pub fn state_of_status(word: &str) -> Option<State> {
    Some(match word {
        "OnCallIn" | "OnCallOut" | "CallInternal" | "OnCallPreOccupied" | "OnPreDictive" | "OnAgentAutoCall" | "OnPreView" => State::OnCall,
        "Ringing" => State::Ringing,
        "OffHook" | "Dailing" | "Ringback" => State::Dialling,
        "Conference" => State::Conference,
        "OnHold" => State::OnHold,
        _ => return Mode::from_word(word).map(Mode::state),
    })
}

/// What the agent's own events or status events said last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModeFact {
    pub at: Stamp,
    pub mode: Mode,
    pub since: Option<i64>,
    pub device: Option<DeviceId>,
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Default)]
pub struct Agent {
    /// From agent events.
    pub events: Option<ModeFact>,
    /// From AgentStatusEvent.
    pub status: Option<ModeFact>,
    /// The last `agentStatus` word of roster or status event, for agents of whom no event has come.
    pub hint: Option<String>,
    /// The device that a call event named with this agent, with the event's time.
    pub seen_at: Option<(i64, DeviceId)>,
    pub name: String,
    pub team: String,
    pub figures: Option<Figures>,
}

impl Agent {
    /// Takes an agent event; says whether anything changed.
    pub fn take_event(&mut self, event: &Event, at: Stamp) -> bool {
        let mode = match event.kind {
            EventKind::AgentLoggedOff => Mode::LoggedOut,
            EventKind::AgentReady => Mode::Ready,
            EventKind::AgentNotReady => Mode::NotReady,
            EventKind::AgentWorkingAfterCall => Mode::AfterCall,
            EventKind::AgentAllocated => Mode::Allocated,
            // The mode that the log-on names becomes true with the event that follows it.
            EventKind::AgentLoggedOn => event.mode.as_deref().and_then(Mode::from_word).unwrap_or(Mode::Unknown),
            _ => return false,
        };
        if self.events.as_ref().is_some_and(|known| !at.after(&known.at)) {
            return false;
        }
        let device = event.device.clone().or_else(|| event.source.clone());
        self.events = Some(ModeFact {
            at,
            mode,
            since: Some(at.happened),
            device: if mode == Mode::LoggedOut { None } else { device.or_else(|| self.events.as_ref()?.device.clone()) },
            reason: event.reason.clone().filter(|_| mode == Mode::NotReady),
        });
        true
    }

    /// Takes a status event; says whether anything changed.
    pub fn take_status(&mut self, status: &Status, at: Stamp) -> bool {
        if self.status.as_ref().is_some_and(|known| !at.after(&known.at)) {
            return false;
        }
        self.hint = Some(status.word.clone());
        if let Some(calls) = status.calls {
            let seconds = status.talk_seconds.unwrap_or(0).saturating_add(status.after_call_seconds.unwrap_or(0));
            self.figures = Some(Figures { calls, handling_seconds: seconds.checked_div(calls) });
        }
        if let (true, Some(name)) = (self.name.is_empty(), &status.name) {
            self.name.clone_from(name);
        }
        let mode = Mode::from_word(&status.word);
        self.status = Some(ModeFact {
            at,
            mode: mode.unwrap_or(Mode::Unknown),
            since: status.since.or(Some(at.happened)),
            device: status.device.clone().filter(|_| mode != Some(Mode::LoggedOut)),
            reason: None,
        });
        true
    }

    /// The newest word on the mode; an agent's own event wins within the same second. A status event that speaks of a call says
    /// nothing of the mode.
    pub fn mode(&self) -> Option<&ModeFact> {
        let status = self.status.as_ref().filter(|fact| fact.mode != Mode::Unknown || self.events.is_none());
        match (&self.events, status) {
            (Some(events), Some(status)) if status.at.time > events.at.time => Some(status),
            (None, status) => status,
            (events, _) => events.as_ref(),
        }
    }

    /// The device that this agent last claimed. A call event's word counts only while no agent event has come.
    pub fn bound_device(&self) -> Option<DeviceId> {
        match self.mode() {
            Some(fact) if fact.mode == Mode::LoggedOut => None,
            Some(fact) if fact.device.is_some() => fact.device.clone(),
            _ => self
                .events
                .as_ref()
                .and_then(|fact| fact.device.clone())
                .or_else(|| self.seen_at.as_ref().map(|(_, device)| device.clone())),
        }
    }
}
