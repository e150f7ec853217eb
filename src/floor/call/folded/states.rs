//! Moves connections from state to state: by what an event says of a device, and by what it only implies.

use super::Folded;
use crate::floor::PartyRole;
use crate::floor::call::ConnectionState;
use crate::floor::call::connection::Connection;
use crate::floor::call::fact::NOBODY;
use crate::floor::call::surroundings::Surroundings;
use crate::floor::stamp::Stamp;

impl Folded {
    /// Sets the role of a device that is in the call.
    pub(super) fn give_role(&mut self, device: u8, role: PartyRole) {
        if let Some(connection) = self.connections.get_mut(usize::from(device)).filter(|connection| connection.live()) {
            connection.role = Some(role);
        }
    }

    /// Connects a caller that was taken to ring: its call was answered, so it must have answered itself, when none of ours was in the call.
    pub(super) fn calls_and_talks(&mut self, device: u8, at: Stamp) {
        let rings = |connection: &&mut Connection| connection.state == Some(ConnectionState::Alerting) && !connection.heard;
        if let Some(connection) = self.connections.get_mut(usize::from(device)).filter(rings) {
            (connection.state, connection.since) = (Some(ConnectionState::Connected), at.happened);
            connection.connected.get_or_insert(at.happened);
        }
    }

    /// Records that a connected device is busy with this call.
    pub(super) fn show_busy(&mut self, device: u8, at: Stamp) {
        if let Some(connection) =
            self.connections.get_mut(usize::from(device)).filter(|connection| connection.state == Some(ConnectionState::Connected))
        {
            connection.busy = Some(at);
        }
    }

    /// Moves the device to this state, from whichever state it was in.
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

    /// Moves the device forward to this state, but not back; if it had left, it comes in again.
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

    /// Brings in a device that an event about another device names, or moves on one that was dialling.
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

    /// Moves the connection at that place to this state and records what follows from it.
    pub(super) fn change(&mut self, index: usize, state: ConnectionState, at: Stamp) {
        let Some(connection) = self.connections.get_mut(index) else { return };
        if state < ConnectionState::Held && state != ConnectionState::Alerting {
            connection.busy = Some(at);
        }
        connection.guessed = false;
        if connection.state != Some(state) {
            (connection.state, connection.since) = (Some(state), at.happened);
        }
        if state == ConnectionState::Connected {
            connection.connected.get_or_insert(at.happened);
        }
        if state == ConnectionState::Cleared {
            (connection.left, connection.left_under, connection.other) = (at, self.under, None);
            self.holding.ends(u8::try_from(index).unwrap_or(NOBODY), None, at);
        }
    }

    /// Records that the device put the call on hold under that id.
    pub(super) fn hold(&mut self, device: u8, under: u8, at: Stamp) {
        let Some(connection) = self.connections.get_mut(usize::from(device)) else { return };
        if self.holding.begins(device, under, at) {
            connection.holds = connection.holds.saturating_add(1);
        }
    }
}
