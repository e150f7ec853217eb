//! What is said of one call: the unit that is published, sent, sorted and shown.

use super::{AgentId, CallId, DeviceId, Direction, Intervention, PlatformTime};
use core::time::Duration;
use serde::{Deserialize, Serialize};
use strum::EnumCount;

/// A call of which nothing was heard for so long may have ended unheard.
pub const DOUBTFUL_AFTER: Duration = Duration::from_secs(4 * 3600);

/// One call with its parties, merged from the copies that its devices got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRow {
    /// The id that the platform knows it by now.
    pub id: CallId,
    /// The ids that it had before conferences and transfers, sorted.
    pub former: Vec<CallId>,
    pub direction: Direction,
    /// The platform's `callType` word.
    pub kind: Option<String>,
    /// The queue (`split`) that it came through.
    pub queue: Option<String>,
    pub started: Option<PlatformTime>,
    pub answered: Option<PlatformTime>,
    pub holds: Holds,
    pub recording: bool,
    /// Call data (`userData`), sorted by key.
    pub data: Vec<(String, String)>,
    /// Who has a part in it now, silent listeners with them: caller, called, then as they came.
    pub parties: Vec<Party>,
    /// A device of ours that the call names as its other end and that has no part in it: whom its only party listens to, or calls.
    pub named: Option<DeviceId>,
    /// When the latest event of it happened; for [`CallRow::is_doubtful`].
    pub touched: PlatformTime,
    /// Set where it ended without its end being heard: later events of its devices contradict it.
    pub end_not_seen: bool,
    /// The latest intervention at this call, while it runs and for a short time after.
    pub intervention: Option<Intervention>,
}

/// How often and for how long a call was on hold, all parties together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Holds {
    pub count: u32,
    /// How long the holds took that have ended.
    #[serde(with = "super::time::as_millis")]
    pub ended: Duration,
    /// Since when it is on hold now.
    pub running: Option<PlatformTime>,
}

impl Holds {
    /// How long it was on hold in all, at `now`.
    pub fn total(&self, now: PlatformTime) -> Duration {
        self.ended.saturating_add(self.running.map_or(Duration::ZERO, |since| now.since(since)))
    }
}

/// One device's part in a call (CSTA: a connection).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    pub device: DeviceId,
    /// Who sits there; none for outside parties and free devices.
    pub agent: Option<AgentId>,
    /// Who sat there and logged off during the call; the telephone goes on talking.
    pub logged_off: Option<AgentId>,
    pub role: PartyRole,
    pub state: PartyState,
    /// In this state since.
    pub since: PlatformTime,
}

impl Party {
    /// Who sits there, or sat there until a log-off during the call: whose call it is.
    pub fn whose(&self) -> Option<&AgentId> {
        self.agent.as_ref().or(self.logged_off.as_ref())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, EnumCount)]
pub enum PartyRole {
    Caller,
    Called,
    /// Came by a transfer.
    Transferred,
    /// Came by a conference.
    Joined,
    /// Hears, and is not heard.
    Listener,
}

impl PartyRole {
    pub const ALL: [PartyRole; PartyRole::COUNT] =
        [PartyRole::Caller, PartyRole::Called, PartyRole::Transferred, PartyRole::Joined, PartyRole::Listener];

    pub fn code(self) -> &'static str {
        match self {
            PartyRole::Caller => "caller",
            PartyRole::Called => "called",
            PartyRole::Transferred => "transferred",
            PartyRole::Joined => "joined",
            PartyRole::Listener => "listener",
        }
    }
}

/// How far a device's part in a call has come, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PartyState {
    Initiated,
    Dialling,
    Alerting,
    Connected,
    Held,
}

impl PartyState {
    pub fn code(self) -> &'static str {
        match self {
            PartyState::Initiated => "initiated",
            PartyState::Dialling => "dialling",
            PartyState::Alerting => "alerting",
            PartyState::Connected => "connected",
            PartyState::Held => "held",
        }
    }
}

/// A call as a whole, for filters and `/calls`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, EnumCount)]
pub enum CallState {
    OnHold,
    Conference,
    Talking,
    Ringing,
    Dialling,
}

impl CallState {
    pub const ALL: [CallState; CallState::COUNT] =
        [CallState::Talking, CallState::OnHold, CallState::Conference, CallState::Ringing, CallState::Dialling];

    /// What URLs and `data-state` carry.
    pub fn code(self) -> &'static str {
        match self {
            CallState::OnHold => "on-hold",
            CallState::Conference => "conference",
            CallState::Talking => "talking",
            CallState::Ringing => "ringing",
            CallState::Dialling => "dialling",
        }
    }

    pub fn from_code(code: &str) -> Option<CallState> {
        CallState::ALL.into_iter().find(|state| state.code() == code)
    }
}

impl CallRow {
    /// Nothing was heard of it for hours: it may have ended unheard.
    pub fn is_doubtful(&self, now: PlatformTime) -> bool {
        !self.end_not_seen && now.since(self.touched) >= DOUBTFUL_AFTER
    }

    /// It was opened to listen to another call, which tells of its listener too.
    pub fn monitors(&self) -> bool {
        self.named.is_some() && self.talkers().next().is_none()
    }

    pub fn party(&self, device: &DeviceId) -> Option<&Party> {
        self.parties.iter().find(|party| party.device == *device)
    }

    /// The parties that take part: listeners left out.
    pub fn talkers(&self) -> impl Iterator<Item = &Party> {
        self.parties.iter().filter(|party| party.role != PartyRole::Listener)
    }

    /// The devices that hear silently.
    pub fn listeners(&self) -> impl Iterator<Item = &DeviceId> {
        self.parties.iter().filter(|party| party.role == PartyRole::Listener).map(|party| &party.device)
    }

    /// Connected or on hold: who could talk to each other.
    pub fn in_it(&self) -> usize {
        self.talkers().filter(|party| party.state >= PartyState::Connected).count()
    }

    pub fn state(&self) -> CallState {
        let any = |state| self.talkers().any(|party| party.state == state);
        if any(PartyState::Held) {
            CallState::OnHold
        } else if self.in_it() >= 3 {
            CallState::Conference
        } else if self.answered.is_some() && self.in_it() >= 2 {
            CallState::Talking
        } else if any(PartyState::Alerting) {
            CallState::Ringing
        } else if self.answered.is_some() {
            CallState::Talking
        } else {
            CallState::Dialling
        }
    }

    /// Every party's device id, sorted, separated by commas: what `data-parties` carries.
    pub fn devices(&self) -> String {
        let mut devices: Vec<&str> = self.parties.iter().map(|party| party.device.as_str()).collect();
        devices.sort_unstable();
        devices.join(",")
    }

    /// The party from outside, else the caller: what a supervisor calls the call by.
    pub fn other_end(&self) -> Option<&Party> {
        let outside = |party: &&Party| party.whose().is_none() && party.role != PartyRole::Listener;
        self.parties
            .iter()
            .find(|party| outside(party) && matches!(party.role, PartyRole::Caller | PartyRole::Called))
            .or_else(|| self.parties.first())
    }

    /// Whether this call is, or once was, `id`.
    pub fn is(&self, id: &CallId) -> bool {
        self.id == *id || self.former.contains(id)
    }
}
