//! How a call stands, seen from the whole floor: other calls and the agents' modes may contradict what its own events say.

use super::call::Connection;

/// A call as it is seen from the whole floor.
pub(super) struct Standing {
    /// One bit for each device's place: left, although no event said so.
    pub(super) left: u64,
    /// Named by others and nothing more, although it is one of ours: has no part in it.
    pub(super) absent: u64,
    /// Nobody talks there any more.
    pub over: bool,
    /// Nobody said that it ended.
    pub unseen: bool,
}

impl Standing {
    /// The part is live and not contradicted.
    pub fn counts(&self, index: usize, connection: &Connection) -> bool {
        connection.live() && (self.left | self.absent) >> index & 1 == 0
    }

    /// The device has, or had, a part in it.
    pub fn takes_part(&self, index: usize) -> bool {
        self.absent >> index & 1 == 0
    }
}
