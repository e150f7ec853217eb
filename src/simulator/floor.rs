//! The model of a call centre: agents, devices, calls, and what happens next. Pure: no IO, no wall clock; time is what the caller says it is.
//!
//! Everything that happens is appended to a list of [`Event`]s that the caller takes away. The same seed and the same requests at the
//! same times give the same events, however the time between was cut into steps.

mod agents;
mod calls;
mod conference;
mod counters;
mod events;
mod extras;
mod names;
mod refusal;
mod setup;
#[cfg(test)]
mod tests;
mod view;

pub use calls::Outcome;
pub use events::{AgentStatus, CallEnd, Content, Event};
pub use refusal::Refusal;
pub use setup::Plan;
pub use view::team_id;

use super::life::Due;
use counters::Counters;
use rand::rngs::StdRng;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;

/// An agent, device or call id; shared, because each event carries several.
pub type Id = Arc<str>;
/// Milliseconds of floor time since the floor's start.
pub type Millis = u64;

/// What an agent says of himself (`agentMode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Ready,
    NotReady,
    WorkNotReady,
    Allocated,
    Logout,
}

impl Mode {
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Ready => "Ready",
            Mode::NotReady => "NotReady",
            Mode::WorkNotReady => "WorkNotReady",
            Mode::Allocated => "Allocated",
            Mode::Logout => "Logout",
        }
    }
}

#[derive(Debug)]
pub struct Agent {
    pub id: Id,
    pub name: String,
    /// Index into [`TEAMS`].
    pub team: usize,
    /// Not in the roster and never driven by the simulation.
    pub supervisor: bool,
    /// The device that a simulated agent sits at.
    pub home: Id,
    pub device: Option<Id>,
    pub mode: Mode,
    pub reason: Option<String>,
    /// Takes effect when the call ends.
    pub pending: Option<(Mode, Option<String>)>,
    /// The `agentStatus` word, since when, and the one before.
    pub status: &'static str,
    pub status_since: Millis,
    pub last_status: &'static str,
    pub last_length: Millis,
    pub login_time: Millis,
    pub first_login: Millis,
    /// Logged on over HTTP: a person decides, the simulation keeps off; and the latest heart-beat.
    pub manual: Option<Millis>,
    pub counters: Counters,
    /// Counts the changes of mode, so that a timer can tell that it is out of date.
    pub turn: u32,
    /// Counts the log-ons, for the timers that outlive a change of mode.
    pub shift: u32,
    /// Where it stands in `Floor::ready`.
    ready_at: Option<usize>,
}

#[derive(Debug, Default)]
pub struct Device {
    pub agent: Option<usize>,
    /// Answers by itself.
    pub supervisor: bool,
    pub calls: Vec<Id>,
    /// The record's id and the recorded call.
    pub recording: Option<(String, Id)>,
    pub last_dialled: Option<Millis>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallType {
    Inbound,
    Outbound,
    Internal,
}

impl CallType {
    pub fn as_str(self) -> &'static str {
        match self {
            CallType::Inbound => "Inbound",
            CallType::Outbound => "Outbound",
            CallType::Internal => "Internal",
        }
    }
}

/// One party's part in a call.
#[derive(Debug, Clone)]
pub struct Part {
    pub device: Id,
    pub state: PartState,
    /// Listens; the others do not learn of it.
    pub silent: bool,
    /// Who called this party.
    pub calling: Id,
    /// Who invites it into a conference: proved by `conferenced` once it has answered.
    pub invited_by: Option<Id>,
    pub held_since: Option<Millis>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartState {
    Initiated,
    Alerting,
    Connected,
    Held,
}

impl PartState {
    /// As `localState` words it.
    pub fn as_str(self) -> &'static str {
        match self {
            PartState::Initiated => "Initiate",
            PartState::Alerting => "Alerting",
            PartState::Connected => "Connect",
            PartState::Held => "Hold",
        }
    }
}

#[derive(Debug)]
pub struct Call {
    pub id: Id,
    pub kind: CallType,
    pub caller: Id,
    pub called: Id,
    /// Index into [`QUEUES`].
    pub queue: Option<usize>,
    pub parts: Vec<Part>,
    pub data: BTreeMap<String, String>,
    pub started: Millis,
    pub delivered: Option<Millis>,
    pub answered: Option<Millis>,
    pub held: Millis,
    pub conferenced: bool,
    pub transfers: u32,
    /// Its course is decided; for the simulation.
    pub planned: bool,
}

impl Call {
    pub fn part(&self, device: &str) -> Option<&Part> {
        self.parts.iter().find(|part| &*part.device == device)
    }

    fn part_mut(&mut self, device: &str) -> Option<&mut Part> {
        self.parts.iter_mut().find(|part| &*part.device == device)
    }

    /// The parties that talk: listeners do not keep a call alive.
    pub fn talkers(&self) -> usize {
        self.parts.iter().filter(|part| !part.silent).count()
    }
}

pub struct Queue {
    pub name: &'static str,
    pub code: &'static str,
    /// Teams that serve it.
    pub teams: &'static [usize],
}

pub const TEAMS: [&str; 6] = ["Claims A", "Claims B", "Sales North", "Sales South", "Service", "Back office"];

pub const QUEUES: [Queue; 6] = [
    Queue { name: "Claims hotline", code: "7001", teams: &[0, 1] },
    Queue { name: "Claims follow-up", code: "7002", teams: &[0, 1, 5] },
    Queue { name: "Sales", code: "7003", teams: &[2, 3] },
    Queue { name: "Renewals", code: "7004", teams: &[3, 4] },
    Queue { name: "Service", code: "7005", teams: &[4] },
    Queue { name: "Complaints", code: "7006", teams: &[4, 5] },
];

/// A customer who has not reached an agent yet.
pub struct Waiting {
    pub queue: usize,
    pub number: Id,
    /// Hangs up then.
    pub until: Millis,
}

struct Entry {
    at: Millis,
    order: u64,
    due: Due,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.order) == (other.at, other.order)
    }
}
impl Eq for Entry {}
impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

pub struct Floor {
    pub(super) namespace: String,
    pub(super) speed: f64,
    /// Calls per hour and agent; 0 is the silent floor.
    pub(super) rate: f64,
    pub(super) rng: StdRng,
    pub(super) now: Millis,
    pub(super) agents: Vec<Agent>,
    /// How many of `agents` are simulated: they come first, the supervisors behind them.
    pub(super) simulated: usize,
    agent_ids: HashMap<Id, usize>,
    pub(super) devices: HashMap<Id, Device>,
    pub(super) calls: HashMap<Id, Call>,
    /// Logged on, ready and not in a call.
    pub(super) ready: Vec<usize>,
    pub(super) waiting: VecDeque<Waiting>,
    queue: BinaryHeap<Reverse<Entry>>,
    order: u64,
    agent_serial: u64,
    call_serial: u64,
    model_serial: u64,
    announced: bool,
    out: Vec<Event>,
}

impl Floor {
    pub(super) fn silent(&self) -> bool {
        self.rate <= 0.0
    }

    /// A duration of the real world in floor time: what people and programs outside do is not sped up.
    pub(super) fn real(&self, millis: Millis) -> Millis {
        (millis as f64 * self.speed) as Millis
    }

    pub(super) fn later(&mut self, delay: Millis, due: Due) {
        self.order += 1;
        self.queue.push(Reverse(Entry { at: self.now.saturating_add(delay), order: self.order, due }));
    }

    /// When the next thing happens by itself.
    pub fn next_due(&self) -> Option<Millis> {
        self.queue.peek().map(|Reverse(entry)| entry.at)
    }

    /// Lets happen what is due up to `now`, at most `most` things; false where more are due. Time never goes back.
    pub fn advance(&mut self, now: Millis, most: usize) -> bool {
        for _ in 0..most {
            match self.queue.peek() {
                Some(Reverse(entry)) if entry.at <= now => {}
                _ => {
                    self.now = self.now.max(now);
                    return true;
                }
            }
            let Some(Reverse(entry)) = self.queue.pop() else { return true };
            self.now = self.now.max(entry.at);
            self.happen(entry.due);
        }
        false
    }

    /// What has happened since the last time.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.out)
    }

    pub fn now(&self) -> Millis {
        self.now
    }
}
