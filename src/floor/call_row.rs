//! What is said of one call: the unit that is published, sent, sorted and shown.

use super::{AgentId, CallId, DeviceId, Direction, Intervention, PlatformTime};
use core::time::Duration;
use serde::{Deserialize, Serialize};
use strum::EnumCount;

/// How long nothing may be heard of a call before it is marked as one that may have ended without its end being heard.
pub const DOUBTFUL_AFTER: Duration = Duration::from_secs(4 * 3600);

/// One call with its parties, as it is shown: merged from the copies that each device in it gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRow {
    /// The id that the platform knows it by now.
    pub id: CallId,
    /// The ids that it had before conferences and transfers, sorted.
    pub former: Vec<CallId>,
    /// Who called whom, seen from the floor: by `callType`, else by whose devices the caller's and the called one's are.
    pub direction: Direction,
    /// The platform's `callType` word (protocol, section 3), if an event had one.
    pub kind: Option<String>,
    /// The queue (`split`) that it came through, if an event named one.
    pub queue: Option<String>,
    /// When its first event happened; absent if only its recording was heard of.
    pub started: Option<PlatformTime>,
    /// When it was first answered; absent while it was not.
    pub answered: Option<PlatformTime>,
    /// How often and for how long it was on hold.
    pub holds: Holds,
    /// Whether the platform is recording it.
    pub recording: bool,
    /// Call data (`userData`), sorted by key: at most 50 entries, with a last one of `…` if there are more.
    pub data: Vec<(String, String)>,
    /// The devices in it now, silent listeners included: caller, called, transferred, joined, then listeners.
    pub parties: Vec<Party>,
    /// The caller's or called one's device if it is one of ours and no party: whom the only party listens to, or calls.
    pub named: Option<DeviceId>,
    /// When its latest event happened; see [`CallRow::is_doubtful`].
    pub touched: PlatformTime,
    /// Whether it ended without its end being heard: later events of its devices contradict it (protocol, section 5).
    pub end_not_seen: bool,
    /// Whether it was last heard of before the console restarted or its link broke: it may be over.
    pub remembered: bool,
    /// The latest intervention at this call, while it runs and for a short time after.
    pub intervention: Option<Box<Intervention>>,
}

/// How often and for how long a call was on hold, by whichever party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Holds {
    /// How often a party put it on hold.
    pub count: u32,
    /// How long it was on hold in the stretches that have ended; on the wire in milliseconds.
    #[serde(with = "super::time::as_millis")]
    pub ended: Duration,
    /// Since when it is on hold now; absent if nobody holds it.
    pub running: Option<PlatformTime>,
}

impl Holds {
    /// Returns how long it had been on hold in all at `now`.
    pub fn total(&self, now: PlatformTime) -> Duration {
        self.ended.saturating_add(self.running.map_or(Duration::ZERO, |since| now.since(since)))
    }
}

/// One device's connection in a call, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The device; an outside party is one too.
    pub device: DeviceId,
    /// The agent bound to it; absent for outside parties and free devices.
    pub agent: Option<AgentId>,
    /// The agent who logged off there during the call, if nobody is bound to it now; the device stays in the call (protocol, section 5).
    pub logged_off: Option<AgentId>,
    /// How it came into the call.
    pub role: PartyRole,
    /// How far its connection has come.
    pub state: PartyState,
    /// Since when it is in this state.
    pub since: PlatformTime,
}

impl Party {
    /// Returns the agent whose call it is: the one bound to the device, or who logged off there during the call.
    pub fn whose(&self) -> Option<&AgentId> {
        self.agent.as_ref().or(self.logged_off.as_ref())
    }
}

/// How a party came into a call, in the order in which parties are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, EnumCount)]
pub enum PartyRole {
    /// It called.
    Caller,
    /// It was called, or answered first.
    Called,
    /// The call was transferred to it.
    Transferred,
    /// It joined by a conference, or in a way that nobody told.
    Joined,
    /// It hears the call silently and takes no part.
    Listener,
}

impl PartyRole {
    /// Every role, in the order of the variants.
    pub const ALL: [PartyRole; PartyRole::COUNT] =
        [PartyRole::Caller, PartyRole::Called, PartyRole::Transferred, PartyRole::Joined, PartyRole::Listener];

    /// Returns the role's name in the JSON views and on pages.
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

/// How far a device's connection in a call has come, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PartyState {
    /// Off the hook, nothing dialled yet.
    Initiated,
    /// It has dialled, and nobody has answered.
    Dialling,
    /// It rings.
    Alerting,
    /// It talks, or listens.
    Connected,
    /// It has put the call on hold.
    Held,
}

impl PartyState {
    /// Returns the state's name in `data-state` and the JSON views.
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

/// The state of a call as a whole, for filters and `/calls`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, EnumCount)]
pub enum CallState {
    /// A party has put it on hold.
    OnHold,
    /// Three or more parties are connected, and none holds it.
    Conference,
    /// It was answered, and at most two parties are connected.
    Talking,
    /// A device rings, and the call is unanswered or fewer than two parties are connected.
    Ringing,
    /// Somebody has dialled, and nothing rings yet.
    Dialling,
}

impl CallState {
    /// Every state, in the order in which filters offer them.
    pub const ALL: [CallState; CallState::COUNT] =
        [CallState::Talking, CallState::OnHold, CallState::Conference, CallState::Ringing, CallState::Dialling];

    /// Returns the state's name in addresses and `data-state`.
    pub fn code(self) -> &'static str {
        match self {
            CallState::OnHold => "on-hold",
            CallState::Conference => "conference",
            CallState::Talking => "talking",
            CallState::Ringing => "ringing",
            CallState::Dialling => "dialling",
        }
    }

    /// Reads what [`CallState::code`] writes, or returns `None` for another text.
    pub fn from_code(code: &str) -> Option<CallState> {
        CallState::ALL.into_iter().find(|state| state.code() == code)
    }
}

impl CallRow {
    /// Returns whether nothing was heard of it for [`DOUBTFUL_AFTER`], so that its end may have been missed.
    pub fn is_doubtful(&self, now: PlatformTime) -> bool {
        !self.end_not_seen && now.since(self.touched) >= DOUBTFUL_AFTER
    }

    /// Returns whether it was opened to listen to another call: it has listeners only, and that call's row shows them too.
    pub fn monitors(&self) -> bool {
        self.named.is_some() && self.talkers().next().is_none()
    }

    /// Returns the party at `device`, or `None` if there is none.
    pub fn party(&self, device: &DeviceId) -> Option<&Party> {
        self.parties.iter().find(|party| party.device == *device)
    }

    /// Returns the parties that are no listeners.
    pub fn talkers(&self) -> impl Iterator<Item = &Party> {
        self.parties.iter().filter(|party| party.role != PartyRole::Listener)
    }

    /// Returns how many others stay in the call or still ring there once `device` has left, listeners not counted.
    pub fn stay_without(&self, device: &DeviceId) -> u32 {
        u32::try_from(self.talkers().filter(|party| party.device != *device).count()).unwrap_or(u32::MAX)
    }

    /// Returns the devices that hear it silently.
    pub fn listeners(&self) -> impl Iterator<Item = &DeviceId> {
        self.parties.iter().filter(|party| party.role == PartyRole::Listener).map(|party| &party.device)
    }

    /// Returns how many parties are connected or hold it, listeners not counted.
    pub fn in_it(&self) -> usize {
        self.talkers().filter(|party| party.state >= PartyState::Connected).count()
    }

    /// Returns the state of the call as a whole.
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

    /// Returns every party's device id, sorted and separated by commas: what `data-parties` carries.
    pub fn devices(&self) -> String {
        let mut devices: Vec<&str> = self.parties.iter().map(|party| party.device.as_str()).collect();
        devices.sort_unstable();
        devices.join(",")
    }

    /// Returns the party by which a supervisor knows the call: the one from outside, or else the first; `None` if there are no parties.
    pub fn other_end(&self) -> Option<&Party> {
        let outside = |party: &&Party| party.whose().is_none() && party.role != PartyRole::Listener;
        self.parties
            .iter()
            .find(|party| outside(party) && matches!(party.role, PartyRole::Caller | PartyRole::Called))
            .or_else(|| self.parties.first())
    }

    /// Returns whether `id` is or was an id of this call.
    pub fn is(&self, id: &CallId) -> bool {
        self.id == *id || self.former.contains(id)
    }
}
