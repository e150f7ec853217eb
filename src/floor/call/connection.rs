//! A device's part in a call, as the fold keeps it.

use crate::floor::stamp::Stamp;
use crate::floor::{PartyRole, PlatformTime};

/// How far a device has come in a call (CSTA's connection states); a later one is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum ConnectionState {
    #[default]
    Initiated,
    Dialling,
    Alerting,
    Connected,
    Held,
    Cleared,
}

/// One device's part in the call.
#[derive(Debug, Clone, Copy, Default)]
pub struct Connection {
    /// None: named, and nothing more.
    pub state: Option<ConnectionState>,
    pub since: PlatformTime,
    /// When this stay began.
    pub entered: Stamp,
    /// The latest sign that the device is in the call.
    pub seen: Stamp,
    /// When it left, where it did.
    pub left: Stamp,
    /// The ids of the call that it entered, and that it left.
    pub entered_under: u8,
    pub left_under: u8,
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
    pub guessed: bool,
    /// Rings because a transfer sent the call there; its own ringing was not told yet.
    pub awaited: bool,
    /// What it has, or had, in another of the calls that became this one, while it was in the first.
    pub other: Option<Stay>,
}

/// A part in one of two calls that became one.
#[derive(Debug, Clone, Copy)]
pub struct Stay {
    pub under: u8,
    pub state: ConnectionState,
    pub entered: Stamp,
    pub role: PartyRole,
}

impl Connection {
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
