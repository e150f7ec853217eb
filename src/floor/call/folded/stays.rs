//! Devices that come into a call, leave it and come back, and what each did in either of two calls that became one.

use super::{Folded, NAMELESS};
use crate::floor::PartyRole;
use crate::floor::call::connection::{Connection, Stay};
use crate::floor::call::fact::{Fact, NOBODY};
use crate::floor::call::holding::earlier;
use crate::floor::call::surroundings::Surroundings;
use crate::floor::call::{ConnectionState, MOST_DEVICES};
use crate::floor::stamp::Stamp;

impl Folded {
    /// Returns whether the device may come into the call. One that has left may come back only by a fact that is certainly later (another
    /// source may be late), or by another of the calls that became this one.
    pub(super) fn may_enter(&self, index: usize, at: Stamp) -> bool {
        let Some(connection) = self.connections.get(index) else { return true };
        connection.state != Some(ConnectionState::Cleared) || connection.left_under != self.under || at.surely_after(&connection.left)
    }

    /// Returns whether the device left one of two calls that became this one and goes on in the other, and records that.
    pub(super) fn goes_on_elsewhere(&mut self, fact: &Fact, around: &Surroundings) -> bool {
        let Some(connection) = self.connections.get_mut(usize::from(fact.device)).filter(|connection| connection.live()) else {
            return false;
        };
        let became = |old: u8, new: u8| around.became(old, new, Some(fact.at));
        // They were still two calls when it left.
        let apart = |one: u8, other: u8| one != other && !became(one, other) && !became(other, one);
        match connection.other.as_deref().copied() {
            Some(stay) if stay.under == fact.under && apart(connection.entered_under, fact.under) => {
                connection.other = None;
                self.holding.ends(fact.device, Some(fact.under), fact.at);
                true
            }
            Some(stay) if apart(stay.under, fact.under) => {
                let listens = around.listens(fact.device, stay.entered, stay.under);
                let role = Some(if listens { PartyRole::Listener } else { stay.role });
                (connection.state, connection.since, connection.entered, connection.role) =
                    (Some(stay.state), stay.entered.happened, stay.entered, role);
                (connection.entered_under, connection.other) = (stay.under, None);
                self.holding.ends(fact.device, Some(fact.under), fact.at);
                true
            }
            // Nobody can say whether it left the one before it came into the other, or the two became one only later.
            _ => {
                let under = connection.entered_under;
                let one_later = around.became(under, fact.under, None) && !became(under, fact.under);
                fact.under != under && (one_later || (!fact.at.surely_after(&connection.entered) && !became(under, fact.under)))
            }
        }
    }

    /// Records that a device which is in the call under another id comes into it under this one as well.
    pub(super) fn note_other_stay(&mut self, index: usize, state: ConnectionState, at: Stamp, role: PartyRole, around: &Surroundings) {
        let under = self.under;
        let Some(connection) = self.connections.get_mut(index) else { return };
        if connection.entered_under == under || around.became(connection.entered_under, under, Some(at)) {
            return;
        }
        match connection.other.as_mut().filter(|stay| stay.under == under) {
            Some(stay) => stay.state = stay.state.max(state),
            None => connection.other = Some(Box::new(Stay { under, state, entered: at, role })),
        }
    }

    /// Returns the place as an index of a connection that exists, or `None` if the call has too many devices.
    pub(super) fn room(&mut self, device: u8) -> Option<usize> {
        let index = usize::from(device);
        if index >= MOST_DEVICES {
            return None;
        }
        if self.connections.len() <= index {
            // Most calls have two, and calls are by far the most of what a floor keeps.
            self.connections.reserve_exact(index + 1 - self.connections.len());
            self.connections.resize(index + 1, Connection::default());
        }
        Some(index)
    }

    /// Begins a stay of the device in the call.
    pub(super) fn enter(&mut self, index: usize, at: Stamp, role: PartyRole, around: &Surroundings) {
        let place = u8::try_from(index).unwrap_or(NOBODY);
        let role = if around.listens(place, at, self.under) { PartyRole::Listener } else { role };
        let Some(connection) = self.connections.get_mut(index) else { return };
        (connection.entered, connection.seen, connection.role, connection.named_only, connection.awaited) =
            (at, at, Some(role), false, false);
        (connection.entered_under, connection.sent_on) = (self.under, false);
    }

    /// Takes in what the older facts of another call were folded into; of two connections of a device the one that was seen later counts.
    /// `place` turns the other call's places into this one's.
    pub fn absorb(&mut self, other: Folded, place: &impl Fn(u8) -> u8) {
        for (index, theirs) in (0u8..).zip(other.connections) {
            let Some(index) = self.room(place(index)).filter(|_| theirs.state.is_some()) else { continue };
            if let Some(ours) = self.connections.get_mut(index)
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
        // Which of its recordings still run is not known here: showing one that has ended is better than hiding one that runs.
        if other.recording != 0 {
            self.recording |= NAMELESS;
        }
    }
}
