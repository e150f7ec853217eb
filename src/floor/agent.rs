//! What is known of one agent, by source: the agent's own events, the status events, the roster.
//!
//! Each source has fields of its own, so that the order in which sources are heard does not matter. What the board says is worked out
//! from those fields when asked.

use super::event::{Event, EventKind, Status};
use super::stamp::Stamp;
use super::{DeviceId, PlatformTime, State};
use serde::{Deserialize, Serialize};

/// An agent's mode (CSTA agent state), apart from any call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// Waiting for a call.
    Ready,
    /// Logged on, and not to be given calls.
    NotReady,
    /// After-call work: `WorkNotReady` on the wire.
    AfterCall,
    /// Reserved by the platform for an outbound call.
    Allocated,
    /// Bound to no device.
    LoggedOut,
    /// No event has told the mode.
    Unknown,
}

impl Mode {
    /// Reads an `agentMode` or `agentStatus` word (protocol, section 3), or returns `None` for a word that does not tell the mode.
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

    /// Returns the state of an agent in this mode who is not in a call.
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

/// Returns the state that an `agentStatus` word stands for (protocol, section 3), or `None` if the word is not known.
///
/// What events say counts for more; this is for agents of whom none has come.
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

/// What one source said last of the agent's mode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModeFact {
    /// When it was said.
    pub at: Stamp,
    /// The mode that was told.
    pub mode: Mode,
    /// Since when the agent has been in this mode; absent after [`Agent::doubt`].
    pub since: Option<PlatformTime>,
    /// The device at which the agent was then, if any was named.
    pub device: Option<DeviceId>,
    /// Why not ready, as the platform words it; set for [`Mode::NotReady`] only.
    pub reason: Option<String>,
}

/// What each source says of one agent.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Agent {
    /// From agent events, except log-offs.
    events: Option<ModeFact>,
    /// The last log-off from each device: it ends the binding to that device and to no other.
    log_offs: Vec<ModeFact>,
    /// From AgentStatusEvent.
    status: Option<ModeFact>,
    /// The last `agentStatus` word of a status event or the roster, for agents of whom no event has told the mode.
    pub hint: Option<String>,
    /// The device that a call event named with this agent, with the event's stamp.
    pub seen_at: Option<(Stamp, DeviceId)>,
    /// The name, from the roster or else a status event; empty if neither gave one.
    pub name: String,
    /// The team's name, from the roster; empty if it gave none.
    pub team: String,
    /// When the roster last listed the agent.
    pub listed: Option<PlatformTime>,
}

/// The most log-offs that are kept of one agent, each from another device.
const MOST_LOG_OFFS: usize = 8;

impl Agent {
    /// Takes an agent event and returns whether it changed anything; an older one than is known does not.
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

    /// Takes a log-off and returns whether it changed anything.
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

    /// Takes a status event and returns whether it changed anything; an older one than is known does not.
    pub fn take_status(&mut self, status: &Status, at: Stamp) -> bool {
        if self.status.as_ref().is_some_and(|known| !at.replaces(&known.at)) {
            return false;
        }
        self.hint = Some(status.word.clone());
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

    /// Takes what the roster says, and returns whether it changed anything. Its status word counts only for an agent of whom no status event
    /// has come.
    pub fn take_listing(&mut self, name: String, team: String, word: Option<String>) -> bool {
        let changed = self.name != name || self.team != team || (self.status.is_none() && self.hint != word);
        (self.name, self.team) = (name, team);
        if self.status.is_none() {
            self.hint = word;
        }
        changed
    }

    /// Gives up the mode, which the roster contradicts, and keeps only the device.
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

    /// Returns whether the agent is logged out or of unknown mode, and no event has named the agent since `horizon`.
    pub fn is_off_since(&self, horizon: PlatformTime) -> bool {
        match self.mode() {
            Some(fact) => fact.mode == Mode::LoggedOut && self.heard_last().is_none_or(|heard| heard < horizon),
            None => self.seen_at.as_ref().is_none_or(|(at, _)| at.happened < horizon),
        }
    }

    /// Returns when an event last named the agent, by the platform's clock.
    pub fn heard_last(&self) -> Option<PlatformTime> {
        let seen = self.seen_at.as_ref().map(|(at, _)| at.happened);
        self.facts().map(|fact| fact.at.happened).chain(seen).max()
    }

    /// Returns the devices that the agent is or lately was bound to; one may come twice.
    pub fn devices(&self) -> impl Iterator<Item = &DeviceId> {
        self.facts().filter_map(|fact| fact.device.as_ref()).chain(self.seen_at.as_ref().map(|(_, device)| device))
    }

    /// Returns what every source says of the mode.
    fn facts(&self) -> impl Iterator<Item = &ModeFact> {
        self.events.iter().chain(&self.log_offs).chain(&self.status)
    }

    /// Returns the newest mode by the agent's own events. A log-off from another device than the newest other event's does not count.
    pub(super) fn own_word(&self) -> Option<&ModeFact> {
        let ends = |off: &&ModeFact| match &self.events {
            Some(fact) => (off.device.is_none() || fact.device.is_none() || off.device == fact.device) && off.at.replaces(&fact.at),
            None => true,
        };
        let off = self.log_offs.iter().filter(ends).max_by_key(|off| off.at);
        off.or(self.events.as_ref())
    }

    /// Returns the newest mode by all sources, or `None` if none has told one.
    ///
    /// The agent's own event counts for more than a status event that is not certainly later. A status event that tells of a call says
    /// nothing of the mode, and a log-off from another device does not end this binding.
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

    /// Returns the device that the agent was last heard to be at, or `None` if logged out. A call event's copy counts only if nothing else
    /// named a device.
    pub fn bound_device(&self) -> Option<&DeviceId> {
        match self.mode() {
            Some(fact) if fact.mode == Mode::LoggedOut => None,
            Some(ModeFact { device: Some(device), .. }) => Some(device),
            _ => {
                let told = self.events.as_ref().and_then(|fact| fact.device.as_ref());
                told.or_else(|| self.seen_at.as_ref().map(|(_, device)| device))
            }
        }
    }
}
