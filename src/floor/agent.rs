//! What is known of one agent, by source: the agent's own events, the status events, the roster. Each source fills a register of
//! its own, so that the sources commute; what the board says is worked out from them when asked.

use super::event::{Event, EventKind, Status};
use super::stamp::Stamp;
use super::{DeviceId, Figures, PlatformTime, State};

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
    pub since: Option<PlatformTime>,
    pub device: Option<DeviceId>,
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Default)]
pub struct Agent {
    /// From agent events, log-offs apart.
    events: Option<ModeFact>,
    /// Log-offs, one for each device that one named: a log-off speaks of that binding and of no other.
    log_offs: Vec<ModeFact>,
    /// From AgentStatusEvent.
    status: Option<ModeFact>,
    /// The last `agentStatus` word of roster or status event, for agents of whom no event has come.
    pub hint: Option<String>,
    /// The device that a call event named with this agent, with the event's stamp.
    pub seen_at: Option<(Stamp, DeviceId)>,
    pub name: String,
    pub team: String,
    pub figures: Option<Figures>,
    /// When the roster listed the agent last.
    pub listed: Option<PlatformTime>,
}

/// Devices whose log-offs are remembered of one agent.
const MOST_LOG_OFFS: usize = 8;

impl Agent {
    /// What was remembered from before a restart.
    pub fn remembered(fact: ModeFact) -> Agent {
        let mut agent = Agent::default();
        match fact.mode {
            Mode::LoggedOut => agent.log_offs.push(fact),
            _ => agent.events = Some(fact),
        }
        agent
    }

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
        let device = event.device.clone().or_else(|| event.source.clone());
        let reason = event.reason.clone().filter(|_| mode == Mode::NotReady);
        let mut fact = ModeFact { at, mode, since: Some(at.happened), device, reason };
        if mode == Mode::LoggedOut {
            return self.log_off(fact);
        }
        if self.events.as_ref().is_some_and(|known| !at.replaces(&known.at)) {
            return false;
        }
        fact.device = fact.device.or_else(|| self.events.as_ref()?.device.clone());
        self.events = Some(fact);
        true
    }

    fn log_off(&mut self, fact: ModeFact) -> bool {
        match self.log_offs.iter_mut().find(|known| known.device == fact.device) {
            Some(known) if !fact.at.replaces(&known.at) => return false,
            Some(known) => *known = fact,
            None => {
                if self.log_offs.len() >= MOST_LOG_OFFS {
                    self.log_offs.remove(0);
                }
                self.log_offs.push(fact);
            }
        }
        true
    }

    /// Takes a status event; says whether anything changed.
    pub fn take_status(&mut self, status: &Status, at: Stamp) -> bool {
        if self.status.as_ref().is_some_and(|known| !at.replaces(&known.at)) {
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
        // A time that occurs twice is the latest that is not after the event.
        let since = status.since.map(|since| if since.last() <= at.happened { since.last() } else { since.first });
        self.status = Some(ModeFact {
            at,
            mode: Mode::from_word(&status.word).unwrap_or(Mode::Unknown),
            since: since.or(Some(at.happened)),
            device: status.device.clone(),
            reason: None,
        });
        true
    }

    /// The roster's word, for an agent of whom no status event has come.
    pub fn take_roster_status(&mut self, word: Option<String>) {
        if self.status.is_none() {
            self.hint = word;
        }
    }

    /// What is known is contradicted: only where the agent sits is kept.
    pub fn doubt(&mut self) {
        let logged_out = self.own_word().is_some_and(|fact| fact.mode == Mode::LoggedOut);
        self.status = None;
        if logged_out {
            self.log_offs.clear();
            if let Some(fact) = &mut self.events {
                fact.device = None;
            }
        }
        if let Some(fact) = &mut self.events {
            (fact.mode, fact.since, fact.reason) = (Mode::Unknown, None, None);
        }
    }

    /// Logged off before `horizon`, or never heard of.
    pub fn is_off_since(&self, horizon: PlatformTime) -> bool {
        match self.mode() {
            Some(fact) => fact.mode == Mode::LoggedOut && self.heard_last().is_none_or(|heard| heard < horizon),
            None => self.seen_at.as_ref().is_none_or(|(at, _)| at.happened < horizon),
        }
    }

    /// When an event last spoke of the agent.
    pub fn heard_last(&self) -> Option<PlatformTime> {
        let seen = self.seen_at.as_ref().map(|(at, _)| at.happened);
        self.facts().map(|fact| fact.at.happened).chain(seen).max()
    }

    /// Where the agent sits or lately sat.
    pub fn devices(&self) -> impl Iterator<Item = &DeviceId> {
        self.facts().filter_map(|fact| fact.device.as_ref()).chain(self.seen_at.as_ref().map(|(_, device)| device))
    }

    fn facts(&self) -> impl Iterator<Item = &ModeFact> {
        self.events.iter().chain(&self.log_offs).chain(&self.status)
    }

    /// What the agent's own events say: the newest mode, or the log-off from where the agent has it.
    pub(super) fn own_word(&self) -> Option<&ModeFact> {
        let ends = |off: &&ModeFact| match &self.events {
            Some(fact) => (off.device.is_none() || fact.device.is_none() || off.device == fact.device) && off.at.replaces(&fact.at),
            None => true,
        };
        let off = self.log_offs.iter().filter(ends).max_by_key(|off| off.at);
        off.or(self.events.as_ref())
    }

    /// The newest word on the mode; an agent's own event wins over a status event that is not later for certain. A status event that
    /// speaks of a call says nothing of the mode, and a log-off from elsewhere nothing of this binding.
    pub fn mode(&self) -> Option<&ModeFact> {
        let own = self.own_word();
        let elsewhere = |fact: &ModeFact| {
            let here = own.filter(|own| own.mode != Mode::LoggedOut).and_then(|own| own.device.as_ref());
            fact.mode == Mode::LoggedOut && fact.device.as_ref().zip(here).is_some_and(|(there, here)| there != here)
        };
        let status = self.status.as_ref().filter(|fact| (fact.mode != Mode::Unknown || own.is_none()) && !elsewhere(fact));
        match (own, status) {
            (Some(own), Some(status)) if status.at.surely_after(&own.at) => Some(status),
            (None, status) => status,
            (own, _) => own,
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
