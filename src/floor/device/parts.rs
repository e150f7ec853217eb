//! The connections of one device of ours in its calls, as far as they say something of each other: being busy in one shows that it has left
//! another (protocol, section 5).
//!
//! What follows from all of them is kept, and corrected as each changes. So what an event costs does not grow with the calls that ended at
//! the device, or whose end was not heard.

use crate::floor::PlatformTime;
use crate::floor::call::{Call, ConnectionState};
use crate::floor::stamp::{CLOCKS_APART, SourceId, Stamp};
use crate::floor::table::Slot;
use foldhash::HashMap;
use serde::{Deserialize, Serialize};

/// What one connection of the device says of the others, and what they need to know of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Part {
    /// Whether the device is in the call.
    live: bool,
    /// Whether it holds the call, so that it may be busy elsewhere.
    held: bool,
    /// Whether it got a copy of its own.
    heard: bool,
    /// The latest sign that it is in the call.
    seen: Stamp,
    /// The latest sign that it is busy in this call, if it got a copy of its own.
    busy: Option<Stamp>,
    /// When a connection of the call was last cleared, whichever device's.
    cleared: Option<PlatformTime>,
}

/// What shows, apart from its other calls, that the device has left a call.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// When an agent there was last in a mode that nobody takes in a call.
    pub idle: Option<Stamp>,
    /// When the device was last busy in a call that has been forgotten.
    pub busy: Option<Stamp>,
}

/// The connections of one device of ours.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Parts {
    /// Each with whether the device is in the call by all that is known.
    parts: HashMap<Slot, (Part, bool)>,
    /// The calls that the device is in by all that is known.
    open: Vec<Slot>,
    /// When it was busy in its calls, by the sources that told so.
    busy: Vec<BusyBySource>,
    /// In how many calls it is and does not hold them, by copies of its own.
    busy_in: usize,
    /// Whether that was any call when it was settled last.
    was_busy: bool,
    /// In how many calls it is only by what others' copies say.
    unheard: usize,
    /// When a call of those that it surely had a part in last lost a party, and which call that is.
    ended: Option<(PlatformTime, Slot)>,
    /// Whether something changed from which `open` cannot be corrected step by step.
    stale: bool,
}

/// The latest signs of one source that the device is busy.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct BusyBySource {
    source: SourceId,
    /// By the stamps.
    latest: TopTwo<Stamp>,
    /// When those happened that have no order but that of arrival.
    arrived: Option<TopTwo<PlatformTime>>,
}

/// The greatest value, and the greatest that another call has.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct TopTwo<T> {
    first: (T, Slot),
    second: Option<(T, Slot)>,
}

impl Part {
    /// Returns what the connection at `place` in `call` says; nothing if there is none.
    pub fn of(call: &Call, place: u8) -> Part {
        let Some(connection) = call.folded().connection(place) else { return Part::default() };
        let cleared = call.connections().filter(|(_, _, connection)| !connection.live()).map(|(_, _, connection)| connection.since).max();
        Part {
            live: connection.live(),
            held: connection.state == Some(ConnectionState::Held),
            heard: connection.heard,
            seen: connection.seen,
            busy: connection.busy.filter(|_| connection.heard),
            cleared,
        }
    }

    /// Returns whether it is live and known only from others' copies.
    fn is_unheard(&self) -> bool {
        self.live && !self.heard
    }

    /// Returns whether the device is in the call, does not hold it, and got a copy of its own.
    fn is_busy(&self) -> bool {
        self.live && self.heard && !self.held
    }

    /// Returns the time of `cleared`, if the device surely had a part in the call: others' copies prove none.
    fn ended(&self) -> Option<PlatformTime> {
        self.cleared.filter(|_| !self.is_unheard())
    }
}

impl Parts {
    /// Takes what the connection in `call` says now. [`Parts::settle`] makes what follows from it.
    pub fn set(&mut self, call: Slot, part: Part) {
        let (known, open) = self.parts.entry(call).or_default();
        let old = std::mem::replace(known, part);
        if old == part {
            return;
        }
        if part.live && !*open {
            // Until it is settled.
            *open = true;
            self.open.push(call);
        }
        self.count(&old, &part);
        match part.ended() {
            ended if ended == old.ended() => {}
            Some(at) if old.ended().is_none_or(|old| old < at) => self.ended = self.ended.max(Some((at, call))),
            _ => self.find_end(),
        }
        match (old.busy, part.busy) {
            (None, None) => {}
            (None, Some(at)) => self.offer(call, at),
            (Some(old), Some(at)) if at.outlasts(&old) => self.offer(call, at),
            _ => self.find_busy(),
        }
    }

    /// Forgets the call.
    pub fn remove(&mut self, call: Slot) {
        let Some((part, open)) = self.parts.remove(&call) else { return };
        self.count(&part, &Part::default());
        if open {
            self.open.retain(|known| *known != call);
        }
        // What it showed is not shown any more.
        self.stale = true;
    }

    /// Records that evidence was replaced by such as shows less in some respect.
    pub fn doubt(&mut self) {
        self.stale = true;
    }

    /// Works out in which calls the device is, and adds those to `turned` for which that is another answer than before, or may be.
    pub fn settle(&mut self, evidence: Evidence, turned: &mut Vec<Slot>) {
        if self.is_busy() != self.was_busy {
            // Who is busy elsewhere has no part in a call of which only others' copies tell.
            self.was_busy = self.is_busy();
            turned.extend(self.unheard());
        }
        if self.stale {
            self.find_end();
            self.find_busy();
            self.stale = false;
            let all: Vec<Slot> = self.parts.iter().filter(|(_, (part, open))| part.live && !open).map(|(call, _)| *call).collect();
            for call in all {
                if let Some((part, _)) = self.parts.get(&call).copied()
                    && !self.contradicts(call, &part, evidence)
                {
                    self.parts.insert(call, (part, true));
                    self.open.push(call);
                    turned.push(call);
                }
            }
        }
        let mut open = std::mem::take(&mut self.open);
        open.retain(|call| {
            let Some((part, _)) = self.parts.get(call).copied() else { return false };
            let stays = part.live && !self.contradicts(*call, &part, evidence);
            if !stays {
                self.parts.insert(*call, (part, false));
                turned.push(*call);
            }
            stays
        });
        self.open = open;
    }

    /// Returns whether something later shows that the device has left `call`. One that holds it may be busy elsewhere.
    pub fn contradicted(&self, call: Slot, evidence: Evidence) -> bool {
        self.parts.get(&call).is_some_and(|(part, _)| self.contradicts(call, part, evidence))
    }

    /// Returns whether the device is busy in any of its calls, by copies of its own.
    pub fn is_busy(&self) -> bool {
        self.busy_in > 0
    }

    /// Returns the calls that the device is in by all that is known, in no order.
    pub fn open(&self) -> &[Slot] {
        &self.open
    }

    /// Returns the calls that the device is in by their own events, in no order.
    pub fn live(&self) -> impl Iterator<Item = Slot> {
        self.parts.iter().filter(|(_, (part, _))| part.live).map(|(call, _)| *call)
    }

    /// Returns the calls that the device is in only by what others' copies say, in no order.
    pub fn unheard(&self) -> impl Iterator<Item = Slot> {
        let some = self.unheard > 0;
        self.parts.iter().filter(move |(_, (part, _))| some && part.is_unheard()).map(|(call, _)| *call)
    }

    /// Returns when a call that the device surely had a part in last lost a party.
    pub fn ended(&self) -> Option<PlatformTime> {
        self.ended.map(|(at, _)| at)
    }

    /// Returns when a connection of the call was last cleared.
    pub fn cleared(&self, call: Slot) -> Option<PlatformTime> {
        self.parts.get(&call)?.0.cleared
    }

    fn contradicts(&self, call: Slot, part: &Part, evidence: Evidence) -> bool {
        let later = |at: Option<Stamp>| at.is_some_and(|at| at.surely_after(&part.seen));
        part.live
            && !part.held
            && (later(evidence.idle) || later(evidence.busy) || self.busy.iter().any(|by| by.shows_left(call, &part.seen)))
    }

    /// Counts a connection that changed.
    fn count(&mut self, old: &Part, new: &Part) {
        self.busy_in = (self.busy_in + usize::from(new.is_busy())).saturating_sub(usize::from(old.is_busy()));
        self.unheard = (self.unheard + usize::from(new.is_unheard())).saturating_sub(usize::from(old.is_unheard()));
    }

    /// Records a sign of being busy that is later than those before of the same call.
    fn offer(&mut self, call: Slot, at: Stamp) {
        let arrived = at.is_arrival().then_some((at.happened, call));
        match self.busy.iter_mut().find(|by| by.source == at.source) {
            Some(by) => {
                by.latest.offer((at, call));
                match (&mut by.arrived, arrived) {
                    (Some(known), Some(arrived)) => known.offer(arrived),
                    (known @ None, Some(arrived)) => *known = Some(TopTwo::of(arrived)),
                    (_, None) => {}
                }
            }
            None => {
                let (latest, arrived) = (TopTwo::of((at, call)), arrived.map(TopTwo::of));
                self.busy.push(BusyBySource { source: at.source, latest, arrived });
            }
        }
    }

    /// Finds the latest signs of being busy anew.
    fn find_busy(&mut self) {
        self.busy.clear();
        let signs: Vec<(Slot, Stamp)> = self.parts.iter().filter_map(|(call, (part, _))| Some((*call, part.busy?))).collect();
        for (call, at) in signs {
            self.offer(call, at);
        }
        self.stale = true;
    }

    /// Finds anew when a call last ended.
    fn find_end(&mut self) {
        self.ended = self.parts.iter().filter_map(|(call, (part, _))| Some((part.ended()?, *call))).max();
    }
}

impl BusyBySource {
    /// Returns whether any sign from another call than `call` is surely after `seen`, as [`Stamp::surely_after`] has it.
    fn shows_left(&self, call: Slot, seen: &Stamp) -> bool {
        let Some(latest) = self.latest.except(call) else { return false };
        if self.source == seen.source {
            return latest > *seen;
        }
        let arrived = self.arrived.filter(|_| seen.is_arrival()).and_then(|arrived| arrived.except(call));
        latest.time > seen.time + CLOCKS_APART || arrived.is_some_and(|arrived| arrived > seen.happened + CLOCKS_APART)
    }
}

impl<T: Copy + Ord> TopTwo<T> {
    fn of(first: (T, Slot)) -> Self {
        TopTwo { first, second: None }
    }

    /// Takes a value that is no less than those before of the same call.
    fn offer(&mut self, (value, call): (T, Slot)) {
        if call == self.first.1 {
            self.first.0 = self.first.0.max(value);
        } else if value > self.first.0 {
            self.second = Some(std::mem::replace(&mut self.first, (value, call)));
        } else if self.second.is_none_or(|(second, by)| by == call || second < value) {
            self.second = Some((value, call));
        }
    }

    /// Returns the greatest value that another call than `call` has.
    fn except(&self, call: Slot) -> Option<T> {
        if self.first.1 == call { self.second.map(|(value, _)| value) } else { Some(self.first.0) }
    }
}
