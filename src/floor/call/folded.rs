//! What the facts of a call amount to: every party's state and role, the holds, since when it is answered, whether it is recorded.
//!
//! What an event says of the device it is about counts; what it only implies of others (who calls, whose copy it is) brings in a
//! device that was not known, and never takes one back, out of a later stage or into a call that it has left.

mod states;
mod stays;

use super::ConnectionState;
use super::connection::Connection;
use super::fact::{Fact, NOBODY};
use super::holding::Holding;
use super::surroundings::Surroundings;
use crate::floor::event::EventKind;
use crate::floor::stamp::Stamp;
use crate::floor::{PartyRole, PlatformTime};

#[derive(Debug, Clone, Default)]
pub struct Folded {
    /// By the devices' places.
    pub connections: Vec<Connection>,
    pub calling: Option<u8>,
    pub called: Option<u8>,
    pub started: Option<PlatformTime>,
    pub answered: Option<PlatformTime>,
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

/// The bit of the recording with that place among the call's recordings.
fn bit(record: u8) -> u64 {
    if record < 63 { 1 << record } else { NAMELESS }
}

impl Folded {
    pub fn connection(&self, device: u8) -> Option<&Connection> {
        self.connections.get(usize::from(device)).filter(|connection| connection.state.is_some())
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
                if !self.connection(fact.device).is_some_and(Connection::listens) {
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
                let known = self.connection(fact.other).is_some_and(Connection::live);
                self.reach(fact.other, Alerting, at, PartyRole::Transferred, around);
                self.give_role(fact.other, PartyRole::Transferred);
                if let (false, Some(connection)) = (known, self.connections.get_mut(usize::from(fact.other))) {
                    connection.awaited = true;
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
        if self.connection(fact.source).is_none() {
            // As far as the others have come: of several phones that ring each hears of the others.
            let rings = fact.kind == EventKind::Delivered && self.answered.is_none();
            let state = if rings { ConnectionState::Alerting } else { ConnectionState::Connected };
            self.imply(fact.source, state, fact.at, self.end_role(fact.source), around);
            if let Some(connection) = self.connections.get_mut(usize::from(fact.source)) {
                connection.guessed = true;
            }
        }
        for device in [fact.source, fact.device] {
            if let Some(connection) = self.connections.get_mut(usize::from(device)).filter(|connection| connection.live()) {
                (connection.seen, connection.named_only) = (fact.at, false);
            }
        }
        if let Some(connection) = self.connections.get_mut(usize::from(fact.source)) {
            connection.heard = true;
        }
    }

    /// Of a call that nobody has answered the caller has left already, by the word of a source that is behind.
    fn caller_has_left(&self, at: Stamp) -> bool {
        let caller = self.calling.and_then(|calling| self.connection(calling)).filter(|_| self.answered.is_none());
        caller.is_some_and(|caller| !caller.live() && !at.surely_after(&caller.left))
    }

    fn clear_all(&mut self, at: Stamp) {
        for device in 0..self.connections.len() {
            if self.connections.get(device).is_some_and(Connection::live) {
                self.change(device, ConnectionState::Cleared, at);
            }
        }
    }

    /// `device` is offered a call that was sent elsewhere: where it was sent to (a queue, a number that is forwarded) has passed it on.
    fn passed_on(&mut self, device: u8, at: Stamp, around: &Surroundings) {
        if around.listens(device, at, self.under) {
            return;
        }
        for index in 0..self.connections.len() {
            let Some(connection) = self.connections.get_mut(index) else { break };
            if usize::from(device) == index {
                connection.awaited = false;
            } else if connection.awaited && connection.state == Some(ConnectionState::Alerting) {
                connection.awaited = false;
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
}
