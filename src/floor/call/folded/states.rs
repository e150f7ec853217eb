//! How far each device comes in a call: what an event says of it, and what it only implies.

use super::Folded;
use crate::floor::PartyRole;
use crate::floor::call::ConnectionState;
use crate::floor::call::connection::Connection;
use crate::floor::call::fact::NOBODY;
use crate::floor::call::surroundings::Surroundings;
use crate::floor::stamp::Stamp;

impl Folded {
    pub(super) fn give_role(&mut self, device: u8, role: PartyRole) {
        if let Some(connection) = self.connections.get_mut(usize::from(device)).filter(|connection| connection.live()) {
            connection.role = Some(role);
        }
    }

    /// Who calls somebody that has answered rings no more, although nobody told of the answer: none of ours was in the call then.
    pub(super) fn calls_and_talks(&mut self, device: u8, at: Stamp) {
        let rings = |connection: &&mut Connection| connection.state == Some(ConnectionState::Alerting) && !connection.heard;
        if let Some(connection) = self.connections.get_mut(usize::from(device)).filter(rings) {
            (connection.state, connection.since) = (Some(ConnectionState::Connected), at.happened);
        }
    }

    pub(super) fn show_busy(&mut self, device: u8, at: Stamp) {
        if let Some(connection) =
            self.connections.get_mut(usize::from(device)).filter(|connection| connection.state == Some(ConnectionState::Connected))
        {
            connection.busy = Some(at);
        }
    }

    /// The device is in this state, whatever it was in.
    pub(super) fn set(&mut self, device: u8, state: ConnectionState, at: Stamp, role: PartyRole, around: &Surroundings) {
        let Some(index) = self.room(device) else { return };
        if !self.connections.get(index).is_some_and(Connection::live) && state != ConnectionState::Cleared {
            if !self.may_enter(index, at) {
                return;
            }
            self.enter(index, at, role, around);
        }
        self.change(index, state, at);
    }

    /// The device has come as far as this, again if it had left.
    pub(super) fn reach(&mut self, device: u8, state: ConnectionState, at: Stamp, role: PartyRole, around: &Surroundings) {
        let Some(index) = self.room(device) else { return };
        if !self.connections.get(index).is_some_and(Connection::live) {
            if self.may_enter(index, at) {
                self.enter(index, at, role, around);
                self.change(index, state, at);
            }
            return;
        }
        self.note_other_stay(index, state, at, role, around);
        let Some(connection) = self.connections.get_mut(index) else { return };
        if connection.state < Some(state) || connection.guessed {
            self.change(index, state, at);
        } else if connection.state == Some(ConnectionState::Connected) && state == ConnectionState::Connected {
            connection.busy = Some(at);
        }
    }

    /// An event about another device says that this one has a part.
    pub(super) fn imply(&mut self, device: u8, state: ConnectionState, at: Stamp, role: PartyRole, around: &Surroundings) {
        let Some(index) = self.room(device) else { return };
        let Some((known, busy)) = self.connections.get(index).map(|connection| (connection.state, connection.busy)) else { return };
        match known {
            None => {
                self.enter(index, at, role, around);
                self.change(index, state, at);
                if let Some(connection) = self.connections.get_mut(index) {
                    (connection.busy, connection.named_only) = (None, true);
                }
            }
            Some(known @ (ConnectionState::Initiated | ConnectionState::Dialling)) if known < state => {
                self.change(index, state, at);
                if let Some(connection) = self.connections.get_mut(index) {
                    connection.busy = busy;
                }
            }
            Some(_) => {}
        }
    }

    pub(super) fn change(&mut self, index: usize, state: ConnectionState, at: Stamp) {
        let Some(connection) = self.connections.get_mut(index) else { return };
        if state < ConnectionState::Held && state != ConnectionState::Alerting {
            connection.busy = Some(at);
        }
        connection.guessed = false;
        if connection.state != Some(state) {
            (connection.state, connection.since) = (Some(state), at.happened);
        }
        if state == ConnectionState::Cleared {
            (connection.left, connection.left_under, connection.other) = (at, self.under, None);
            self.holding.ends(u8::try_from(index).unwrap_or(NOBODY), None, at);
        }
    }

    pub(super) fn hold(&mut self, device: u8, under: u8, at: Stamp) {
        let Some(connection) = self.connections.get_mut(usize::from(device)) else { return };
        if self.holding.begins(device, under, at) {
            connection.holds = connection.holds.saturating_add(1);
        }
    }
}
