//! A device's connection in a call, as the fold keeps it.

use crate::floor::stamp::Stamp;
use crate::floor::{PartyRole, PlatformTime};
use serde::{Deserialize, Serialize};

/// How far a connection has come (CSTA's connection states); a later one is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum ConnectionState {
    /// Off the hook, nothing dialled yet.
    #[default]
    Initiated,
    /// It has dialled.
    Dialling,
    /// It rings.
    Alerting,
    /// It talks, or listens.
    Connected,
    /// It has put the call on hold.
    Held,
    /// It has left.
    Cleared,
}

/// One device's connection in one call.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Connection {
    /// How far it has come; absent if the device was only named and has no connection.
    pub state: Option<ConnectionState>,
    /// Since when it is in this state.
    pub since: PlatformTime,
    /// When the device last came into the call.
    pub entered: Stamp,
    /// The latest sign that the device is in the call.
    pub seen: Stamp,
    /// When it last left, if it did.
    pub left: Stamp,
    /// When it was first connected; absent if it never was.
    pub connected: Option<PlatformTime>,
    /// The place of the id under which it came into the call.
    pub entered_under: u8,
    /// The place of the id under which it left.
    pub left_under: u8,
    /// The latest sign that the device is busy with this call rather than with another one; kept when it has left.
    pub busy: Option<Stamp>,
    /// How it came into the call.
    pub role: Option<PartyRole>,
    /// How often this device put the call on hold.
    pub holds: u32,
    /// Whether it is known only because another device's copies name it. For a device of ours that proves no connection: it would get
    /// copies of its own (protocol, section 5).
    pub named_only: bool,
    /// Whether it got a copy of its own.
    pub heard: bool,
    /// Whether its state is a guess, because its first copy tells of another device.
    pub guessed: bool,
    /// Whether it is taken to ring because the call was transferred to it; its own ringing has not been told yet.
    pub awaited: bool,
    /// It left by sending the call on: whoever rings goes on ringing.
    pub sent_on: bool,
    /// Its connection in another of the calls that became this one, if it was in both at once.
    pub other: Option<Box<Stay>>,
}

/// A device's second connection, in another of the calls that became one.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Stay {
    /// The place of that call's id.
    pub under: u8,
    /// How far the connection has come.
    pub state: ConnectionState,
    /// When the device came into that call.
    pub entered: Stamp,
    /// How it came into that call.
    pub role: PartyRole,
}

impl Connection {
    /// Returns whether the device is in the call.
    pub fn live(&self) -> bool {
        self.state.is_some_and(|state| state != ConnectionState::Cleared)
    }

    /// Returns whether the device is a listener.
    pub fn listens(&self) -> bool {
        self.role == Some(PartyRole::Listener)
    }
}
