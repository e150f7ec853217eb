//! The model of a call centre: agents, devices, calls, and what happens next. Pure: no IO, no wall clock; time is what the caller says it is.
//!
//! Everything that happens is appended to a list of [`Event`]s that the caller takes away. The same seed and the same requests at the
//! same times give the same events, however the time between was cut into steps.

mod agents;
mod conference;
mod connections;
mod counters;
mod dial;
mod events;
mod extras;
mod hangup;
mod listening;
mod model;
mod names;
mod people;
mod refusal;
mod setup;
mod staff;
#[cfg(test)]
mod tests;
mod view;

pub use super::id::Id;
pub use dial::Outcome;
pub use events::{AgentStatus, CallEnd, Content, Event};
pub use model::{Agent, Call, CallType, Connection, Device, Mode, PartState};
use people::People;
pub use refusal::Refusal;
pub use setup::{Plan, Ways};
pub use staff::NewAgent;
pub use view::team_id;

use super::due::Due;
use counters::Counters;
use rand::rngs::StdRng;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, VecDeque};

/// Milliseconds of floor time since the floor's start.
pub type Millis = u64;

pub struct Queue {
    pub name: &'static str,
    pub code: &'static str,
    /// Teams that serve it.
    pub teams: &'static [usize],
}

/// The queue with this number: what a call is transferred to that is to go through a queue again.
pub(super) fn queue_of(number: &str) -> Option<usize> {
    let number = number.split('@').next().unwrap_or(number);
    QUEUES.iter().position(|queue| queue.code == number)
}

/// What stands for a queue that is none of [`QUEUES`].
static NO_QUEUE: Queue = Queue { name: "", code: "", teams: &[] };

/// The queue at this place of [`QUEUES`].
pub(super) fn queue_at(place: usize) -> &'static Queue {
    QUEUES.get(place).unwrap_or(&NO_QUEUE)
}

/// The name of the team at this place of [`TEAMS`].
pub(super) fn team_name(place: usize) -> &'static str {
    TEAMS.get(place).copied().unwrap_or_default()
}

pub const TEAMS: [&str; 6] = ["Claims A", "Claims B", "Sales North", "Sales South", "Service", "Back office"];

pub static QUEUES: [Queue; 6] = [
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
    pub(super) agents: People,
    /// How many agents the floor was planned for: they come first, the supervisors behind them, then who was hired.
    pub(super) simulated: usize,
    /// Entries of the roster that tests have added.
    listed: Vec<serde_json::Value>,
    agent_ids: HashMap<Id, usize>,
    pub(super) devices: HashMap<Id, Device>,
    pub(super) calls: HashMap<Id, Call>,
    /// Ids that calls had before a transfer, each with the next; until the call ends.
    renamed: HashMap<Id, Id>,
    /// Logged on, ready and not in a call.
    pub(super) ready: Vec<usize>,
    pub(super) waiting: VecDeque<Waiting>,
    queue: BinaryHeap<Reverse<Entry>>,
    order: u64,
    pub(super) ways: Ways,
    agent_serial: u64,
    /// By worker.
    call_serials: Vec<u64>,
    calls_opened: usize,
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
