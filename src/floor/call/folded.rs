//! The state of a call by its facts: every device's connection, the holds, when it was answered, whether it is recorded.
//!
//! What an event says of the device that it is about counts. What it only implies of others (who calls, whose copy it is) brings in a
//! device that was not known, but never moves one back to an earlier state or into a call that it has left.

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
use serde::{Deserialize, Serialize};

/// The state of a call, folded from its facts.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Folded {
    /// The connections, by the devices' places.
    pub connections: Vec<Connection>,
    /// The place of the device that called, if it is known.
    pub calling: Option<u8>,
    /// The place of the device that was called, if it is known.
    pub called: Option<u8>,
    /// When its first fact happened, recordings and the end report apart.
    pub started: Option<PlatformTime>,
    /// When it was first answered.
    pub answered: Option<PlatformTime>,
    /// Who holds it, and the holds so far.
    pub holding: Holding,
    /// One bit for each recording that runs; the highest for those without an id.
    recording: u64,
    /// One bit for each recording that has ended, so that a late event of another source does not begin it anew.
    recorded: u64,
    /// The place of the id under which the present fact tells of the call.
    under: u8,
}

/// The bit of recordings whose id is not known.
const NAMELESS: u64 = 1 << 63;

/// Returns the bit of the recording at that place.
fn bit(record: u8) -> u64 {
    if record < 63 { 1 << record } else { NAMELESS }
}

impl Folded {
    /// Returns the connection of the device at that place, or `None` if it never had one.
    pub fn connection(&self, device: u8) -> Option<&Connection> {
        self.connections.get(usize::from(device)).filter(|connection| connection.state.is_some())
    }

    /// Returns whether any recording runs.
    pub fn recording(&self) -> bool {
        self.recording != 0
    }

    /// Takes a fact that another source told already: it only shows that its source device is in the call.
    pub fn copy(&mut self, fact: &Fact, around: &Surroundings) {
        self.witnessed(fact, around);
    }

    /// Folds one fact in.
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
                // The added party keeps the state that it had in the call that merges: no conference proves an answer.
                self.reach(fact.other, Alerting, at, PartyRole::Joined, around);
                self.give_role(fact.other, PartyRole::Joined);
            }
            EventKind::Transferred => {
                // In a single step it leaves this call only, and may be in another that becomes part of it.
                let single_step = fact.merges.is_none_or(|merge| merge.primary == NOBODY);
                if !single_step || !self.goes_on_elsewhere(fact, around) {
                    self.set(fact.device, Cleared, at, self.end_role(fact.device), around);
                    if let Some(connection) = self.connections.get_mut(usize::from(fact.device)) {
                        connection.sent_on = true;
                    }
                }
                // It rings from now on, or it rings or talks already: no transfer proves an answer.
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

    /// Takes the fact as evidence that the device whose copy it is is in the call (protocol, section 5).
    fn witnessed(&mut self, fact: &Fact, around: &Surroundings) {
        if matches!(fact.kind, EventKind::RecordStarted | EventKind::RecordStopped | EventKind::CallEnd | EventKind::Failed) {
            return;
        }
        if self.connection(fact.source).is_none() {
            // In the state of the others: of several devices that ring each gets a copy of the others' ringing.
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

    /// Returns whether the caller had left before anybody answered, not certainly before `at`: the present fact is late.
    fn caller_has_left(&self, at: Stamp) -> bool {
        let caller = self.calling.and_then(|calling| self.connection(calling)).filter(|_| self.answered.is_none());
        caller.is_some_and(|caller| !caller.live() && !at.surely_after(&caller.left))
    }

    /// Clears every connection.
    fn clear_all(&mut self, at: Stamp) {
        for device in 0..self.connections.len() {
            if self.connections.get(device).is_some_and(Connection::live) {
                self.change(device, ConnectionState::Cleared, at);
            }
        }
    }

    /// Clears the devices that a transfer named and that have not rung: `device` is offered the call, so a queue or a forwarded number
    /// has passed it on, which is no hanging up. One that was in the call already, ringing perhaps, was not offered it by that.
    fn passed_on(&mut self, device: u8, at: Stamp, around: &Surroundings) {
        // What happens in a call that becomes part of this one only later is no offer of this one.
        let under = self.under;
        let goes_on_here = |id: u8| id == under || around.became(id, under, Some(at));
        let was_here = |connection: &Connection| {
            goes_on_here(connection.entered_under) || connection.other.as_ref().is_some_and(|stay| goes_on_here(stay.under))
        };
        let known = self.connection(device).filter(|connection| connection.live() && !connection.awaited);
        if known.is_some_and(was_here) || around.listens(device, at, under) {
            return;
        }
        for index in 0..self.connections.len() {
            let Some(connection) = self.connections.get_mut(index) else { break };
            if usize::from(device) == index {
                connection.awaited = false;
            } else if connection.awaited && connection.state == Some(ConnectionState::Alerting) && goes_on_here(connection.entered_under) {
                (connection.awaited, connection.sent_on) = (false, true);
                self.change(index, ConnectionState::Cleared, at);
            }
        }
    }

    /// Records who called whom. The first fact counts, for later copies name whoever joined.
    fn ends(&mut self, calling: u8, called: u8, count: bool) {
        if count {
            self.calling = self.calling.or((calling != NOBODY).then_some(calling));
            self.called = self.called.or((called != NOBODY).then_some(called));
        }
    }

    /// Returns the role of a device that turns up without having rung.
    fn end_role(&self, device: u8) -> PartyRole {
        match Some(device) {
            device if device == self.calling => PartyRole::Caller,
            device if device == self.called => PartyRole::Called,
            _ => PartyRole::Joined,
        }
    }

    /// Returns the role of a device that rings or answers.
    fn newcomer(&self, eldest: bool) -> PartyRole {
        if eldest && self.answered.is_none() { PartyRole::Called } else { PartyRole::Joined }
    }
}
