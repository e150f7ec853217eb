//! What the facts of a call amount to: every party's state and role, the holds, since when it is answered, whether it is recorded.
//!
//! What an event says of the device it is about counts; what it only implies of others (who calls, whose copy it is) brings in a
//! device that was not known, and never takes one back, out of a later stage or into a call that it has left.

use super::fact::{Fact, Merge, NOBODY};
use super::holding::{Holding, earlier};
use super::{ConnectionState, Listening, MOST_DEVICES};
use crate::floor::PartyRole;
use crate::floor::event::EventKind;
use crate::floor::stamp::Stamp;

/// One device's part in the call.
#[derive(Debug, Clone, Copy, Default)]
pub struct Part {
    /// None: named, and nothing more.
    pub state: Option<ConnectionState>,
    pub since: i64,
    /// When this stay began.
    pub entered: Stamp,
    /// The latest sign that the device is in the call.
    pub seen: Stamp,
    /// When it left, where it did.
    left: Stamp,
    /// The ids of the call that it entered, and that it left.
    entered_under: u8,
    left_under: u8,
    /// The latest sign that the device is busy with this call rather than with another one; stays when it has left.
    pub busy: Option<Stamp>,
    pub role: Option<PartyRole>,
    /// How often this device put the call on hold.
    pub holds: u32,
    /// Known only because another device's copies name it as who calls: where it is one of ours that proves no part, for a device of
    /// ours gets copies of its own.
    pub named_only: bool,
    /// It got a copy of its own.
    pub heard: bool,
    /// Its state is what its first copy, which is of something else, lets one think.
    guessed: bool,
    /// Rings because a transfer sent the call there; its own ringing was not told yet.
    awaited: bool,
    /// What it has, or had, in another of the calls that became this one, while it was in the first.
    other: Option<Stay>,
}

/// A part in one of two calls that became one.
#[derive(Debug, Clone, Copy)]
struct Stay {
    under: u8,
    state: ConnectionState,
    entered: Stamp,
    role: PartyRole,
}

impl Part {
    pub fn live(&self) -> bool {
        self.state.is_some_and(|state| state != ConnectionState::Cleared)
    }

    /// In it, and not holding it.
    pub fn busy_there(&self) -> bool {
        self.live() && self.state != Some(ConnectionState::Held)
    }

    pub fn listens(&self) -> bool {
        self.role == Some(PartyRole::Listener)
    }
}

/// What the fold has to know besides the facts.
pub struct Surroundings<'a> {
    pub listeners: &'a [Listening],
    pub facts: &'a [Fact],
    /// The oldest of the call's ids.
    pub eldest: u8,
}

impl Surroundings<'_> {
    /// Whether a stay of this device that begins then is a silent listener's.
    fn listens(&self, device: u8, at: Stamp, under: u8) -> bool {
        let same_call = |asked: &Listening| asked.under == under || self.became(asked.under, under, None);
        self.listeners.iter().any(|asked| asked.covers(device, at) && same_call(asked))
    }

    /// Whether the call with the id `old` became the one with the id `new`, not surely after `by` where that is given.
    fn became(&self, old: u8, new: u8, by: Option<Stamp>) -> bool {
        let is_later = |merge: Merge, by: &Stamp| self.facts.iter().any(|fact| fact.merges == Some(merge) && fact.at.surely_after(by));
        let mut id = old;
        for _ in 0..8 {
            let merge = self
                .facts
                .iter()
                .filter_map(|fact| fact.merges)
                .find(|merge| merge.new != id && (merge.primary == id || merge.secondary == id));
            match merge.filter(|merge| by.is_none_or(|by| !is_later(*merge, &by))) {
                Some(merge) if merge.new == new => return true,
                Some(merge) => id = merge.new,
                None => return false,
            }
        }
        false
    }
}

#[derive(Debug, Clone, Default)]
pub struct Folded {
    /// By the devices' places.
    pub parts: Vec<Part>,
    pub calling: Option<u8>,
    pub called: Option<u8>,
    pub started: Option<i64>,
    pub answered: Option<i64>,
    pub holding: Holding,
    /// One bit for each recording; the highest for those without an id.
    recording: u64,
    /// Those that have ended: the word of a source that is behind does not begin them anew.
    recorded: u64,
    /// The id of the call that the present fact speaks of.
    under: u8,
}

/// The bit of a recording whose id is not known.
const NAMELESS: u64 = 1 << 63;

impl Folded {
    pub fn part(&self, device: u8) -> Option<&Part> {
        self.parts.get(usize::from(device)).filter(|part| part.state.is_some())
    }

    pub fn recording(&self) -> bool {
        self.recording != 0
    }

    /// A copy, told by another source, of something that was told already.
    pub fn copy(&mut self, fact: &Fact, around: &Surroundings) {
        self.witnessed(fact, around);
    }

    pub fn step(&mut self, fact: &Fact, around: &Surroundings) {
        use ConnectionState::{Alerting, Cleared, Connected, Dialling, Held, Initiated};
        let at = fact.at;
        self.under = fact.under;
        if !matches!(fact.kind, EventKind::CallEnd | EventKind::RecordStarted | EventKind::RecordStopped) {
            self.started = Some(self.started.map_or(at.happened, |started| started.min(at.happened)));
        }
        let eldest = fact.under == around.eldest;
        match fact.kind {
            EventKind::ServiceInitiated | EventKind::Originated => {
                self.ends(fact.device, fact.third, eldest && fact.kind == EventKind::Originated);
                let state = if fact.kind == EventKind::Originated { Dialling } else { Initiated };
                let role = if eldest { PartyRole::Caller } else { PartyRole::Joined };
                self.reach(fact.device, state, at, role, around);
            }
            EventKind::Delivered => {
                self.ends(fact.other, fact.third, eldest);
                let answered = self.answered.is_some();
                self.imply(fact.other, if answered { Connected } else { Dialling }, at, self.end_role(fact.other), around);
                self.passed_on(fact.device, at, around);
                self.reach(fact.device, Alerting, at, self.newcomer(eldest), around);
                if self.caller_has_left(at) {
                    self.clear_all(at);
                }
            }
            EventKind::Established => {
                self.ends(fact.other, fact.third, eldest);
                self.passed_on(fact.device, at, around);
                self.reach(fact.device, Connected, at, self.newcomer(eldest), around);
                // A listener's answer says nothing of the others.
                if !self.part(fact.device).is_some_and(Part::listens) {
                    self.answered = self.answered.or(Some(at.happened));
                    self.imply(fact.other, Connected, at, self.end_role(fact.other), around);
                    self.calls_and_talks(fact.other, at);
                    if fact.other == fact.source {
                        self.show_busy(fact.other, at);
                    }
                }
            }
            EventKind::Held | EventKind::Retrieved => {
                self.answered = self.answered.or(Some(at.happened));
                let state = if fact.kind == EventKind::Held { Held } else { Connected };
                self.set(fact.device, state, at, self.end_role(fact.device), around);
                if state == Held {
                    self.hold(fact.device, fact.under, at);
                } else {
                    self.holding.ends(fact.device, Some(fact.under), at);
                }
            }
            EventKind::Conferenced => {
                // Merging two calls brings back whoever held one of them for it. In a single step the one who invited may have held the
                // call since, or left it.
                if fact.merges.is_some() {
                    self.set(fact.device, Connected, at, self.end_role(fact.device), around);
                    self.holding.ends(fact.device, None, at);
                } else {
                    self.imply(fact.device, Connected, at, self.end_role(fact.device), around);
                }
                // Who is added has the state that he had in the call that merges: no conference proves an answer.
                self.reach(fact.other, Alerting, at, PartyRole::Joined, around);
                self.give_role(fact.other, PartyRole::Joined);
            }
            EventKind::Transferred => {
                self.set(fact.device, Cleared, at, self.end_role(fact.device), around);
                // Its phone rings from now on, or it rings or talks already: no transfer proves an answer.
                let known = self.part(fact.other).is_some_and(Part::live);
                self.reach(fact.other, Alerting, at, PartyRole::Transferred, around);
                self.give_role(fact.other, PartyRole::Transferred);
                if let (false, Some(part)) = (known, self.parts.get_mut(usize::from(fact.other))) {
                    part.awaited = true;
                }
            }
            EventKind::ConnectionCleared | EventKind::Failed => {
                if fact.kind == EventKind::Failed {
                    self.ends(NOBODY, fact.device, eldest);
                }
                if self.goes_on_elsewhere(fact, around) {
                    return self.witnessed(fact, around);
                }
                let given_up = fact.kind == EventKind::ConnectionCleared && self.answered.is_none() && self.calling == Some(fact.device);
                self.set(fact.device, Cleared, at, self.end_role(fact.device), around);
                // The caller left before anybody answered: nothing rings any more.
                if given_up {
                    self.clear_all(at);
                }
            }
            EventKind::RecordStarted => self.recording |= bit(fact.record) & !self.recorded,
            EventKind::RecordStopped if fact.record == NOBODY => self.recording = 0,
            EventKind::RecordStopped => {
                self.recording &= !bit(fact.record);
                self.recorded |= bit(fact.record) & !NAMELESS;
            }
            // The end of a call that became another one is not this one's.
            EventKind::CallEnd if fact.under == 0 => self.clear_all(at),
            _ => {}
        }
        self.witnessed(fact, around);
    }

    /// A copy comes to a device that is in the call.
    fn witnessed(&mut self, fact: &Fact, around: &Surroundings) {
        if matches!(fact.kind, EventKind::RecordStarted | EventKind::RecordStopped | EventKind::CallEnd | EventKind::Failed) {
            return;
        }
        if self.part(fact.source).is_none() {
            // As far as the others have come: of several phones that ring each hears of the others.
            let rings = fact.kind == EventKind::Delivered && self.answered.is_none();
            let state = if rings { ConnectionState::Alerting } else { ConnectionState::Connected };
            self.imply(fact.source, state, fact.at, self.end_role(fact.source), around);
            if let Some(part) = self.parts.get_mut(usize::from(fact.source)) {
                part.guessed = true;
            }
        }
        for device in [fact.source, fact.device] {
            if let Some(part) = self.parts.get_mut(usize::from(device)).filter(|part| part.live()) {
                (part.seen, part.named_only) = (fact.at, false);
            }
        }
        if let Some(part) = self.parts.get_mut(usize::from(fact.source)) {
            part.heard = true;
        }
    }

    /// Of a call that nobody has answered the caller has left already, by the word of a source that is behind.
    fn caller_has_left(&self, at: Stamp) -> bool {
        let caller = self.calling.and_then(|calling| self.part(calling)).filter(|_| self.answered.is_none());
        caller.is_some_and(|caller| !caller.live() && !at.surely_after(&caller.left))
    }

    fn clear_all(&mut self, at: Stamp) {
        for device in 0..self.parts.len() {
            if self.parts.get(device).is_some_and(Part::live) {
                self.change(device, ConnectionState::Cleared, at);
            }
        }
    }

    /// `device` is offered a call that was sent elsewhere: where it was sent to (a queue, a number that is forwarded) has passed it on.
    fn passed_on(&mut self, device: u8, at: Stamp, around: &Surroundings) {
        if around.listens(device, at, self.under) {
            return;
        }
        for index in 0..self.parts.len() {
            let Some(part) = self.parts.get_mut(index) else { break };
            if usize::from(device) == index {
                part.awaited = false;
            } else if part.awaited && part.state == Some(ConnectionState::Alerting) {
                part.awaited = false;
                self.change(index, ConnectionState::Cleared, at);
            }
        }
    }

    /// Who called whom: the first word stands, for later copies name whoever joined.
    fn ends(&mut self, calling: u8, called: u8, count: bool) {
        if count {
            self.calling = self.calling.or((calling != NOBODY).then_some(calling));
            self.called = self.called.or((called != NOBODY).then_some(called));
        }
    }

    /// The role of a device that turns up without having been called.
    fn end_role(&self, device: u8) -> PartyRole {
        match Some(device) {
            device if device == self.calling => PartyRole::Caller,
            device if device == self.called => PartyRole::Called,
            _ => PartyRole::Joined,
        }
    }

    /// The role of a device that rings or answers.
    fn newcomer(&self, eldest: bool) -> PartyRole {
        if eldest && self.answered.is_none() { PartyRole::Called } else { PartyRole::Joined }
    }

    fn give_role(&mut self, device: u8, role: PartyRole) {
        if let Some(part) = self.parts.get_mut(usize::from(device)).filter(|part| part.live()) {
            part.role = Some(role);
        }
    }

    /// Who calls somebody that has answered rings no more, although nobody told of the answer: none of ours was in the call then.
    fn calls_and_talks(&mut self, device: u8, at: Stamp) {
        let rings = |part: &&mut Part| part.state == Some(ConnectionState::Alerting) && !part.heard;
        if let Some(part) = self.parts.get_mut(usize::from(device)).filter(rings) {
            (part.state, part.since) = (Some(ConnectionState::Connected), at.happened);
        }
    }

    fn show_busy(&mut self, device: u8, at: Stamp) {
        if let Some(part) = self.parts.get_mut(usize::from(device)).filter(|part| part.state == Some(ConnectionState::Connected)) {
            part.busy = Some(at);
        }
    }

    /// The device is in this state, whatever it was in.
    fn set(&mut self, device: u8, state: ConnectionState, at: Stamp, role: PartyRole, around: &Surroundings) {
        let Some(index) = self.room(device) else { return };
        if !self.parts.get(index).is_some_and(Part::live) && state != ConnectionState::Cleared {
            if !self.may_enter(index, at) {
                return;
            }
            self.enter(index, at, role, around);
        }
        self.change(index, state, at);
    }

    /// Who has left comes back only by what is later for certain, for it may be the word of another source that is behind; or as a part
    /// of another call that became this one.
    fn may_enter(&self, index: usize, at: Stamp) -> bool {
        let Some(part) = self.parts.get(index) else { return true };
        part.state != Some(ConnectionState::Cleared) || part.left_under != self.under || at.surely_after(&part.left)
    }

    /// The device left one of two calls that became this one, and goes on in the other.
    fn goes_on_elsewhere(&mut self, fact: &Fact, around: &Surroundings) -> bool {
        let Some(part) = self.parts.get_mut(usize::from(fact.device)).filter(|part| part.live()) else { return false };
        let became = |old: u8, new: u8| around.became(old, new, Some(fact.at));
        // Two calls still when it left.
        let apart = |one: u8, other: u8| one != other && !became(one, other) && !became(other, one);
        match part.other {
            Some(stay) if stay.under == fact.under && apart(part.entered_under, fact.under) => {
                part.other = None;
                self.holding.ends(fact.device, Some(fact.under), fact.at);
                true
            }
            Some(stay) if apart(stay.under, fact.under) => {
                let listens = around.listens(fact.device, stay.entered, stay.under);
                let role = Some(if listens { PartyRole::Listener } else { stay.role });
                (part.state, part.since, part.entered, part.role) = (Some(stay.state), stay.entered.happened, stay.entered, role);
                (part.entered_under, part.other) = (stay.under, None);
                self.holding.ends(fact.device, Some(fact.under), fact.at);
                true
            }
            // Nobody can say whether it left the one before it entered the other, or the two became one only later.
            _ => {
                let under = part.entered_under;
                let one_later = around.became(under, fact.under, None) && !became(under, fact.under);
                fact.under != under && (one_later || (!fact.at.surely_after(&part.entered) && !became(under, fact.under)))
            }
        }
    }

    /// Remembers that a device which is in the call by another of its ids comes into it by this one as well.
    fn note_other_stay(&mut self, index: usize, state: ConnectionState, at: Stamp, role: PartyRole, around: &Surroundings) {
        let under = self.under;
        let Some(part) = self.parts.get_mut(index) else { return };
        if part.entered_under == under || around.became(part.entered_under, under, Some(at)) {
            return;
        }
        match part.other.as_mut().filter(|stay| stay.under == under) {
            Some(stay) => stay.state = stay.state.max(state),
            None => part.other = Some(Stay { under, state, entered: at, role }),
        }
    }

    /// The device has come as far as this, again if it had left.
    fn reach(&mut self, device: u8, state: ConnectionState, at: Stamp, role: PartyRole, around: &Surroundings) {
        let Some(index) = self.room(device) else { return };
        if !self.parts.get(index).is_some_and(Part::live) {
            if self.may_enter(index, at) {
                self.enter(index, at, role, around);
                self.change(index, state, at);
            }
            return;
        }
        self.note_other_stay(index, state, at, role, around);
        let Some(part) = self.parts.get_mut(index) else { return };
        if part.state < Some(state) || part.guessed {
            self.change(index, state, at);
        } else if part.state == Some(ConnectionState::Connected) && state == ConnectionState::Connected {
            part.busy = Some(at);
        }
    }

    /// An event about another device says that this one has a part.
    fn imply(&mut self, device: u8, state: ConnectionState, at: Stamp, role: PartyRole, around: &Surroundings) {
        let Some(index) = self.room(device) else { return };
        let Some((known, busy)) = self.parts.get(index).map(|part| (part.state, part.busy)) else { return };
        match known {
            None => {
                self.enter(index, at, role, around);
                self.change(index, state, at);
                if let Some(part) = self.parts.get_mut(index) {
                    (part.busy, part.named_only) = (None, true);
                }
            }
            Some(known @ (ConnectionState::Initiated | ConnectionState::Dialling)) if known < state => {
                self.change(index, state, at);
                if let Some(part) = self.parts.get_mut(index) {
                    part.busy = busy;
                }
            }
            Some(_) => {}
        }
    }

    fn room(&mut self, device: u8) -> Option<usize> {
        let index = usize::from(device);
        if index >= MOST_DEVICES {
            return None;
        }
        if self.parts.len() <= index {
            self.parts.resize(index + 1, Part::default());
        }
        Some(index)
    }

    fn enter(&mut self, index: usize, at: Stamp, role: PartyRole, around: &Surroundings) {
        let place = u8::try_from(index).unwrap_or(NOBODY);
        let role = if around.listens(place, at, self.under) { PartyRole::Listener } else { role };
        let Some(part) = self.parts.get_mut(index) else { return };
        (part.entered, part.seen, part.role, part.named_only, part.awaited) = (at, at, Some(role), false, false);
        part.entered_under = self.under;
    }

    fn change(&mut self, index: usize, state: ConnectionState, at: Stamp) {
        let Some(part) = self.parts.get_mut(index) else { return };
        if state < ConnectionState::Held && state != ConnectionState::Alerting {
            part.busy = Some(at);
        }
        part.guessed = false;
        if part.state != Some(state) {
            (part.state, part.since) = (Some(state), at.happened);
        }
        if state == ConnectionState::Cleared {
            (part.left, part.left_under, part.other) = (at, self.under, None);
            self.holding.ends(u8::try_from(index).unwrap_or(NOBODY), None, at);
        }
    }

    fn hold(&mut self, device: u8, under: u8, at: Stamp) {
        let Some(part) = self.parts.get_mut(usize::from(device)) else { return };
        if self.holding.begins(device, under, at) {
            part.holds = part.holds.saturating_add(1);
        }
    }

    /// Takes in what older facts of another call amounted to; the later word on a device counts.
    pub fn absorb(&mut self, other: Folded, place: &impl Fn(u8) -> u8) {
        for (index, theirs) in (0u8..).zip(other.parts) {
            let Some(index) = self.room(place(index)).filter(|_| theirs.state.is_some()) else { continue };
            if let Some(ours) = self.parts.get_mut(index)
                && (ours.state.is_none() || ours.seen < theirs.seen)
            {
                *ours = theirs;
            }
        }
        self.started = earlier(self.started, other.started);
        self.answered = earlier(self.answered, other.answered);
        self.calling = self.calling.or(other.calling.map(place).filter(|device| *device != NOBODY));
        self.called = self.called.or(other.called.map(place).filter(|device| *device != NOBODY));
        self.holding.absorb(other.holding, place);
        // Which of its recordings still run is not known here: one that runs is better told than kept back.
        if other.recording != 0 {
            self.recording |= NAMELESS;
        }
    }
}

fn bit(record: u8) -> u64 {
    if record < 63 { 1 << record } else { NAMELESS }
}
