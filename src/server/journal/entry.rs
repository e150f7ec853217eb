//! What the journal keeps, each with when it arrived: the platform's events as they came, and whatever else the floor was told. Read in
//! the same order it gives the same floor.

use crate::floor::clock::ClockStep;
use crate::floor::{CallId, ConsoleTime, DeviceId, Event, Intervention, Namespace, RosterEntry, StepIn};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// When it arrived.
    pub at: ConsoleTime,
    pub what: What,
    /// What the broker waits for, which keeps the message until it is safe here.
    pub ack: Option<Ack>,
}

/// A broker's message that is to be acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    /// On which connection it came, counted from 1; on another one the broker does not know it.
    pub connection: u64,
    /// What the broker calls it there.
    pub id: String,
}

/// What may be written only once, whoever writes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Once {
    Event(Arc<[u8]>),
    /// An intervention's number, and the name of how far it had come.
    Step(i64, &'static str),
}

/// What arrived, or became known.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// An event of our tenant: its body as it came, and as it was read, where that was done already.
    Event(Arc<[u8]>, Option<Box<Event>>),
    /// A body that is no event.
    Odd(Arc<[u8]>),
    /// Anything else.
    Said(Said),
}

/// What is not a message of the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Said {
    /// The console started to serve this tenant: what happened before was not heard.
    Started(Namespace),
    /// The link became live; what follows came from there, from a queue of that name where the broker keeps one for us.
    Live(String, Option<String>),
    /// The link broke; it was last heard then.
    Down(ConsoleTime),
    /// The roster was read.
    Roster(Vec<RosterEntry>),
    /// A device was asked to listen to a call.
    Listens(CallId, DeviceId),
    /// A device takes part in a call as others do.
    TakesPart(CallId, DeviceId),
    /// The floor forgot who left long ago.
    Forgot,
    /// So many entries between then and this one's time could not be kept.
    NotKept { since: ConsoleTime, entries: u64 },
    /// Somebody stepped into a call, which was proved.
    SteppedIn(CallId, StepIn),
    /// The console's clock was set: what follows arrived by another clock.
    ClockSet(ClockStep),
    /// An intervention came that far. The floor is not changed by it; programs are told.
    Intervened(Box<Intervention>),
}

impl What {
    /// Returns by what another console's entry of the same is known, where it is not to be written twice.
    pub fn once(&self) -> Option<Once> {
        match self {
            What::Event(body, _) => Some(Once::Event(body.clone())),
            What::Said(Said::Intervened(told)) => Some(Once::Step(told.id, told.outcome.code())),
            What::Odd(_) | What::Said(_) => None,
        }
    }
}

impl Entry {
    /// Makes an entry that no broker waits for.
    pub fn new(at: ConsoleTime, what: What) -> Entry {
        Entry { at, what, ack: None }
    }

    /// About how many bytes it takes in memory.
    pub fn size(&self) -> usize {
        let own = match &self.what {
            What::Event(body, _) => body.len() + size_of::<Event>(),
            What::Odd(body) => body.len(),
            What::Said(Said::Roster(roster)) => roster.len() * size_of::<RosterEntry>(),
            What::Said(Said::Intervened(_)) => size_of::<Intervention>(),
            What::Said(_) => 0,
        };
        own + size_of::<Entry>()
    }
}
