//! The state of a call seen from the whole floor: other calls and the agents' modes may contradict what its own events say.

use super::call::Connection;

/// What the whole floor says of a call and its connections (protocol, section 5).
pub(super) struct Standing {
    /// One bit for each device's place: set if it has left although no event said so.
    pub(super) left: u64,
    /// One bit for each device's place: set if it is ours and others only named it, so that it has no connection.
    pub(super) absent: u64,
    /// Whether the call is over.
    pub over: bool,
    /// Whether it is over although no event said so.
    pub unseen: bool,
}

impl Standing {
    /// Returns whether the connection at that place is live and not contradicted.
    pub fn counts(&self, index: usize, connection: &Connection) -> bool {
        connection.live() && (self.left | self.absent) >> index & 1 == 0
    }

    /// Returns whether the device at that place has or had a connection, rather than being only named.
    pub fn takes_part(&self, index: usize) -> bool {
        self.absent >> index & 1 == 0
    }
}
